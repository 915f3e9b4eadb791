import { setTimeout } from "node:timers/promises";
import type { SeriesArrival } from "../domain/job.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Pacs } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";

export type SweepOptions = {
  /** Study dates that are swept; null: all. */
  readonly days: number | null;
  /** When given, the archive is listed twice, this far apart, and series that grew meanwhile are left for later. */
  readonly stableMs?: number;
  /** Ends the wait between the two listings; the sweep then ends without a report. */
  readonly signal?: AbortSignal;
};

/**
 * Report every CT and MR series in the archive's window; the jobs take those that they do not know. This finds what no
 * event announced: missed ones, an archive that was stopped before a series became stable, a job database that was lost.
 * Returns how many became work. Throws PACS_*.
 */
export const sweep = async (
  pacs: Pick<Pacs, "findSeries">,
  jobs: Pick<JobStore, "arrive">,
  options: SweepOptions,
  log: Log,
): Promise<number> => {
  const { days, stableMs = 0, signal } = options;
  let arrivals = await pacs.findSeries(days);
  if (stableMs > 0 && arrivals.length > 0) {
    await setTimeout(stableMs, undefined, { signal }).catch(() => {});
    if (signal?.aborted) return 0;
    arrivals = withSameCount(arrivals, await pacs.findSeries(days));
  }
  const works = arrivals.length === 0 ? 0 : await jobs.arrive(arrivals);
  log.info("sweep.done", { series: arrivals.length, works });
  return works;
};

/** A series whose count is unknown cannot be seen growing and is reported as it is. */
const withSameCount = (
  before: readonly SeriesArrival[],
  after: readonly SeriesArrival[],
): readonly SeriesArrival[] => {
  const counts = new Map(before.map((series) => [series.seriesUid, series.instanceCount]));
  return after.filter((series) => counts.get(series.seriesUid) === series.instanceCount);
};
