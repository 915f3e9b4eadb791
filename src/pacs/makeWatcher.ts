import type { Watcher } from "../ports/pacs.ts";

/**
 * A watcher that looks once at a time: who asks during a look gets that one. `stop` lets the look come to its next
 * resting point, waits for it, and turns later looks into nothing; `run` reads from `isStopping` when to rest.
 */
export const makeWatcher = (run: (isStopping: () => boolean) => Promise<void>): Watcher => {
  let isStopping = false;
  let running: Promise<void> | null = null;
  return {
    look: async () => {
      if (isStopping) return;
      running ??= run(() => isStopping).finally(() => {
        running = null;
      });
      await running;
    },
    stop: async () => {
      isStopping = true;
      await running?.catch(() => {
        // Whoever asked for this look has been told.
      });
    },
  };
};
