import { existsSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import type { Command } from "commander";
import { composeWorld, jobsFile } from "../compose.ts";
import { failed, toFailure } from "../domain/failure.ts";
import { guardFooting } from "../jobs/folderGuard.ts";
import type { Log } from "../ports/world.ts";
import { WORKER, type WorkerMessage } from "../processes/keepWorker.ts";
import { makeLog } from "../processes/log.ts";
import { footingOf } from "../processes/tenure.ts";
import { runWorker } from "../processes/work.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import { settingsFor, stopSignal } from "./context.ts";

/** For last words; what keeps the process longer than that keeps it for nothing. */
const LAST_MS = 1000;

/** The service hears whether jobs are being taken, or why not. */
const tell = (message: WorkerMessage): void => {
  if (process.connected) process.send?.(message);
};

/** The child of `serve`; hidden, since nobody starts it by hand. */
export const describeWork = (command: Command): void => {
  command.action(async (_options, command: Command) => {
    // An orphan must not go on beside its successor.
    const dieAsOrphan = (): never => process.exit(1);
    process.on("disconnect", dieAsOrphan);
    // The service may have died before anybody listened.
    if (process.connected === false) dieAsOrphan();
    try {
      await work(settingsFor(command));
    } catch (error) {
      const { code, sentence } = toFailure(error);
      tell({ kind: "failed", code, sentence });
      throw error;
    } finally {
      // Whoever still listens to the service lives on without working, and nobody starts another.
      process.off("disconnect", dieAsOrphan);
      if (process.connected) process.disconnect?.();
      // So does who is kept by an open connection, a thread or a session that the end of its loop left behind.
      setTimeout(() => process.exit(), LAST_MS).unref();
    }
  });
};

const work = async (settings: Settings): Promise<void> => {
  const log = makeLog(settings.log.level, { process: "worker" });
  stepBack(log);
  // Only the service makes a data folder: one that is gone may be on a disk that comes back.
  if (!existsSync(jobsFile(settings)))
    throw failed("DATA_FOLDER_LOST", "The data folder was lost before the worker could begin.");
  const world = composeWorld(settings, log);
  const { lost } = await guardFooting(footingOf(settings));
  tell({ kind: "started" });
  await runWorker(world, {
    owner: WORKER,
    leaseMs: settings.jobs.leaseSeconds * 1000,
    signal: stopSignal(),
    log,
    maxAttempts: settings.jobs.maxAttempts,
    executionProvider: world.models.executionProvider,
    lost,
  });
  await world.models.close();
  await world.jobs.close();
};

/** The service must answer while the network takes every core. Where that is forbidden the page is slower, and that is all. */
const stepBack = (log: Log): void => {
  try {
    // Who was started with less already may not go back up to this.
    if (getPriority() < constants.priority.PRIORITY_BELOW_NORMAL)
      setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    const code = error instanceof Error && "info" in error ? (error.info as { code?: unknown }).code : null;
    log.warn("the worker may not lower its priority", { code });
  }
};
