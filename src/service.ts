/** `serve`: HTTP and watching in this process, jobs in a child. A dead child is one failed attempt, not an outage. */
import { type ChildProcess, fork } from "node:child_process";
import { accessSync, constants, mkdirSync, statfsSync } from "node:fs";
import type { Server } from "node:http";
import { startAudits } from "./auditProcess.ts";
import {
  clock,
  composeJobs,
  composePacs,
  composePictures,
  composeQuality,
  composeWatcher,
  jobsFile,
} from "./compose.ts";
import { failed } from "./domain/failure.ts";
import { makeApp, type Readiness } from "./http/app.ts";
import type { Hints } from "./http/hint.ts";
import { setAsideDamagedJobs } from "./jobs/damage.ts";
import { lockDataFolder } from "./jobs/lock.ts";
import { type Schedule, startSchedule } from "./pacs/schedule.ts";
import type { JobStore, Log, Pacs } from "./ports.ts";
import { makeReportReader, type ProgramCommand } from "./reportProcess.ts";
import { readSeriesRules } from "./seriesRules.ts";
import type { Settings } from "./settings.ts";

/** The one worker's name in the job store: whoever holds the data folder may take over what it left behind. */
export const WORKER = "worker";

const GRACE_MS = 25_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIN_FREE_BYTES = 2 ** 30;

export type Service = { readonly port: number; readonly stop: () => Promise<void> };

/**
 * Start the service and return when it listens. `command` starts this program anew: to run jobs, to read reports.
 * Throws DATA_DIR_LOCKED, PORT_IN_USE, SETTINGS_INVALID.
 */
export const startService = async (
  settings: Settings,
  command: ProgramCommand,
  log: Log,
): Promise<Service> => {
  // The worker reads them anew; a fault must be told here, not by a worker that dies again and again.
  readSeriesRules(settings.series.rulesFile);
  mkdirSync(settings.dataFolder, { recursive: true, mode: 0o700 });
  const lock = lockDataFolder(settings.dataFolder);
  setDamagedJobsAside(settings, log);
  const jobs = composeJobs(settings);
  await jobs.releaseOwner(WORKER);
  await reopenWithoutModel(jobs);
  const pacs = composePacs(settings, log);
  // Listening first: of what may fail at a start it is the last, and nothing is left running behind it.
  let schedule: Schedule | null = null;
  const hints = { secret: settings.http.webhookSecret, look: () => schedule?.look() };
  const server = await listen(settings, command, jobs, () => readiness(settings, pacs), hints, log);
  const tidying = removeOldPictures(settings, log);
  const audits =
    settings.quality.schedule === null ? null : startAudits(settings.quality.schedule, command, log);
  const worker = keepWorker(command, jobs, settings.jobs.leaseSeconds * 1000, log);
  schedule = settings.watch.enabled
    ? startSchedule(
        {
          watcher: composeWatcher(settings, pacs, jobs, log),
          pacs,
          jobs,
          everySeconds: settings.watch.everySeconds,
          sweepCron: settings.watch.sweepCron,
          sweepDays: settings.watch.sweepDays,
          sweepStableMs: settings.watch.stableSeconds * 1000,
        },
        log,
      )
    : null;
  return {
    port: (server.address() as { port: number }).port,
    stop: async () => {
      clearInterval(tidying);
      await Promise.all([schedule?.stop(), audits?.stop(), closeServer(server), worker.stop()]);
      await jobs.close();
      lock.release();
    },
  };
};

/** A damaged ledger is kept for a person to look at; the archive is the truth from which the sweep builds a new one. */
const setDamagedJobsAside = (settings: Settings, log: Log): void => {
  const movedTo = setAsideDamagedJobs(jobsFile(settings));
  if (movedTo !== null) log.error("the job ledger was damaged and is rebuilt from the archive", { movedTo });
};

/** Series that came before a model for them did: at a start the models may be others. */
const reopenWithoutModel = async (jobs: JobStore): Promise<void> => {
  const skipped = await jobs.list({ kind: "examine", state: "skipped", limit: 1_000_000 });
  for (const { id, failure } of skipped)
    if (failure?.code === "NO_MODEL" || failure?.code === "PHANTOM_MODEL") await jobs.retry(id);
};

/** Now and every hour. */
const removeOldPictures = (settings: Settings, log: Log): NodeJS.Timeout => {
  const pictures = composePictures(settings);
  const remove = (): void => {
    const removed = pictures.removeOlder(clock.nowMs() - settings.pictures.keepDays * DAY_MS);
    if (removed > 0) log.info("old pictures removed", { removed });
  };
  remove();
  return setInterval(remove, HOUR_MS);
};

/** Keep one worker running: what a dead one held is queued again at once, and the next one starts a little later. */
const keepWorker = (
  command: ProgramCommand,
  jobs: JobStore,
  leaseMs: number,
  log: Log,
): { readonly stop: () => Promise<void> } => {
  let stopping = false;
  let quickDeaths = 0;
  let child: ChildProcess | null = null;
  let restart: NodeJS.Timeout | undefined;

  const start = (): void => {
    const startedAtMs = clock.nowMs();
    child = fork(command.program, [...command.arguments, "work"], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    log.info("worker started", { pid: child.pid });
    child.once("exit", (code, signal) => {
      child = null;
      jobs
        .releaseOwner(WORKER)
        .catch(() => log.error("jobs of the dead worker could not be released"))
        .finally(() => {
          if (stopping) return;
          quickDeaths = clock.nowMs() - startedAtMs < 60_000 ? quickDeaths + 1 : 0;
          const delayMs = Math.min(250 * 2 ** quickDeaths, 30_000);
          log.warn("worker died", { code, signal, restartMs: delayMs });
          restart = setTimeout(start, delayMs);
        });
    });
  };
  start();

  // Whoever lets a lease run out hangs: a worker reports many times within one.
  const watchdog = setInterval(async () => {
    const expired = await jobs.releaseExpired().catch(() => 0);
    if (expired === 0) return;
    log.error("worker hangs", { expired });
    child?.kill("SIGKILL");
  }, leaseMs / 4);

  return {
    stop: async () => {
      stopping = true;
      clearTimeout(restart);
      clearInterval(watchdog);
      if (child === null) return;
      const running = child;
      const exited = new Promise<void>((resolve) => running.once("exit", () => resolve()));
      running.kill("SIGTERM");
      const killer = setTimeout(() => running.kill("SIGKILL"), GRACE_MS);
      await exited;
      clearTimeout(killer);
    },
  };
};

const listen = async (
  settings: Settings,
  command: ProgramCommand,
  jobs: JobStore,
  ready: () => Promise<Readiness>,
  hints: Hints,
  log: Log,
): Promise<Server> => {
  const { host, port } = settings.http;
  const server = await new Promise<Server>((resolve, reject) => {
    const sources = {
      jobs,
      pictures: composePictures(settings),
      pacs: composePacs(settings, log),
      readQuality: composeQuality(settings).read,
      readMeasurements: makeReportReader(command),
      readiness: ready,
      hints,
    };
    const started = makeApp(sources).listen(port, host, (error?: Error) =>
      error === undefined
        ? resolve(started)
        : reject(failed("PORT_IN_USE", `Cannot listen on ${host}:${port}.`, { host, port }, error)),
    );
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  log.info("listening", { host, port: (server.address() as { port: number }).port });
  return server;
};

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** An archive that is down degrades the service and is no reason to restart it. */
const readiness = async (settings: Settings, pacs: Pacs): Promise<Readiness> => {
  const problems: string[] = [];
  const degraded: string[] = [];
  try {
    accessSync(settings.dataFolder, constants.W_OK);
    const disk = statfsSync(settings.dataFolder);
    if (disk.bavail * disk.bsize < MIN_FREE_BYTES) problems.push("less than 1 GiB free in the data folder");
  } catch {
    problems.push("the data folder is not writable");
  }
  await pacs.ping().catch(() => degraded.push("the archive does not answer"));
  return { problems, degraded };
};
