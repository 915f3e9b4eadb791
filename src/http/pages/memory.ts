type Options = {
  /** How long an answer, or the lack of one, is good. */
  readonly keepMs: number;
  /** How long a caller waits at most. */
  readonly waitMs: number;
  /** How many questions are open at once. */
  readonly parallel: number;
  readonly nowMs?: () => number;
};

type Kept<Answer> = { readonly answer: Answer | null; readonly untilMs: number };

/**
 * Answers by key for callers that ask for the same again and again. Each key is asked for at most once in `keepMs`; a
 * caller gets what is known after `waitMs` at the latest, old answers until there are new ones, and no key whose asking
 * failed. Only the keys asked for last are kept.
 */
export const makeMemory = <Answer>(
  ask: (key: string) => Promise<Answer>,
  { keepMs, waitMs, parallel, nowMs = () => performance.now() }: Options,
): ((keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>) => {
  const kept = new Map<string, Kept<Answer>>();
  let round: { readonly over: Promise<void>; readonly waitUntilMs: number } | null = null;

  const askOne = async (key: string): Promise<void> => {
    const answer = await ask(key).catch(() => kept.get(key)?.answer ?? null);
    kept.set(key, { answer, untilMs: nowMs() + keepMs });
  };

  const askAll = async (keys: readonly string[], waitUntilMs: number): Promise<void> => {
    const waiting = keys.values();
    const lane = async (): Promise<void> => {
      for (const key of waiting) {
        await askOne(key);
        // What nobody waits for any more is begun when somebody asks again.
        if (nowMs() >= waitUntilMs) return;
      }
    };
    await Promise.all(Array.from({ length: parallel }, lane));
    round = null;
  };

  return async (keys) => {
    const wanted = new Set(keys);
    for (const key of kept.keys()) if (!wanted.has(key)) kept.delete(key);
    const stale = keys.filter((key) => (kept.get(key)?.untilMs ?? 0) <= nowMs());
    if (round === null && stale.length > 0) {
      const waitUntilMs = nowMs() + waitMs;
      round = { over: askAll(stale, waitUntilMs), waitUntilMs };
    }
    if (round !== null) await Promise.race([round.over, pause(round.waitUntilMs - nowMs())]);
    return new Map(
      [...kept].flatMap(([key, { answer }]) => (answer === null ? [] : [[key, answer] as const])),
    );
  };
};

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)).unref());
