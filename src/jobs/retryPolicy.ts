import { type FailureCode, failureClass } from "../domain/failure.ts";

/** What becomes of a job after a failure; `usesAttempt` false means that the failure says nothing about the job. */
export type Decision =
  | { readonly kind: "retry"; readonly usesAttempt: boolean }
  | { readonly kind: "bury" }
  | { readonly kind: "skip" };

/** The archive, or our own ground, is away or keeps us out: every job would fail alike, for as long as that lasts. */
const isAway: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "PACS_UNREACHABLE",
  "PACS_TIMEOUT",
  "PACS_BUSY",
  "PACS_UNAUTHORIZED",
  "DATA_FOLDER_LOST",
  "MODELS_LOST",
  "PACS_UNTRUSTED",
]);

/** Classed permanent for the reader, yet memory and disk come back: worth the attempts that there are. */
const mayPassByItself: ReadonlySet<FailureCode> = new Set<FailureCode>(["INTERNAL", "INFERENCE_FAILED"]);

/** `attempts`: claims of this job that counted so far, the present one included. */
export function decide(
  failure: { readonly code: FailureCode },
  attempts: number,
  maxAttempts: number,
): Decision {
  if (isAway.has(failure.code)) return { kind: "retry", usesAttempt: false };
  if (failureClass(failure.code) === "ineligible") return { kind: "skip" };
  const isWorthRetrying = failureClass(failure.code) === "transient" || mayPassByItself.has(failure.code);
  return isWorthRetrying && attempts < maxAttempts ? { kind: "retry", usesAttempt: true } : { kind: "bury" };
}

const SHORTEST_MS = 5_000;
const LONGEST_MS = 15 * 60_000;

/**
 * Delay before the next try, ms: evenly spread between 5 s and a limit that doubles with each failure in a row up to 15 min,
 * so that jobs that failed together do not come back together.
 * `failuresInRow`: a job's attempts, or the worker's run of failed calls while the archive is away. `random`: 0 to 1.
 */
export function retryDelayMs(failuresInRow: number, random: number): number {
  const limit = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.max(1, failuresInRow));
  return SHORTEST_MS + random * (limit - SHORTEST_MS);
}
