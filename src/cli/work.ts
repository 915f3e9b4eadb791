import { existsSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import type { Command } from "commander";
import { composeWorld, jobsFile } from "../compose.ts";
import { failed } from "../domain/failure.ts";
import { whyDiskLow } from "../jobs/files/diskReserve.ts";
import { guardFooting } from "../jobs/files/folderGuard.ts";
import type { Log } from "../ports/world.ts";
import { makeBell } from "../processes/bell.ts";
import { asChild, tellParent } from "../processes/childSide.ts";
import type { WorkerMessage } from "../processes/keepWorker.ts";
import { makeLog } from "../processes/log.ts";
import { footingOf } from "../processes/tenure.ts";
import { runWorker } from "../processes/work.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import { settingsFor, stopSignal } from "./context.ts";

/** The service hears whether jobs are being taken, or why not. */
const tell = (message: WorkerMessage): void => tellParent(message);

/** The child of `serve`; hidden, since nobody starts it by hand. */
export const describeWork = (command: Command): void => {
  command
    .requiredOption("--owner <id>", "whose name the claims bear")
    .action(({ owner }: { readonly owner: string }, command: Command) =>
      asChild(async () => work(owner, settingsFor(command))),
    );
};

const work = async (owner: string, settings: Settings): Promise<void> => {
  const log = makeLog(settings.log.level, { process: "worker" });
  stepBack(log);
  // Only the service makes a data folder: one that is gone may be on a disk that comes back.
  if (!existsSync(jobsFile(settings)))
    throw failed("DATA_FOLDER_LOST", "The data folder was lost before the worker could begin.");
  const world = composeWorld(settings, log);
  const { lost } = await guardFooting(footingOf(settings));
  const bell = makeBell();
  process.on("message", bell.ring);
  tell({ kind: "started" });
  await runWorker(world, {
    owner,
    leaseMs: settings.jobs.leaseSeconds * 1000,
    signal: stopSignal(),
    log,
    maxAttempts: settings.jobs.maxAttempts,
    executionProvider: world.models.executionProvider,
    lost,
    looking: () => tell({ kind: "looking" }),
    wait: bell.wait,
    lowDisk: () => whyDiskLow(settings.dataFolder, settings.jobs.reserveMegabytes),
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
