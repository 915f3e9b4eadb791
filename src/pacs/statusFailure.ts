import { type FailureError, failed } from "../domain/failure.ts";

const refusals = {
  401: "wants other credentials: see username, password and bearerToken",
  403: "knows us and forbids this: see what its settings allow this user",
} as const;

/**
 * What an HTTP status that is not a success means: PACS_UNAUTHORIZED (401, 403), PACS_BUSY (429, 503, with
 * details.retryAfterMs or null), PACS_UNREACHABLE (502), PACS_TIMEOUT (408, 504), else PACS_ERROR. The body is left out: it could quote a patient.
 */
export const statusFailure = (status: number, headers: Headers): FailureError => {
  if (status === 401 || status === 403)
    return failed("PACS_UNAUTHORIZED", `The archive ${refusals[status]} (status ${status}).`, { status });
  if (status === 429 || status === 503) {
    const retryAfterMs = readRetryAfterMs(headers.get("retry-after"), Date.now());
    return failed("PACS_BUSY", `The archive answered with status ${status}.`, { status, retryAfterMs });
  }
  // A proxy that does not reach the archive: as good as no answer.
  if (status === 502)
    return failed("PACS_UNREACHABLE", "A proxy does not reach the archive (status 502).", { status });
  if (status === 408 || status === 504)
    return failed("PACS_TIMEOUT", `The archive answered with status ${status}.`, { status });
  if (status >= 300 && status < 400)
    return failed("PACS_ERROR", `The archive answered with a redirect (${status}); none is followed.`, {
      status,
    });
  if (status === 404)
    return failed("PACS_ERROR", "There is no DICOMweb at this address (status 404): see dicomwebUrl.", {
      status,
    });
  return failed("PACS_ERROR", `The archive answered with status ${status}.`, { status });
};

/** Milliseconds to wait from a Retry-After header: seconds or a date (RFC 9110 10.2.3); null when absent or unreadable. */
export const readRetryAfterMs = (value: string | null, nowMs: number): number | null => {
  if (value === null) return null;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  // Each of the three forms of a date begins with the day's name; Date.parse alone takes a lone number for a year.
  const atMs = /^\s*(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
};
