import { clearTimeout, setTimeout } from "node:timers";
import { type Dispatcher, fetch, type Response } from "undici";
import { failed } from "../domain/failure.ts";
import { networkFailure } from "./networkFailure.ts";

/** How long an answer may take and how large it may be. */
export type Limits = {
  /** Until the status line and headers have arrived; for a store this includes sending the body. */
  readonly headersMs: number;
  /** Longest silence within the body. */
  readonly idleMs: number;
  readonly totalMs: number;
  /** Of the decompressed body, counted as it arrives: Content-Length is only a claim. */
  readonly maxBytes: number;
};

export type HttpRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: ArrayBuffer | undefined;
  /** What carries it, where the archive wants certificates of its own; null: what the machine trusts. */
  readonly dispatcher?: Dispatcher | null;
};

export type HttpAnswer = { readonly status: number; readonly headers: Headers; readonly body: ArrayBuffer };

/**
 * One HTTP request and its whole answer, whatever its status; redirects are answers like others and never followed.
 * Throws PACS_UNREACHABLE, PACS_UNTRUSTED, PACS_TIMEOUT, PACS_TOO_LARGE, PACS_BAD_ANSWER (the answer broke off or is no
 * HTTP).
 */
export const exchange = async (request: HttpRequest, limits: Limits): Promise<HttpAnswer> => {
  const controller = new AbortController();
  const abortLater = (milliseconds: number, what: string) =>
    setTimeout(
      () => controller.abort(failed("PACS_TIMEOUT", `${what} within ${milliseconds} ms.`, { milliseconds })),
      milliseconds,
    );
  const total = abortLater(limits.totalMs, "The archive's answer was not complete");
  let quiet = abortLater(limits.headersMs, "The archive did not begin to answer");
  let hasBegun = false;
  try {
    const response = await fetch(request.url, {
      method: request.method.toUpperCase(),
      headers: request.headers,
      body: request.body ?? null,
      redirect: "manual",
      signal: controller.signal,
      ...(request.dispatcher == null ? {} : { dispatcher: request.dispatcher }),
    });
    hasBegun = true;
    clearTimeout(quiet);
    quiet = abortLater(limits.idleMs, "The archive sent nothing more");
    const body = await readBody(response, limits.maxBytes, controller, () => quiet.refresh());
    return { status: response.status, headers: new Headers([...response.headers]), body };
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : networkFailure(error, hasBegun);
  } finally {
    clearTimeout(total);
    clearTimeout(quiet);
  }
};

const readBody = async (
  response: Response,
  maxBytes: number,
  controller: AbortController,
  onChunk: () => void,
): Promise<ArrayBuffer> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    onChunk();
    length += chunk.byteLength;
    if (length > maxBytes)
      controller.abort(
        failed("PACS_TOO_LARGE", `The archive's answer is longer than ${maxBytes} bytes.`, { maxBytes }),
      );
    controller.signal.throwIfAborted();
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body.buffer;
};
