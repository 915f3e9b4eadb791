/** `serve`: HTTP in this process for as long as it lives; watching and jobs for as long as the data folder is there. */
import { stat } from "node:fs/promises";
import { composePacs, composeQuality, requireModels } from "../compose.ts";
import { removeAbandonedFolders } from "../disk/temporaryFolder.ts";
import { type Failure, FailureError, makeFailure, toFailure } from "../domain/failure.ts";
import type { Readiness, Sources } from "../http/app.ts";
import { closeServer, type HttpLimits, listen } from "../http/listen.ts";
import { whyDiskLow } from "../jobs/files/diskReserve.ts";
import { whyUnwritable } from "../jobs/files/folderGuard.ts";
import type { Pacs } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import { readPancreasNames } from "../settings/pancreasNames.ts";
import { readSeriesRules } from "../settings/seriesRules.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import type { ProgramCommand } from "./child.ts";
import { makeReportReader } from "./reports.ts";
import { holdDataFolder, type Tenure } from "./tenure.ts";

const LOOK_MS = 1000;

export type Service = { readonly port: number; readonly stop: () => Promise<void> };

/**
 * Start the service and return when it listens. `command` starts this program anew: to run jobs, to read reports.
 * Throws DATA_DIR_LOCKED, FOLDER_UNWRITABLE, PORT_IN_USE, SETTINGS_INVALID, MODEL_*.
 */
export const startService = async (
  settings: Settings,
  command: ProgramCommand,
  log: Log,
): Promise<Service> => {
  // The worker reads them anew; a fault must be told here, not by a worker that dies again and again.
  readSeriesRules(settings.series.rulesFile);
  readPancreasNames(settings.quality.namesFile);
  requireModels(settings);
  const pacs = composePacs(settings, log);
  const hold = (): Promise<Tenure> => holdDataFolder(settings, command, pacs, log);
  const holding = makeHolding(await hold());
  // Listening first: of what may fail at a start it is the last, and nothing is left running behind it.
  const server = await listen(sourcesOf(settings, command, pacs, holding, log), limitsOf(settings));
  log.info("listening", { host: settings.http.host, port: server.port });
  const removed = removeAbandonedFolders();
  if (removed > 0) log.info("files of dead processes removed", { folders: removed });
  holding.tenure?.begin();
  const keeping = keepHolding(holding, hold, settings, log);
  return {
    port: server.port,
    stop: async () => {
      await Promise.all([keeping.stop(), closeServer(server)]);
      await holding.tenure?.stop();
    },
  };
};

/** The data folder as it is held now; or not, and why. */
type Holding = { tenure: Tenure | null; lost: Failure | null };

const makeHolding = (tenure: Tenure): Holding => ({ tenure, lost: null });

/** What needs the data folder has none now. Throws DATA_FOLDER_LOST, or what else keeps the folder from being held. */
const held = ({ tenure, lost }: Holding): Tenure => {
  if (tenure !== null) return tenure;
  throw new FailureError(lost ?? makeFailure("DATA_FOLDER_LOST", "The data folder is not held."));
};

/**
 * Look every second: let go of a data folder that was deleted, replaced or made read-only, since what is written through open
 * files would be lost in silence, and hold it again when it is back. It is not made anew here: where it is gone its disk may be.
 */
const keepHolding = (
  holding: Holding,
  hold: () => Promise<Tenure>,
  settings: Settings,
  log: Log,
): { readonly stop: () => Promise<void> } => {
  let stopping = false;
  let seen: string | null = null;

  const letGo = async (tenure: Tenure, lost: Failure): Promise<void> => {
    log.error("data folder lost", { code: lost.code, sentence: lost.sentence, remedy: lost.remedy });
    Object.assign(holding, { tenure: null, lost });
    seen = null;
    await tenure.stop().catch((error: unknown) => log.warn("stopped badly", { code: toFailure(error).code }));
  };

  const takeAgain = async (): Promise<void> => {
    const before = seen;
    seen = await stateOf(settings);
    // Whoever deletes or restores a folder is at it for a while.
    if (seen === null || seen !== before) return;
    try {
      const tenure = await hold();
      if (stopping) return await tenure.stop();
      Object.assign(holding, { tenure, lost: null });
      log.info("data folder held again");
      tenure.begin();
    } catch (error) {
      const lost = toFailure(error);
      if (lost.code !== holding.lost?.code)
        log.error("data folder not held", { code: lost.code, sentence: lost.sentence });
      holding.lost = lost;
    }
  };

  const look = async (): Promise<void> => {
    const { tenure } = holding;
    if (tenure === null) return takeAgain();
    const lost = await tenure.lost();
    if (lost !== null) await letGo(tenure, lost);
  };

  let looking: Promise<void> | null = null;
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = null;
    });
  }, LOOK_MS);
  return {
    stop: async () => {
      stopping = true;
      clearInterval(timer);
      await looking;
    },
  };
};

/** Changes while somebody is at work in the data folder; null while it, or the models, cannot be used. */
const stateOf = async ({ dataFolder, models }: Settings): Promise<string | null> => {
  if ((await whyUnwritable(dataFolder)) !== null) return null;
  const found = await stat(dataFolder).catch(() => null);
  const hasModels = (await stat(models.folder).catch(() => null)) !== null;
  return found === null ? null : `${found.dev}:${found.ino}:${found.mtimeMs}:${hasModels}`;
};

/** All that HTTP may reach, whatever data folder is held at the moment. */
const sourcesOf = (
  settings: Settings,
  command: ProgramCommand,
  pacs: Pacs,
  holding: Holding,
  log: Log,
): Sources => ({
  jobs: {
    find: async (id) => held(holding).jobs.find(id),
    list: async (filter) => held(holding).jobs.list(filter),
    stats: async () => held(holding).jobs.stats(),
  },
  pictures: { read: async (key) => held(holding).pictures.read(key) },
  pacs,
  readQuality: composeQuality(settings).read,
  readMeasurements: makeReportReader(command),
  readiness: () => readiness(settings, pacs, holding),
  hints: { secret: settings.http.webhookSecret, look: () => holding.tenure?.look() },
  limits: { maxBodyBytes: settings.http.maxBodyKilobytes * 1024 },
  log,
});

const limitsOf = ({ http }: Settings): HttpLimits => ({
  host: http.host,
  port: http.port,
  headersTimeoutMs: http.headersTimeoutSeconds * 1000,
  requestTimeoutMs: http.requestTimeoutSeconds * 1000,
  maxConnections: http.maxConnections,
  maxHeaderBytes: http.maxHeaderKilobytes * 1024,
});

/** An archive that is down degrades the service and is no reason to restart it. */
const readiness = async (settings: Settings, pacs: Pacs, holding: Holding): Promise<Readiness> => {
  const { tenure } = holding;
  const lost = tenure === null ? holding.lost : await tenure.lost();
  const lowDisk = await whyDiskLow(settings.dataFolder, settings.jobs.reserveMegabytes);
  const problems = [lost, tenure?.trouble() ?? null, lost === null ? lowDisk : null];
  const degraded = await pacs.ping().then(
    () => null,
    (error: unknown) => toFailure(error),
  );
  return {
    problems: problems.filter((each) => each !== null),
    degraded: degraded === null ? [] : [degraded],
  };
};
