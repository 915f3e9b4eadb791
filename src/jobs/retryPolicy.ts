import { type FailureCode, policyOf } from "../domain/failure.ts";

/** What becomes of a job after a failure; `usesAttempt` false means that the failure says nothing about the job. */
export type Decision =
  | { readonly kind: "retry"; readonly usesAttempt: boolean }
  | { readonly kind: "bury" }
  | { readonly kind: "skip" };

/** `attempts`: claims of this job that counted so far, the present one included. */
export function decide(
  { code }: { readonly code: FailureCode },
  attempts: number,
  maxAttempts: number,
): Decision {
  const policy = policyOf(code);
  if (policy.class === "refused") return { kind: "skip" };
  switch (policy.retry) {
    case "never":
      return { kind: "bury" };
    case "atOnce":
    case "uncounted":
      return { kind: "retry", usesAttempt: false };
    case "counted":
      return attempts < maxAttempts ? { kind: "retry", usesAttempt: true } : { kind: "bury" };
  }
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
