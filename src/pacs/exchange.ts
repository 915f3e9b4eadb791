import { clearTimeout, setTimeout } from "node:timers";
import { type FailureError, failed } from "../domain/failure.ts";

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
};

export type HttpAnswer = { readonly status: number; readonly headers: Headers; readonly body: ArrayBuffer };

/**
 * One HTTP request and its whole answer, whatever its status; redirects are answers like others and never followed.
 * Throws PACS_UNREACHABLE, PACS_TIMEOUT, PACS_TOO_LARGE, PACS_BAD_ANSWER (the answer broke off or is no HTTP).
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
    });
    hasBegun = true;
    clearTimeout(quiet);
    quiet = abortLater(limits.idleMs, "The archive sent nothing more");
    const body = await readBody(response, limits.maxBytes, controller, () => quiet.refresh());
    return { status: response.status, headers: response.headers, body };
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

/** The text of fetch's errors may quote a header, so only the error's code is kept. */
const networkFailure = (error: unknown, hasBegun: boolean): FailureError => {
  const errorCode = codeOf(error);
  if (errorCode !== null && /TIMEOUT|ETIMEDOUT/.test(errorCode))
    return failed("PACS_TIMEOUT", `The archive did not answer (${errorCode}).`, { errorCode });
  if (hasBegun)
    return failed("PACS_BAD_ANSWER", "The archive's answer broke off before its end.", { errorCode });
  if (errorCode !== null && /^HPE_|HEADERS_OVERFLOW|^HTTPParserError$/.test(errorCode))
    return failed("PACS_BAD_ANSWER", `The answer is no readable HTTP (${errorCode}).`, { errorCode });
  return failed("PACS_UNREACHABLE", `No connection to the archive (${errorCode ?? "unknown cause"}).`, {
    errorCode,
  });
};

/** The code of the innermost error, else its name. */
const codeOf = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null;
  const inner = codeOf(error instanceof AggregateError ? error.errors[0] : error.cause);
  if (inner !== null) return inner;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
};
