import { setTimeout as sleep } from "node:timers/promises";

/** A wait that a ring cuts short. A ring while nobody waits is not lost: the next wait is none. */
export const makeBell = () => {
  let rung = new AbortController();
  return {
    ring: (): void => rung.abort(),
    /** Until the next ring, the signal, or the end of the time. */
    wait: async (longestMs: number, signal: AbortSignal): Promise<void> => {
      await sleep(longestMs, undefined, { signal: AbortSignal.any([rung.signal, signal]) }).catch(() => {});
      rung = new AbortController();
    },
  };
};
