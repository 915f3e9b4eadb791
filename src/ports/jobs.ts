/** The ledger of jobs; jobs/ fulfils it. */
import type { Delivery } from "../domain/delivery.ts";
import type { Failure, FailureCode } from "../domain/failure.ts";
import type { Claim, Job, JobKind, JobState, JobStats, NewSegmentJob, SeriesArrival } from "../domain/job.ts";
import type { ResultSummary } from "../domain/result.ts";

/** Durable jobs. Every write with a claim succeeds only while its token is current, otherwise throws LEASE_LOST. */
export type JobStore = {
  /** Record series seen and, in the same transaction, how far the watcher has read. Returns how many became work. */
  readonly arrive: (
    arrivals: readonly SeriesArrival[],
    cursor?: { source: string; value: string },
  ) => Promise<number>;
  readonly readCursor: (source: string) => Promise<string | null>;
  /** Take the oldest due job, or null. `owner` names one worker process in one of its lives, and no other anywhere. */
  readonly claim: (owner: string, leaseMs: number) => Promise<Claim | null>;
  /** Prolong the lease and note where the job is. */
  readonly heartbeat: (claim: Claim, step: string, progress: number, leaseMs: number) => Promise<void>;
  /**
   * End an examination: skipped with a reason, or done with the jobs that follow, in one transaction. A new job ends, as
   * SERIES_CHANGED, what was computed of fewer or other instances and is delivered nowhere; the keys of those.
   */
  readonly completeExamination: (
    claim: Claim,
    outcome: Failure | readonly NewSegmentJob[],
  ) => Promise<readonly string[]>;
  /**
   * The result is on disk: from now on each of these destinations has a delivery of its own. What was recorded of one
   * stays; one that is no destination any more is not waited for.
   */
  readonly startDeliveries: (
    claim: Claim,
    result: ResultSummary,
    destinations: readonly string[],
  ) => Promise<readonly Delivery[]>;
  /** Record what became of one delivery, and the result with what it took. */
  readonly noteDelivery: (
    claim: Claim,
    delivery: Omit<Delivery, "updatedAtMs">,
    result: ResultSummary,
  ) => Promise<void>;
  /** Give back until the first of the deliveries that wait is due; uses up no attempt. */
  readonly awaitDeliveries: (claim: Claim) => Promise<void>;
  /** End a segmentation: results verified in the archive, or no result and why. */
  readonly complete: (claim: Claim, result: ResultSummary) => Promise<void>;
  readonly skip: (claim: Claim, failure: Failure, result?: ResultSummary) => Promise<void>;
  /** Give back for a later try at `notBeforeMs`; an archive's absence uses up no attempt. */
  readonly retryLater: (
    claim: Claim,
    failure: Failure,
    notBeforeMs: number,
    usesAttempt: boolean,
  ) => Promise<void>;
  readonly bury: (claim: Claim, failure: Failure) => Promise<void>;
  /** Everybody who holds a claim, dead or alive. */
  readonly owners: () => Promise<readonly string[]>;
  /**
   * Make claimable again what dead workers held: all of `owner`'s claims, or every expired lease; bury what died too often.
   * `usesAttempt`, unless false: the worker may have died of the job. One that ended with its service did not.
   */
  readonly releaseOwner: (owner: string, options?: { readonly usesAttempt: boolean }) => Promise<number>;
  readonly releaseExpired: () => Promise<number>;
  /** Whether a job is due while none runs: for more than a moment, that means that nobody claims. */
  readonly isWorkWaiting: () => Promise<boolean>;
  readonly find: (id: number) => Promise<Job | null>;
  readonly list: (filter?: { state?: JobState; kind?: JobKind; limit?: number }) => Promise<readonly Job[]>;
  /** Every job that the filter lets through, the newest first, fetched a page at a time: a ledger may hold a million. */
  readonly each: (filter?: { state?: JobState; kind?: JobKind }) => AsyncIterable<Job>;
  /** A person's decision: queue a skipped or dead job anew, and try at once what waits for a destination. Throws JOB_NOT_FOUND. */
  readonly retry: (id: number) => Promise<Job>;
  /** The same for every dead job, or for every job, dead or skipped, that ended with this code; how many. */
  readonly retryAll: (code: FailureCode | null) => Promise<number>;
  /** A person's decision: the result of an ended segmentation does not hold any more. Throws JOB_NOT_FOUND, NOT_RETRACTABLE. */
  readonly retract: (id: number, failure: Failure) => Promise<Job>;
  readonly stats: () => Promise<JobStats>;
  readonly close: () => Promise<void>;
};
