import { setTimeout as sleep } from "node:timers/promises";
import { failed } from "../../domain/failure.ts";
import { type Database, isBusy } from "./database.ts";

/** Less than a supervisor gives a process to end in, and more than a copy of the ledger takes. */
const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 25;

/**
 * A store that waits for a lock by trying again. SQLite itself waits without letting its process do anything else: one that
 * answers HTTP would fall silent, one that is told to end would not hear it. A call that was refused for the lock has changed
 * nothing, so that it may be repeated as a whole. Throws LEDGER_BUSY.
 */
export const withPatience = <Store extends object>(database: Database, store: Store): Store => {
  database.script("PRAGMA busy_timeout = 0");
  const patient = Object.entries(store).map(([name, call]) => [
    name,
    async (...values: readonly unknown[]) => untilFree(async () => call(...values)),
  ]);
  return Object.fromEntries(patient) as Store;
};

const untilFree = async <T>(call: () => Promise<T>): Promise<T> => {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() > deadline)
        throw failed(
          "LEDGER_BUSY",
          `Another process has held the job ledger for ${PATIENCE_MS / 1000} s.`,
          { waitedMs: PATIENCE_MS },
          error,
        );
    }
    await sleep(LOOK_AGAIN_MS * (0.5 + Math.random()));
  }
};
