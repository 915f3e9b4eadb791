import { type Failure, type FailureCode, policyOf } from "../../domain/failure.ts";
import type { World } from "../../ports/world.ts";

/** What becomes of a job after a failure; `usesAttempt` false means that the failure says nothing about the job. */
export type Decision =
  | { readonly kind: "retry"; readonly usesAttempt: boolean }
  | { readonly kind: "bury" }
  | { readonly kind: "skip" };

/**
 * `attempts`: claims of this job that counted so far, the present one included. `failsAlone`: others pass where it fails,
 * so that the fault is not the archive's.
 */
export function decide(
  { code }: { readonly code: FailureCode },
  attempts: number,
  maxAttempts: number,
  failsAlone = false,
): Decision {
  const policy = policyOf(code);
  if (policy.class === "refused") return { kind: "skip" };
  const counted: Decision = attempts < maxAttempts ? { kind: "retry", usesAttempt: true } : { kind: "bury" };
  const uncounted: Decision = { kind: "retry", usesAttempt: false };
  switch (policy.retry) {
    case "never":
      return { kind: "bury" };
    case "atOnce":
    case "uncounted":
      return uncounted;
    case "judged":
      return failsAlone ? counted : uncounted;
    case "counted":
      return counted;
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

/** The same after a failure, ms: at least what a busy archive asks for, but never longer than we would ever wait. */
export function delayAfterMs({ code, details }: Failure, failuresInRow: number, random: number): number {
  if (policyOf(code).retry === "atOnce") return 0;
  const asked = details["retryAfterMs"];
  const askedMs = typeof asked === "number" && asked > 0 ? Math.min(asked, LONGEST_MS) : 0;
  return Math.max(askedMs, retryDelayMs(failuresInRow, random));
}

/** When a delivery that failed is tried again: by the policy of the jobs. */
export const makeNextTry =
  (maxAttempts: number): World["nextTry"] =>
  (failure, { counted, failuresInRow, failsAlone }) => {
    const decision = decide(failure, counted, maxAttempts, failsAlone);
    if (decision.kind !== "retry") return null;
    const delayMs = delayAfterMs(failure, failuresInRow, Math.random());
    return { delayMs, usesAttempt: decision.usesAttempt };
  };
