import type { Dispatcher } from "undici";
import { failed } from "../domain/failure.ts";
import { isDicomJson } from "./dicomJson.ts";
import { exchange } from "./exchange.ts";
import { baseUrl, checkHeaders } from "./options.ts";
import { statusFailure } from "./statusFailure.ts";

export type RestOptions = {
  /** Root of Orthanc's own API. */
  readonly restUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly dispatcher?: Dispatcher | null;
  readonly timeoutsMs?: { readonly metadata?: number; readonly headers?: number };
  readonly maxJsonBytes?: number;
};

/** Orthanc's own API. */
export type Rest = {
  /** One JSON object for each path, or null for 404. */
  readonly get: (path: string) => Promise<Readonly<Record<string, unknown>> | null>;
  /** One JSON list for each path. */
  readonly list: (path: string) => Promise<readonly unknown[]>;
  /** Orthanc's own identifiers of what bears a DICOM UID, none where it holds nothing of it. */
  readonly lookUp: (uid: string) => Promise<readonly string[]>;
  /** Whether there was something to delete. */
  readonly remove: (path: string) => Promise<boolean>;
};

/** Throws SETTINGS_INVALID for options that cannot be used; the calls throw PACS_*. */
export const makeRest = (options: RestOptions): Rest => {
  const root = baseUrl(options.restUrl);
  const headers = { accept: "application/json", ...checkHeaders(options.headers ?? {}) };
  const dispatcher = options.dispatcher ?? null;
  const quietMs = options.timeoutsMs?.headers ?? 10_000;
  const limits = {
    headersMs: quietMs,
    idleMs: quietMs,
    totalMs: options.timeoutsMs?.metadata ?? 60_000,
    maxBytes: options.maxJsonBytes ?? 64 * 2 ** 20,
  };
  return {
    get: async (path) => {
      const answer = await exchange({ method: "GET", url: `${root}${path}`, headers, dispatcher }, limits);
      if (answer.status === 404) return null;
      if (answer.status !== 200) throw statusFailure(answer.status, answer.headers);
      return parseObject(new TextDecoder().decode(answer.body));
    },
    list: async (path) => {
      const answer = await exchange({ method: "GET", url: `${root}${path}`, headers, dispatcher }, limits);
      if (answer.status !== 200) throw statusFailure(answer.status, answer.headers);
      return listIn(answer.body);
    },
    lookUp: async (uid) => {
      const body = new TextEncoder().encode(uid).buffer;
      const url = `${root}/tools/lookup`;
      const answer = await exchange({ method: "POST", url, headers, body, dispatcher }, limits);
      if (answer.status !== 200) throw statusFailure(answer.status, answer.headers);
      return listIn(answer.body).flatMap((each) => (isDicomJson(each) ? [String(each["ID"])] : []));
    },
    remove: async (path) => {
      const answer = await exchange({ method: "DELETE", url: `${root}${path}`, headers, dispatcher }, limits);
      if (answer.status === 404) return false;
      if (answer.status !== 200) throw statusFailure(answer.status, answer.headers);
      return true;
    },
  };
};

const listIn = (body: ArrayBuffer): readonly unknown[] => {
  const found = parse(new TextDecoder().decode(body));
  if (!Array.isArray(found)) throw failed("PACS_BAD_ANSWER", "Orthanc's own API did not answer with a list.");
  return found;
};

/** Null for what is no JSON. */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const parseObject = (text: string): Readonly<Record<string, unknown>> => {
  const value = parse(text);
  if (isDicomJson(value)) return value;
  throw failed("PACS_BAD_ANSWER", "Orthanc's own API did not answer with a JSON object.");
};
