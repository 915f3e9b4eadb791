/** All that runs while a data folder is held: a list of parts, each of which stops. */
import { clock, type composeFullSweep, composeWatcher } from "../compose.ts";
import { type Failure, toFailure } from "../domain/failure.ts";
import { type Schedule, startSchedule } from "../pacs/schedule.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Pacs } from "../ports/pacs.ts";
import type { Pictures } from "../ports/results.ts";
import type { Log } from "../ports/world.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import { startAudits } from "./audits.ts";
import type { ProgramCommand } from "./child.ts";
import { watchClaiming } from "./claiming.ts";
import { keepWorker } from "./keepWorker.ts";

/** Something that runs until it is stopped. */
type Part = { readonly stop: () => Promise<void> | void };

export type Work = {
  /** Why queued jobs are not being run; null when they are. */
  readonly trouble: () => Failure | null;
  /** Look into the archive now, besides the clock. */
  readonly look: () => void;
  /** Tell the worker that there is something to do. */
  readonly wake: () => void;
  readonly stop: () => Promise<void>;
};

type Ground = {
  readonly pacs: Pacs;
  readonly jobs: JobStore;
  readonly pictures: Pictures;
  readonly everything: ReturnType<typeof composeFullSweep>;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const beginWork = (settings: Settings, command: ProgramCommand, ground: Ground, log: Log): Work => {
  const { jobs, pictures } = ground;
  const worker = keepWorker(command, jobs, settings.jobs.leaseSeconds * 1000, log);
  const claiming = watchClaiming(jobs, log);
  const schedule = settings.watch.enabled ? watch(settings, ground, log) : null;
  const audits =
    settings.quality.schedule === null ? null : startAudits(settings.quality.schedule, command, log);
  const parts: readonly (Part | null)[] = [
    removeOldPictures(settings, pictures, log),
    audits,
    worker,
    claiming,
    schedule,
  ];
  return {
    trouble: () => worker.trouble() ?? claiming.trouble(),
    look: () => schedule?.look(),
    wake: worker.wake,
    stop: async () => void (await Promise.all(parts.map((part) => part?.stop()))),
  };
};

const watch = (settings: Settings, { pacs, jobs, everything }: Ground, log: Log): Schedule =>
  startSchedule(
    {
      watcher: composeWatcher(settings, pacs, jobs, log),
      pacs,
      jobs,
      everySeconds: settings.watch.everySeconds,
      sweepCron: settings.watch.sweepCron,
      sweepDays: settings.watch.sweepDays,
      sweepStableMs: settings.watch.stableSeconds * 1000,
      ...(everything !== null && { fullSweep: everything }),
    },
    log,
  );

/** Now and every hour. */
const removeOldPictures = (settings: Settings, pictures: Pictures, log: Log): Part => {
  const remove = (): void => {
    try {
      const removed = pictures.removeOlder(clock.nowMs() - settings.pictures.keepDays * DAY_MS);
      if (removed > 0) log.info("old pictures removed", { removed });
    } catch (error) {
      log.warn("old pictures could not be removed", { code: toFailure(error).code });
    }
  };
  remove();
  const timer = setInterval(remove, HOUR_MS);
  return { stop: () => clearInterval(timer) };
};
