/** The process that runs jobs: claim, tell the story, record how it ended. It answers nobody, so it may block. */
import { mkdirSync, rmSync } from "node:fs";
import { type Failure, makeFailure, toFailure } from "../domain/failure.ts";
import { framesOf } from "../domain/frames.ts";
import type { Claim } from "../domain/job.ts";
import { isDiskFull } from "../jobs/files/diskReserve.ts";
import { type Fates, makeFates } from "../jobs/policy/fates.ts";
import { decide, delayAfterMs } from "../jobs/policy/retryPolicy.ts";
import { examineSeries, processJob } from "../pipeline.ts";
import type { Log, World } from "../ports/world.ts";
import { makeStep } from "../story/step.ts";

export type WorkerOptions = {
  readonly owner: string;
  readonly leaseMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly maxAttempts: number;
  readonly executionProvider: () => string | null;
  /** What the worker stands on that is lost; null while all is there. */
  readonly lost: () => Promise<Failure | null>;
  /** Told before each look for a job. */
  readonly looking: () => void;
  /** Waits until there may be a job, or so many milliseconds. */
  readonly wait: (longestMs: number, signal: AbortSignal) => Promise<void>;
  /** Why there is no room for another job; null while there is. */
  readonly lowDisk: () => Promise<Failure | null>;
};

/** Who brings a job tells the worker; this is for jobs whose time comes, and for those that a person queued anew. */
const IDLE_MS = 2000;

/** Run due jobs one after the other until the signal; an unfinished job is given back unharmed. */
export const runWorker = async (world: World, options: WorkerOptions): Promise<void> => {
  // While the archive is away every job fails alike without using an attempt, so the outage itself is counted.
  let failuresInRow = 0;
  const fates = makeFates();
  const hasRoom = watchRoom(options);
  while (!options.signal.aborted) {
    options.looking();
    // A claim written through the open file of a ledger that was deleted is written nowhere; the service ends this process.
    const mayClaim = (await options.lost()) === null && (await hasRoom());
    const claim = mayClaim ? await world.jobs.claim(options.owner, options.leaseMs) : null;
    if (claim === null) await options.wait(IDLE_MS, options.signal);
    else
      failuresInRow = (await runClaim(claim, world, options, { failuresInRow, fates }))
        ? 0
        : failuresInRow + 1;
  }
};

/** Whether there is room for another job. Told when there is none any more, and when there is again, and not at every look. */
const watchRoom = ({ lowDisk, log }: WorkerOptions): (() => Promise<boolean>) => {
  let isLow = false;
  return async () => {
    const low = await lowDisk();
    if (low !== null && !isLow) log.error("no job is begun", { code: low.code, sentence: low.sentence });
    if (low === null && isLow) log.info("jobs are begun again");
    isLow = low !== null;
    return !isLow;
  };
};

/** A full disk takes not even the word that a job failed: it is said when there is room. */
const whenThereIsRoom = async (
  { signal, wait }: Pick<WorkerOptions, "signal" | "wait">,
  write: () => Promise<void>,
): Promise<void> => {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isDiskFull(error) || signal.aborted) throw error;
    }
    await wait(IDLE_MS, signal);
  }
};

/** What this worker has met so far. */
type Past = { readonly failuresInRow: number; readonly fates: Fates };

/** Whether the job came to an end that says nothing against the archive. */
const runClaim = async (claim: Claim, world: World, options: WorkerOptions, past: Past): Promise<boolean> => {
  const { job } = claim;
  const { log, leaseMs } = options;
  const begun = new Set<string>();
  const fields = () => ({
    jobId: job.id,
    kind: job.kind,
    attempt: job.attempts,
    seriesUid: job.seriesUid,
    executionProvider: options.executionProvider(),
  });
  const step = makeStep({
    // Durations alone: a clock that is set back must not silence the heartbeat for as long.
    clock: { nowMs: () => performance.now() },
    log,
    signal: options.signal,
    fields,
    report: (name, share) => {
      begun.add(name);
      return world.jobs.heartbeat(claim, name, share, leaseMs);
    },
  });
  const passed = (): readonly string[] => Object.keys(step.secondsPerStep);
  try {
    rmSync(world.workFolder, { recursive: true, force: true });
    // Not its parents: a data folder that was deleted is not made again by its last job.
    mkdirSync(world.workFolder, { mode: 0o700 });
    await (job.kind === "examine" ? examineSeries : processJob)(claim, world, step);
    log.info("job ended", { ...fields(), state: (await world.jobs.find(job.id))?.state });
    past.fates.ended(job.id);
    return true;
  } catch (error) {
    const failedSteps = [...begun].filter((name) => !passed().includes(name));
    return await endInFailure(claim, error, world, options, { ...past, failedSteps }, fields());
  } finally {
    past.fates.passed(job.id, passed());
    rmSync(world.workFolder, { recursive: true, force: true });
  }
};

const diskFull = makeFailure("DISK_LOW", "The disk was full before the job came to its end.");

const endInFailure = async (
  claim: Claim,
  error: unknown,
  { jobs, clock, spool }: World,
  { maxAttempts, log, lost, signal, wait }: WorkerOptions,
  { failuresInRow, fates, failedSteps }: Past & { readonly failedSteps: readonly string[] },
  fields: Readonly<Record<string, unknown>>,
): Promise<boolean> => {
  // Whatever went wrong on ground that is gone says nothing about the job.
  const failure = (await lost()) ?? (isDiskFull(error) ? diskFull : toFailure(error));
  if (failure.code === "LEASE_LOST") {
    log.warn("lease lost", fields);
    return true;
  }
  const { attempts } = claim.job;
  const failsAlone = fates.failsAlone(claim.job.id, failedSteps);
  const decision = decide(failure, attempts, maxAttempts, failsAlone);
  log[decision.kind === "bury" ? "error" : "warn"]("job failed", {
    ...fields,
    decision: decision.kind,
    code: failure.code,
    sentence: failure.sentence,
    ...(failure.code === "INTERNAL" ? { frames: framesOf(error) } : {}),
  });
  if (decision.kind !== "retry") fates.ended(claim.job.id);
  if (decision.kind === "skip") {
    await whenThereIsRoom({ signal, wait }, () => jobs.skip(claim, failure));
    // Nobody sends them any more, and what they show may have been deleted for a reason.
    spool.remove(claim.job.key);
  } else if (decision.kind === "bury")
    await whenThereIsRoom({ signal, wait }, () => jobs.bury(claim, failure));
  else {
    const delayMs = delayAfterMs(failure, Math.max(attempts, failuresInRow), Math.random());
    const { usesAttempt } = decision;
    await whenThereIsRoom({ signal, wait }, () =>
      jobs.retryLater(claim, failure, clock.nowMs() + delayMs, usesAttempt),
    );
  }
  return decision.kind !== "retry";
};
