/** Keeps one worker process running. A dead one is one failed attempt; one that cannot even start is told of. */
import { randomUUID } from "node:crypto";
import { hostname, totalmem } from "node:os";
import { type Failure, makeFailure } from "../domain/failure.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Log } from "../ports/world.ts";
import { type Child, type ChildEnd, type ChildLimits, type ProgramCommand, startChild } from "./child.ts";

/** What the worker says to the service: that it takes jobs from now on, that it is about to look for one, or why it ends. */
export type WorkerMessage =
  | { readonly kind: "started" }
  | { readonly kind: "looking" }
  | { readonly kind: "failed"; readonly code: string; readonly sentence: string };

/** What the service says to the worker: that there is something to do. */
export const LOOK = { kind: "look" } as const;

export type Worker = {
  /** Why no job is being run: the worker ended before it could take one, time after time. Null when all is well. */
  readonly trouble: () => Failure | null;
  /** Let it look for a job now; one that is at work looks when it has ended. */
  readonly wake: () => void;
  readonly stop: () => Promise<void>;
};

/**
 * The kernel would end a process where memory ends, and choose which one. Most of what a worker uses are a network's tensors,
 * of which V8 knows nothing.
 */
const mostMegabytes = (): number => {
  const limited = process.constrainedMemory();
  return (0.9 * Math.min(totalmem(), limited > 0 ? limited : Number.POSITIVE_INFINITY)) / 2 ** 20;
};

const limits = (): ChildLimits => ({ graceMs: 25_000, residentMegabytes: mostMegabytes() });

/** Deaths before the first job could be taken, in a row, that are more than bad luck. */
const TROUBLING_DEATHS = 2;

/** A life that is no quick death, ms. */
const LONG_LIFE_MS = 60_000;

/**
 * Who holds a job in the ledger: this life of this process, and no other one, so that what a dead worker held can be told
 * from what its successor holds. The host is for people who read the ledger.
 */
const newOwner = (): string => `${hostname()}:${process.pid}:${randomUUID()}`;

/** Start a worker, and another whenever one dies: what a dead one held is queued again at once, and the next starts a little later. */
export const keepWorker = (command: ProgramCommand, jobs: JobStore, leaseMs: number, log: Log): Worker => {
  let stopping = false;
  let quickDeaths = 0;
  let deathsAtStart = 0;
  let lastWords: string | null = null;
  let child: Child | null = null;
  let owner = newOwner();
  let heardAtMs = performance.now();
  let silences = 0;
  let restart: NodeJS.Timeout | undefined;
  /** Dead workers that may still hold jobs: the ledger could not be written when they died. */
  const dead = new Set<string>();

  const hear = (message: WorkerMessage): void => {
    if (message.kind === "failed") lastWords = `${message.sentence} [${message.code}]`;
    else if (message.kind === "started") {
      log.info("worker ready");
      if (deathsAtStart >= TROUBLING_DEATHS) log.info("worker recovered", { deathsAtStart });
      deathsAtStart = 0;
      lastWords = null;
    }
  };

  const releaseDead = async (): Promise<void> => {
    for (const owner of dead) {
      // Which job a worker held when its service ended it says nothing against that job.
      await jobs.releaseOwner(owner, { usesAttempt: !stopping });
      dead.delete(owner);
    }
  };

  const live = async (): Promise<void> => {
    owner = newOwner();
    const ownName = owner;
    const startedAtMs = performance.now();
    heardAtMs = startedAtMs;
    let hasStarted = false;
    child = startChild(command, ["work", "--owner", owner], {
      limits: limits(),
      hear: (message) => {
        hasStarted ||= message.kind === "started";
        heardAtMs = performance.now();
        hear(message as WorkerMessage);
      },
    });
    log.info("worker started", { pid: child.pid });
    const end = await child.ended;
    child = null;
    dead.add(ownName);
    await releaseDead().catch(() => log.error("jobs of the dead worker could not be released"));
    if (stopping) return;
    if (!hasStarted) deathsAtStart++;
    quickDeaths = performance.now() - startedAtMs < LONG_LIFE_MS ? quickDeaths + 1 : 0;
    const delayMs = Math.min(250 * 2 ** quickDeaths, 30_000);
    const why = whyOf(end);
    log.warn("worker died", { ...why, restartMs: delayMs });
    if (deathsAtStart === TROUBLING_DEATHS)
      log.error("worker cannot start", { deathsAtStart, ...why, lastWords });
    restart = setTimeout(begin, delayMs);
  };
  let life: Promise<void>;
  const begin = (): void => {
    life = live();
  };
  life = live();

  /** Neither at work nor about to look for work, for as long as a lease; twice, since a job may end at this very moment. */
  const isSilent = async (): Promise<boolean> => {
    const isQuiet = performance.now() - heardAtMs > leaseMs && !(await jobs.owners()).includes(owner);
    silences = isQuiet ? silences + 1 : 0;
    return silences >= 2;
  };

  // Whoever lets a lease run out hangs: a worker reports many times within one. So does one that does not even look for work.
  const look = async (): Promise<void> => {
    await releaseDead();
    const expired = await jobs.releaseExpired();
    if (expired === 0 && !(await isSilent())) return;
    log.error("worker hangs", { expired });
    child?.kill();
  };
  const watchdog = setInterval(() => void look().catch(() => {}), leaseMs / 4);

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
    wake: () => child?.say(LOOK),
    stop: async () => {
      stopping = true;
      clearTimeout(restart);
      clearInterval(watchdog);
      const end = await child?.stop();
      if (end?.wasForced) log.error("worker does not stop");
      await life;
    },
  };
};

/** By itself, by a code or a signal, or for what it was ended. */
const whyOf = ({ reason, code, signal }: ChildEnd) => ({
  code,
  signal,
  ...(reason !== "ended" && { reason }),
});
