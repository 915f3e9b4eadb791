/** The process that runs jobs: claim, tell the story, record how it ended. It answers nobody, so it may block. */
import { mkdirSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Failure, policyOf, toFailure } from "../domain/failure.ts";
import { framesOf } from "../domain/frames.ts";
import type { Claim } from "../domain/job.ts";
import { decide, retryDelayMs } from "../jobs/retryPolicy.ts";
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
};

const IDLE_MS = 250;

/** Run due jobs one after the other until the signal; an unfinished job is given back unharmed. */
export const runWorker = async (world: World, options: WorkerOptions): Promise<void> => {
  // While the archive is away every job fails alike without using an attempt, so the outage itself is counted.
  let failuresInRow = 0;
  while (!options.signal.aborted) {
    // A claim written through the open file of a ledger that was deleted is written nowhere; the service ends this process.
    const isLost = (await options.lost()) !== null;
    const claim = isLost ? null : await world.jobs.claim(options.owner, options.leaseMs);
    if (claim === null) await sleep(IDLE_MS, undefined, { signal: options.signal }).catch(() => {});
    else failuresInRow = (await runClaim(claim, world, options, failuresInRow)) ? 0 : failuresInRow + 1;
  }
};

/** Whether the job came to an end that says nothing against the archive. */
const runClaim = async (
  claim: Claim,
  world: World,
  options: WorkerOptions,
  failuresInRow: number,
): Promise<boolean> => {
  const { job } = claim;
  const { log, leaseMs } = options;
  const fields = () => ({
    jobId: job.id,
    kind: job.kind,
    attempt: job.attempts,
    seriesUid: job.seriesUid,
    executionProvider: options.executionProvider(),
  });
  const step = makeStep({
    clock: world.clock,
    log,
    signal: options.signal,
    fields,
    report: (name, share) => world.jobs.heartbeat(claim, name, share, leaseMs),
  });
  try {
    rmSync(world.workFolder, { recursive: true, force: true });
    // Not its parents: a data folder that was deleted is not made again by its last job.
    mkdirSync(world.workFolder, { mode: 0o700 });
    await (job.kind === "examine" ? examineSeries : processJob)(claim, world, step);
    log.info("job ended", { ...fields(), state: (await world.jobs.find(job.id))?.state });
    return true;
  } catch (error) {
    return await endInFailure(claim, error, world, options, failuresInRow, fields());
  } finally {
    rmSync(world.workFolder, { recursive: true, force: true });
  }
};

const endInFailure = async (
  claim: Claim,
  error: unknown,
  { jobs, clock }: World,
  { maxAttempts, log, lost }: WorkerOptions,
  failuresInRow: number,
  fields: Readonly<Record<string, unknown>>,
): Promise<boolean> => {
  // Whatever went wrong on ground that is gone says nothing about the job.
  const failure = (await lost()) ?? toFailure(error);
  if (failure.code === "LEASE_LOST") {
    log.warn("lease lost", fields);
    return true;
  }
  const { attempts } = claim.job;
  const decision = decide(failure, attempts, maxAttempts);
  log[decision.kind === "bury" ? "error" : "warn"]("job failed", {
    ...fields,
    decision: decision.kind,
    code: failure.code,
    sentence: failure.sentence,
    ...(failure.code === "INTERNAL" ? { frames: framesOf(error) } : {}),
  });
  if (decision.kind === "skip") await jobs.skip(claim, failure);
  else if (decision.kind === "bury") await jobs.bury(claim, failure);
  else {
    const delayMs = delayOf(failure, Math.max(attempts, failuresInRow));
    await jobs.retryLater(claim, failure, clock.nowMs() + delayMs, decision.usesAttempt);
  }
  return decision.kind !== "retry";
};

/** At least what a busy archive asks for. */
const delayOf = ({ code, details }: Failure, failuresInRow: number): number => {
  if (policyOf(code).retry === "atOnce") return 0;
  const askedMs = Number(details["retryAfterMs"] ?? 0) || 0;
  return Math.max(askedMs, retryDelayMs(failuresInRow, Math.random()));
};
