/** What the service does while it holds a data folder: from the lock to its release. Lost with the folder, begun anew when that is back. */
import { existsSync, rmSync } from "node:fs";
import {
  clock,
  composeFullSweep,
  composeJobs,
  composePictures,
  composeWatcher,
  jobsFile,
  listingsFile,
  picturesFolder,
  spoolFolder,
  workFolder,
} from "../compose.ts";
import { type Failure, FailureError, failed, policyOf, toFailure } from "../domain/failure.ts";
import { setAsideDamagedJobs } from "../jobs/damage.ts";
import { type FolderGuard, guardFooting } from "../jobs/folderGuard.ts";
import { lockDataFolder, lockFile } from "../jobs/lock.ts";
import { clearSpool, openSpool } from "../jobs/spool.ts";
import { type Schedule, startSchedule } from "../pacs/schedule.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Pacs } from "../ports/pacs.ts";
import type { Pictures } from "../ports/results.ts";
import type { Log } from "../ports/world.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import { startAudits } from "./audits.ts";
import type { ProgramCommand } from "./child.ts";
import { watchClaiming } from "./claiming.ts";
import { keepWorker, type Worker } from "./keepWorker.ts";

export type Tenure = {
  readonly jobs: JobStore;
  readonly pictures: Pictures;
  /** What this stands on that is lost; null while all is there. */
  readonly lost: FolderGuard["lost"];
  /** Why queued jobs are not being run; null when they are. */
  readonly trouble: () => Failure | null;
  readonly look: () => void;
  /** Watch the archive and run jobs, from now on. */
  readonly begin: () => void;
  readonly stop: () => Promise<void>;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Take the data folder and open what is in it. Throws DATA_DIR_LOCKED, FOLDER_UNWRITABLE, SETTINGS_INVALID. */
export const holdDataFolder = async (
  settings: Settings,
  command: ProgramCommand,
  pacs: Pacs,
  log: Log,
): Promise<Tenure> => {
  let release = (): void => {};
  try {
    ({ release } = lockDataFolder(settings.dataFolder));
    return await openDataFolder(settings, command, pacs, log, release);
  } catch (error) {
    release();
    throw error instanceof FailureError || !isOfDisk(error) ? error : unwritable(settings.dataFolder, error);
  }
};

/** What the file system, or the database on it, refused: no defect of the program. */
const isOfDisk = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error && "code" in error && /^(E[A-Z]+|ERR_SQLITE_ERROR)$/.test(String(error.code));

const unwritable = (folder: string, error: Error & { readonly code: string }) =>
  failed(
    "FOLDER_UNWRITABLE",
    `The data folder ${folder} cannot be made or written (${error.code}).`,
    { folder, reason: error.code },
    error,
  );

const openDataFolder = async (
  settings: Settings,
  command: ProgramCommand,
  pacs: Pacs,
  log: Log,
  release: () => void,
): Promise<Tenure> => {
  setDamagedJobsAside(settings, log);
  const jobs = composeJobs(settings);
  // The folder was free: whoever holds a job in it died with its service, which says nothing against the job.
  for (const owner of await jobs.owners()) await jobs.releaseOwner(owner, { usesAttempt: false });
  await reopenWithoutModel(jobs);
  const pictures = composePictures(settings);
  // Nobody else writes here while the folder is held: whatever is half-written was left by the dead.
  clearSpool(spoolFolder(settings));
  openSpool(spoolFolder(settings));
  pictures.removeUnfinished();
  rmSync(workFolder(settings), { recursive: true, force: true });
  const guard = await guardFooting(footingOf(settings));

  let tidying: NodeJS.Timeout | undefined;
  let audits: ReturnType<typeof startAudits> | null = null;
  let worker: Worker | null = null;
  let claiming: ReturnType<typeof watchClaiming> | null = null;
  // All files are opened before anything begins: what begins cannot fail.
  const everything = settings.watch.enabled ? composeFullSweep(settings, pacs, jobs, log) : null;
  let schedule: Schedule | null = null;
  return {
    jobs,
    pictures,
    lost: guard.lost,
    trouble: () => worker?.trouble() ?? claiming?.trouble() ?? null,
    look: () => schedule?.look(),
    begin: () => {
      tidying = removeOldPictures(settings, pictures, log);
      audits =
        settings.quality.schedule === null ? null : startAudits(settings.quality.schedule, command, log);
      worker = keepWorker(command, jobs, settings.jobs.leaseSeconds * 1000, log);
      claiming = watchClaiming(jobs, log);
      schedule = settings.watch.enabled ? watch(settings, pacs, jobs, everything, log) : null;
    },
    stop: async () => {
      clearInterval(tidying);
      claiming?.stop();
      await Promise.all([schedule?.stop(), audits?.stop(), worker?.stop()]);
      await everything?.close();
      await jobs.close();
      release();
    },
  };
};

/** What worker and service stand on alike. */
export const footingOf = (settings: Settings) => ({
  dataFolder: settings.dataFolder,
  files: [jobsFile(settings), lockFile(settings.dataFolder)],
  folders: [spoolFolder(settings), picturesFolder(settings)],
  modelsFolder: existsSync(settings.models.folder) ? settings.models.folder : null,
});

type FullSweep = ReturnType<typeof composeFullSweep>;

const watch = (settings: Settings, pacs: Pacs, jobs: JobStore, everything: FullSweep, log: Log): Schedule =>
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

/** A damaged ledger is kept for a person to look at; the archive is the truth from which the sweep builds a new one. */
const setDamagedJobsAside = (settings: Settings, log: Log): void => {
  const movedTo = setAsideDamagedJobs(jobsFile(settings));
  if (movedTo !== null) log.error("the job ledger was damaged and is rebuilt from the archive", { movedTo });
  const listings = setAsideDamagedJobs(listingsFile(settings));
  if (listings !== null)
    log.error("what was listed of the archive was damaged; it is listed anew", { listings });
};

/** Series that came before a model for them did: at a start the models may be others. */
const reopenWithoutModel = async (jobs: JobStore): Promise<void> => {
  const skipped = await jobs.list({ kind: "examine", state: "skipped", limit: 1_000_000 });
  for (const { id, failure } of skipped)
    if (failure !== null && policyOf(failure.code).about === "model") await jobs.retry(id);
};

/** Now and every hour. */
const removeOldPictures = (settings: Settings, pictures: Pictures, log: Log): NodeJS.Timeout => {
  const remove = (): void => {
    try {
      const removed = pictures.removeOlder(clock.nowMs() - settings.pictures.keepDays * DAY_MS);
      if (removed > 0) log.info("old pictures removed", { removed });
    } catch (error) {
      log.warn("old pictures could not be removed", { code: toFailure(error).code });
    }
  };
  remove();
  return setInterval(remove, HOUR_MS);
};
