/** What the service does while it holds a data folder: from the lock to its release. Lost with the folder, begun anew when that is back. */
import { existsSync, rmSync } from "node:fs";
import {
  composeFullSweep,
  composeJobs,
  composePictures,
  jobsFile,
  listingsFile,
  picturesFolder,
  spoolFolder,
  workFolder,
} from "../compose.ts";
import { type Failure, FailureError, failed, policyOf } from "../domain/failure.ts";
import { type FolderGuard, guardFooting } from "../jobs/files/folderGuard.ts";
import { lockDataFolder, lockFile } from "../jobs/files/lock.ts";
import { clearSpool, openSpool } from "../jobs/files/spool.ts";
import { setAsideDamagedJobs } from "../jobs/sqlite/damage.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Pacs } from "../ports/pacs.ts";
import type { Pictures } from "../ports/results.ts";
import type { Log } from "../ports/world.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import { beginWork, type Work } from "./beginWork.ts";
import type { ProgramCommand } from "./child.ts";

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

  let work: Work | null = null;
  // A worker that is not told looks only now and then.
  const telling: JobStore = {
    ...jobs,
    arrive: async (...arrived) => {
      const works = await jobs.arrive(...arrived);
      if (works > 0) work?.wake();
      return works;
    },
  };
  // All files are opened before anything begins: what begins cannot fail.
  const everything = settings.watch.enabled ? composeFullSweep(settings, pacs, telling, log) : null;
  return {
    jobs,
    pictures,
    lost: guard.lost,
    trouble: () => work?.trouble() ?? null,
    look: () => work?.look(),
    begin: () => {
      work = beginWork(settings, command, { pacs, jobs: telling, pictures, everything }, log);
    },
    stop: async () => {
      await work?.stop();
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
  for await (const { id, failure } of jobs.each({ kind: "examine", state: "skipped" }))
    if (failure !== null && policyOf(failure.code).about === "model") await jobs.retry(id);
};
