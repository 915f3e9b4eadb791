import type { XhrShape } from "dicomweb-client";
import type { Dispatcher } from "undici";
import { FailureError, failed } from "../domain/failure.ts";
import { exchange, type HttpAnswer, type Limits } from "./exchange.ts";

/** One request of dicomweb-client, carried by `exchange`. */
export type Xhr = XhrShape & {
  /** Settles when the request is over, well or not; never rejects. */
  readonly finished: Promise<void>;
  readonly answer: () => HttpAnswer | null;
  /** Why there is no usable answer, or null. A bad HTTP status is no failure here. */
  readonly failure: () => FailureError | null;
};

/**
 * An XMLHttpRequest-shaped object for one call of dicomweb-client. `headers` win over those that the client sets, so
 * credentials never pass through its options and its warnings.
 */
export const makeXhr = (
  headers: Readonly<Record<string, string>>,
  limits: Limits,
  dispatcher: Dispatcher | null = null,
): Xhr => {
  const finished = Promise.withResolvers<void>();
  const clientHeaders: Record<string, string> = {};
  let method = "";
  let url = "";
  let answer: HttpAnswer | null = null;
  let failure: FailureError | null = null;

  const run = async (body: ArrayBuffer | undefined): Promise<void> => {
    try {
      const request = { method, url, headers: { ...clientHeaders, ...headers }, body, dispatcher };
      answer = await exchange(request, limits);
      xhr.response = readResponse(answer, xhr.responseType);
      xhr.status = answer.status;
    } catch (error) {
      failure = error instanceof FailureError ? error : unreadable();
    }
    xhr.readyState = 4;
    try {
      xhr.onreadystatechange?.();
      xhr.onloadend?.();
    } catch {
      // The client decodes multipart bodies in this callback; what it throws would leave its promise pending for ever.
      failure ??= unreadable();
    }
    finished.resolve();
  };

  const xhr: Xhr = {
    readyState: 0,
    status: 0,
    response: null,
    responseType: "",
    withCredentials: false,
    onreadystatechange: null,
    onloadstart: null,
    onloadend: null,
    onprogress: null,
    open: (newMethod, newUrl) => {
      method = newMethod;
      url = newUrl;
      xhr.readyState = 1;
    },
    setRequestHeader: (name, value) => {
      clientHeaders[name.toLowerCase()] = value;
    },
    send: (body) => {
      xhr.onloadstart?.();
      void run(body);
    },
    getResponseHeader: (name) => answer?.headers.get(name) ?? null,
    getAllResponseHeaders: () =>
      [...(answer?.headers ?? [])].map(([name, value]) => `${name}: ${value}\r\n`).join(""),
    finished: finished.promise,
    answer: () => answer,
    failure: () => failure,
  };
  return xhr;
};

/** As XMLHttpRequest does: an unparsable or empty JSON body is null. The text of JSON is always UTF-8, whatever (0008,0005) says. */
const readResponse = (answer: HttpAnswer, responseType: string): unknown => {
  if (responseType === "arraybuffer") return answer.body;
  const text = new TextDecoder().decode(answer.body);
  if (responseType !== "json") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
};

const unreadable = (): FailureError =>
  failed("PACS_BAD_ANSWER", "The body of the archive's answer could not be decoded.");
