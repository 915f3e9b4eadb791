import type { Dispatcher } from "undici";
import { failed } from "../domain/failure.ts";
import { makeDispatcher, type Tls } from "./tls.ts";

/** Where a DICOMweb archive is and how far we trust its answers. */
export type PacsOptions = {
  /** Root of QIDO-RS, WADO-RS and STOW-RS; the next three name a root of their own where they differ. */
  readonly url: string;
  readonly qidoUrl?: string;
  readonly wadoUrl?: string;
  readonly stowUrl?: string;
  /** Root of Orthanc's own API, from which `ping` reads name and version; without it `ping` asks QIDO. */
  readonly restUrl?: string | null;
  /** Sent with every request, e.g. `authorizationHeaders(…)`; never logged. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Certificates for https://; null: the authorities that this machine knows, and none of our own. */
  readonly tls?: Tls | null;
  readonly timeoutsMs?: Partial<Timeouts>;
  readonly parallelInstances?: number;
  readonly maxInstanceBytes?: number;
  /** Of one search page or of the metadata of a series. */
  readonly maxJsonBytes?: number;
  readonly maxSeriesInstances?: number;
  /** `limit` of a search; servers that cap lower are asked for the rest. */
  readonly pageSize?: number;
};

export type Timeouts = {
  /** One search, or the metadata of a series. */
  readonly metadata: number;
  readonly instance: number;
  /** All instances of a series together. */
  readonly series: number;
  readonly store: number;
  /** Until a search or retrieval begins to answer, and the longest silence within its body. */
  readonly headers: number;
};

export type ResolvedOptions = Omit<Required<PacsOptions>, "url" | "tls" | "timeoutsMs"> & {
  readonly timeoutsMs: Timeouts;
  readonly dispatcher: Dispatcher | null;
};

/** Options with every default filled in. Throws SETTINGS_INVALID for an address or a header that cannot be used. */
export const resolveOptions = (options: PacsOptions): ResolvedOptions => {
  const url = baseUrl(options.url);
  return {
    qidoUrl: baseUrl(options.qidoUrl ?? url),
    wadoUrl: baseUrl(options.wadoUrl ?? url),
    stowUrl: baseUrl(options.stowUrl ?? url),
    restUrl: options.restUrl == null ? null : baseUrl(options.restUrl),
    headers: checkHeaders(options.headers ?? {}),
    dispatcher: makeDispatcher(options.tls ?? null),
    timeoutsMs: {
      metadata: 60_000,
      instance: 60_000,
      series: 600_000,
      store: 120_000,
      headers: 10_000,
      ...options.timeoutsMs,
    },
    parallelInstances: options.parallelInstances ?? 4,
    maxInstanceBytes: options.maxInstanceBytes ?? 512 * 2 ** 20,
    maxJsonBytes: options.maxJsonBytes ?? 256 * 2 ** 20,
    maxSeriesInstances: options.maxSeriesInstances ?? 2000,
    pageSize: options.pageSize ?? 100,
  };
};

/** The address without a trailing slash. Throws SETTINGS_INVALID unless it is http(s) without credentials, query and fragment. */
export const baseUrl = (text: string): string => {
  const url = URL.parse(text);
  const isUsable =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    `${url.username}${url.password}${url.search}${url.hash}` === "";
  if (!isUsable)
    throw failed(
      "SETTINGS_INVALID",
      "An archive's address must be http:// or https:// without user name, query and fragment.",
    );
  return url.href.replace(/\/+$/, "");
};

/** fetch quotes a value that is no legal header in its error text, so it must not get that far. */
export const checkHeaders = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers([[name, value]]);
    } catch {
      throw failed("SETTINGS_INVALID", "A header for the archive has characters that no header may have.");
    }
  }
  return headers;
};
