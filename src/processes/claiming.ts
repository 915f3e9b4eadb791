import { type Failure, makeFailure } from "../domain/failure.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Log } from "../ports/world.ts";

const LOOK_MS = 5000;
/** A worker looks many times within this, and the time between two jobs is none beside it. */
const LONGEST_WAIT_MS = 60_000;

export type Claiming = {
  /** That jobs wait and nobody takes one; null while somebody does, or nothing is to do. */
  readonly trouble: () => Failure | null;
  readonly stop: () => void;
};

/**
 * Whether queued work is being taken, told by the ledger alone: whatever keeps a worker from it, and whether or not it is
 * still alive. Counts on the monotonic clock; a clock that is set says nothing about anybody's work.
 */
export const watchClaiming = (
  jobs: Pick<JobStore, "isWorkWaiting">,
  log: Log,
  { lookMs = LOOK_MS, longestWaitMs = LONGEST_WAIT_MS } = {},
): Claiming => {
  let waitsSince: number | null = null;
  let isTold = false;

  const waitedMs = (): number => (waitsSince === null ? 0 : performance.now() - waitsSince);

  const look = async (): Promise<void> => {
    // A ledger that cannot be read is told of by who needs it; what was seen before still holds.
    const isWaiting = await jobs.isWorkWaiting().catch(() => waitsSince !== null);
    waitsSince = isWaiting ? (waitsSince ?? performance.now()) : null;
    const isLong = waitedMs() >= longestWaitMs;
    if (isLong && !isTold) log.error("jobs are not claimed", { waitedMs: Math.round(waitedMs()) });
    if (!isLong && isTold) log.info("jobs are claimed again");
    isTold = isLong;
  };

  const timer = setInterval(() => void look(), lookMs);
  return {
    trouble: () =>
      waitedMs() < longestWaitMs
        ? null
        : makeFailure(
            "JOBS_NOT_CLAIMED",
            `Jobs have been waiting for ${Math.round(waitedMs() / 1000)} s, and none is being run.`,
            { waitedMs: Math.round(waitedMs()) },
          ),
    stop: () => clearInterval(timer),
  };
};
