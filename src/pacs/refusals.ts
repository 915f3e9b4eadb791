import { type Failure, makeFailure } from "../domain/failure.ts";
import type { Refusals } from "../ports/results.ts";
import type { Clock } from "../ports/world.ts";

/** Once is no refusal: an archive that restarts a plug-in, or is told of a new class, says the same for a moment. */
export const SETTLING_MS = 30_000;
/** The archive may learn it. */
const ASK_AGAIN_MS = 15 * 60_000;

type Refusal = { readonly firstMs: number; readonly settledMs: number | null; readonly failure: Failure };

/** Refusals in the memory of this process: told once more after a while, a class counts as refused, and is asked again later. */
export const makeRefusals = ({ nowMs }: Clock): Refusals => {
  const known = new Map<string, Refusal>();
  const keyOf = (destination: string, sopClassUid: string): string => `${destination} ${sopClassUid}`;
  /** A moment in the future was noted before the clock went back. */
  const since = (thenMs: number): number => {
    const passed = nowMs() - thenMs;
    return passed < 0 ? Number.POSITIVE_INFINITY : passed;
  };
  return {
    find: (destination, sopClassUid) => {
      const refusal = known.get(keyOf(destination, sopClassUid));
      const isSettled = refusal !== undefined && refusal.settledMs !== null;
      return isSettled && since(refusal.settledMs) < ASK_AGAIN_MS ? refusal.failure : null;
    },
    note: (destination, sopClassUid, { sentence, details: { retryAfterMs: _, ...details } }) => {
      const key = keyOf(destination, sopClassUid);
      const firstMs = known.get(key)?.firstMs ?? nowMs();
      const isSettled = since(firstMs) >= SETTLING_MS;
      const failure = makeFailure("STORE_REJECTED", sentence, details);
      known.set(key, { firstMs, settledMs: isSettled ? nowMs() : null, failure });
      return isSettled ? failure : null;
    },
    forget: (destination, sopClassUid) => void known.delete(keyOf(destination, sopClassUid)),
  };
};
