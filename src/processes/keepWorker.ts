/** Keeps one worker process running. A dead one is one failed attempt; one that cannot even start is told of. */
import { type ChildProcess, fork } from "node:child_process";
import { clock } from "../compose.ts";
import { type Failure, makeFailure } from "../domain/failure.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Log } from "../ports/world.ts";
import type { ProgramCommand } from "./reports.ts";

/** The one worker's name in the job store: whoever holds the data folder may take over what it left behind. */
export const WORKER = "worker";

/** What the worker says to the service: that it takes jobs from now on, or why it ends. */
export type WorkerMessage =
  | { readonly kind: "started" }
  | { readonly kind: "failed"; readonly code: string; readonly sentence: string };

export type Worker = {
  /** Why no job is being run: the worker ended before it could take one, time after time. Null when all is well. */
  readonly trouble: () => Failure | null;
  readonly stop: () => Promise<void>;
};

const GRACE_MS = 25_000;
/** Deaths before the first job could be taken, in a row, that are more than bad luck. */
const TROUBLING_DEATHS = 2;

/** Start a worker, and another whenever one dies: what a dead one held is queued again at once, and the next starts a little later. */
export const keepWorker = (command: ProgramCommand, jobs: JobStore, leaseMs: number, log: Log): Worker => {
  let stopping = false;
  let quickDeaths = 0;
  let deathsAtStart = 0;
  let lastWords: string | null = null;
  let child: ChildProcess | null = null;
  let restart: NodeJS.Timeout | undefined;

  const hear = (message: WorkerMessage): void => {
    if (message.kind === "failed") lastWords = `${message.sentence} [${message.code}]`;
    else {
      log.info("worker ready");
      if (deathsAtStart >= TROUBLING_DEATHS) log.info("worker recovered", { deathsAtStart });
      deathsAtStart = 0;
      lastWords = null;
    }
  };

  const start = (): void => {
    const startedAtMs = clock.nowMs();
    const started = fork(command.program, [...command.arguments, "work"], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    let hasStarted = false;
    child = started;
    log.info("worker started", { pid: started.pid });
    started.on("message", (message) => {
      hasStarted ||= (message as WorkerMessage).kind === "started";
      hear(message as WorkerMessage);
    });
    const end = (code: number | string | null, signal: NodeJS.Signals | null): void => {
      if (child !== started) return;
      child = null;
      if (!hasStarted) deathsAtStart++;
      jobs
        .releaseOwner(WORKER)
        .catch(() => log.error("jobs of the dead worker could not be released"))
        .finally(() => {
          if (stopping) return;
          quickDeaths = clock.nowMs() - startedAtMs < 60_000 ? quickDeaths + 1 : 0;
          const delayMs = Math.min(250 * 2 ** quickDeaths, 30_000);
          log.warn("worker died", { code, signal, restartMs: delayMs });
          if (deathsAtStart === TROUBLING_DEATHS)
            log.error("worker cannot start", { deathsAtStart, code, signal, lastWords });
          restart = setTimeout(start, delayMs);
        });
    };
    started.once("exit", end);
    // A process that could not even be made (no memory, no process number left) never exits.
    started.once("error", (error: NodeJS.ErrnoException) => {
      if (started.pid === undefined) end(error.code ?? error.name, null);
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
    trouble: () =>
      deathsAtStart < TROUBLING_DEATHS
        ? null
        : makeFailure(
            "WORKER_CANNOT_START",
            `The process that runs jobs ended ${deathsAtStart} times before it could take one${
              lastWords === null ? "." : `: ${lastWords}`
            }`,
            { deathsAtStart },
          ),
    stop: async () => {
      stopping = true;
      clearTimeout(restart);
      clearInterval(watchdog);
      if (child === null) return;
      const running = child;
      const exited = new Promise<void>((resolve) => running.once("exit", () => resolve()));
      running.kill("SIGTERM");
      const killer = setTimeout(() => {
        log.error("worker does not stop");
        running.kill("SIGKILL");
      }, GRACE_MS);
      await exited;
      clearTimeout(killer);
    },
  };
};
