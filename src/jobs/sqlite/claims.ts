import { randomUUID } from "node:crypto";
import { type Failure, failed, makeFailure } from "../../domain/failure.ts";
import type { Claim, Job, JobState, NewSegmentJob } from "../../domain/job.ts";
import type { ResultSummary } from "../../domain/result.ts";
import type { Database, Row } from "./database.ts";
import * as sql from "./queries.ts";
import { toJob, toJson } from "./rows.ts";

export function claimOldest(database: Database, owner: string, leaseMs: number, now: number): Claim | null {
  // To write, even nothing, takes the ledger's lock, which an idle worker has no need of.
  if (database.first(sql.DUE, { now }) === null) return null;
  const token = randomUUID();
  const row = database.first(sql.CLAIM, { owner, token, leaseMs: Math.ceil(leaseMs), now });
  return row === null ? null : { job: toJob(row), token };
}

/** How a claim ends for good. */
type Ending = { state: JobState; failure?: Failure; result?: ResultSummary | undefined };

/** End a claim inside the caller's transaction. Throws LEASE_LOST. */
export function endClaim(database: Database, claim: Claim, ending: Ending, now: number): void {
  const { id } = claim.job;
  const failure = toJson(ending.failure);
  const { state, result } = ending;
  const row = database.first(sql.END_CLAIM, { ...held(claim), state, failure, result: toJson(result), now });
  if (row === null) throw leaseLost(claim);
  if (ending.failure !== undefined) database.run(sql.GIVE_UP_DELIVERIES, { id, failure, now });
  database.run(sql.QUEUE_IF_ARRIVED_AGAIN, { id, now });
}

/**
 * Insert the job unless its key was ever seen: then there is nothing new to do, whatever became of it. The keys of the jobs
 * that it ended: what they computed is of instances that are not the series any more, and nobody has it.
 */
export function addSegmentation(database: Database, job: NewSegmentJob, now: number): readonly string[] {
  const { key, studyUid, seriesUid, instanceCount, order } = job;
  const parameters = { key, studyUid, seriesUid, instanceCount, order: toJson(order), now };
  if (database.run(sql.INSERT_SEGMENTATION, parameters) === 0) return [];
  const { part, instancesDigest } = order;
  const failure = toJson(
    makeFailure("SERIES_CHANGED", "The series changed before its result was delivered."),
  );
  const ended = database.all(sql.END_OUTDATED, { seriesUid, part, instancesDigest, failure, now });
  for (const { id } of ended) database.run(sql.GIVE_UP_DELIVERIES, { id: Number(id), failure, now });
  return ended.map((row) => String(row["key"]));
}

/** Run one claim-bearing statement. Throws LEASE_LOST where the token is no longer current. */
export function writeHeld(
  database: Database,
  claim: Claim,
  query: string,
  parameters: Readonly<Record<string, string | number | null>>,
): void {
  if (database.run(query, { ...held(claim), ...parameters }) !== 1) throw leaseLost(claim);
}

/**
 * Take claims away from workers that are gone, inside the caller's transaction; how many. `usesAttempt`: whether the worker
 * may have died of the job.
 */
export function releaseAll(
  database: Database,
  rows: readonly Row[],
  { maxAttempts, usesAttempt }: { readonly maxAttempts: number; readonly usesAttempt: boolean },
  now: number,
): number {
  for (const row of rows) {
    const claim = { job: toJob(row), token: String(row["lease_token"]) };
    if (!usesAttempt) writeHeld(database, claim, sql.RELEASE, { attemptsBack: 1, now });
    else if (claim.job.attempts < maxAttempts)
      writeHeld(database, claim, sql.RELEASE, { attemptsBack: 0, now });
    else endClaim(database, claim, { state: "dead", failure: workerDied(claim.job, maxAttempts) }, now);
  }
  return rows.length;
}

const held = (claim: Claim): { id: number; token: string } => ({ id: claim.job.id, token: claim.token });

const workerDied = (job: Job, maxAttempts: number): Failure =>
  makeFailure(
    "WORKER_DIED",
    `Attempt ${job.attempts} of ${maxAttempts} ended with the worker's death or silence in step "${job.step}".`,
    { attempts: job.attempts, maxAttempts, step: job.step },
  );

const leaseLost = (claim: Claim): Error =>
  failed("LEASE_LOST", `The claim on job ${claim.job.id} is no longer current.`, {
    id: claim.job.id,
    seriesUid: claim.job.seriesUid,
  });
