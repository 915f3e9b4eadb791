import { setTimeout as pause } from "node:timers/promises";

/** Far longer than anything takes on a machine whose cores are busy with something else: it ends what would never end. */
const patienceMs = 480_000;

const waits = new Set<string>();

/** What this process waits for at this moment, in words. */
export const openWaits = (): readonly string[] => [...waits];

/** What a promise gives. Rejects with the name of the wait when it gives nothing in any reasonable time. */
export const inTime = async <T>(
  what: string,
  promise: Promise<T>,
  { limitMs = patienceMs } = {},
): Promise<T> => {
  const over = new AbortController();
  const late = async (): Promise<never> => {
    await pause(limitMs, undefined, { signal: over.signal });
    throw new Error(`waited ${limitMs / 1000} s for: ${what}`);
  };
  waits.add(what);
  try {
    return await Promise.race([promise, late()]);
  } finally {
    waits.delete(what);
    over.abort();
  }
};

/**
 * Ask again and again until there is an answer, which null, undefined and false are not. Tests wait for facts by this
 * and never for a time. Rejects with what `ask` throws, and with the name of the wait when the fact never comes.
 */
export const eventually = async <T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  { limitMs = patienceMs, everyMs = 50 } = {},
): Promise<T> => {
  let isOver = false;
  const look = async (): Promise<T> => {
    for (;;) {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
      await pause(everyMs);
      if (isOver) throw new Error(`nobody waits any more for: ${what}`);
    }
  };
  try {
    return await inTime(what, look(), { limitMs });
  } finally {
    isOver = true;
  }
};
