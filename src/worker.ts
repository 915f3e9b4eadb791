/** The process that runs jobs: claim, tell the story, record how it ended. It answers nobody, so it may block. */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { toFailure } from "./domain/failure.ts";
import type { Claim } from "./domain/job.ts";
import { type Decision, decide, retryDelayMs } from "./jobs/retryPolicy.ts";
import { examineSeries, processJob } from "./pipeline.ts";
import type { Log, World } from "./ports.ts";
import { makeStep } from "./step.ts";

export type WorkerOptions = {
  readonly owner: string;
  readonly leaseMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly maxAttempts: number;
  readonly executionProvider: () => string | null;
};

const IDLE_MS = 250;

/** Run due jobs one after the other until the signal; an unfinished job is given back unharmed. */
export const runWorker = async (world: World, options: WorkerOptions): Promise<void> => {
  while (!options.signal.aborted) {
    const claim = await world.jobs.claim(options.owner, options.leaseMs);
    if (claim !== null) await runClaim(claim, world, options);
    else await sleep(IDLE_MS, undefined, { signal: options.signal }).catch(() => {});
  }
};

const runClaim = async (claim: Claim, world: World, options: WorkerOptions): Promise<void> => {
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
  rmSync(world.workFolder, { recursive: true, force: true });
  try {
    await (job.kind === "examine" ? examineSeries : processJob)(claim, world, step);
    log.info("job ended", { ...fields(), state: (await world.jobs.find(job.id))?.state });
  } catch (error) {
    await endInFailure(claim, error, world, options, fields());
  } finally {
    rmSync(world.workFolder, { recursive: true, force: true });
  }
};

const endInFailure = async (
  claim: Claim,
  error: unknown,
  { jobs, clock }: World,
  { maxAttempts, log }: WorkerOptions,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const failure = toFailure(error);
  if (failure.code === "LEASE_LOST") return log.warn("lease lost", fields);
  const { attempts } = claim.job;
  const isStopping = failure.code === "STOPPING";
  const decision: Decision = isStopping
    ? { kind: "retry", usesAttempt: false }
    : decide(failure, attempts, maxAttempts);
  log[decision.kind === "bury" ? "error" : "warn"]("job failed", {
    ...fields,
    decision: decision.kind,
    code: failure.code,
    sentence: failure.sentence,
    ...(failure.code === "INTERNAL" ? { frames: framesOf(error) } : {}),
  });
  if (decision.kind === "skip") return jobs.skip(claim, failure);
  if (decision.kind === "bury") return jobs.bury(claim, failure);
  const delayMs = isStopping ? 0 : retryDelayMs(attempts, Math.random());
  return jobs.retryLater(claim, failure, clock.nowMs() + delayMs, decision.usesAttempt);
};

/** Where it happened, without the message, which may hold patient text. */
const framesOf = (error: unknown): readonly string[] =>
  error instanceof Error
    ? (error.stack ?? "")
        .split("\n")
        .filter((line) => /^\s+at /.test(line))
        .slice(0, 8)
    : [];
