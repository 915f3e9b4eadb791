import { isOfAnswer, policyOf, toFailure } from "../domain/failure.ts";
import type { SeriesArrival } from "../domain/job.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Pacs, Watcher } from "../ports/pacs.ts";
import type { Clock, Log } from "../ports/world.ts";
import { makeWatcher } from "./makeWatcher.ts";

export type QidoWatcherOptions = {
  /** A series whose number of instances has not changed for this long counts as complete. */
  readonly stableMs: number;
  /** Study dates that are watched; null: all. */
  readonly days: number | null;
};

type Seen = { readonly instanceCount: number; readonly sinceMs: number; readonly isReported: boolean };

/**
 * For archives without a change log: lists the CT and MR series of the window at every look, and reports a series once
 * two looks at least `stableMs` apart, and all looks between, saw the same number of instances; again after it changed.
 * What was seen lives in memory: after a restart series are reported again, and the jobs know which are new.
 */
export const makeQidoWatcher = (
  pacs: Pick<Pacs, "findSeries" | "seriesMetadata" | "findInstances">,
  options: QidoWatcherOptions,
  jobs: Pick<JobStore, "arrive">,
  log: Log,
  clock: Clock,
): Watcher => {
  let seen: ReadonlyMap<string, Seen> = new Map();

  const see = async (series: SeriesArrival, nowMs: number): Promise<Seen | null> => {
    const before = seen.get(series.seriesUid);
    const instanceCount = series.instanceCount ?? (await countInstances(pacs, series, before));
    if (instanceCount === null) return null;
    if (before === undefined || before.instanceCount !== instanceCount || nowMs < before.sinceMs)
      return { instanceCount, sinceMs: nowMs, isReported: false };
    return before;
  };

  return makeWatcher(async (isStopping) => {
    const listed = await pacs.findSeries(options.days);
    const nowMs = clock.nowMs();
    const seenNow = new Map<string, Seen>();
    const stable: SeriesArrival[] = [];
    for (const series of listed) {
      if (isStopping()) return;
      const now = await see(series, nowMs);
      if (now === null) continue;
      const isStable = !now.isReported && nowMs - now.sinceMs >= options.stableMs;
      if (isStable) stable.push({ ...series, instanceCount: now.instanceCount, isEvent: false });
      seenNow.set(series.seriesUid, isStable ? { ...now, isReported: true } : now);
    }
    const works = stable.length === 0 ? 0 : await jobs.arrive(stable);
    // Only now: what could not be handed over is reported at the next look.
    seen = seenNow;
    if (stable.length > 0) log.info("qido.stable", { series: stable.length, works });
  });
};

/** Counting costs a whole answer of metadata, so a series that was reported is not counted again. Null when it is gone. */
const countInstances = async (
  pacs: Pick<Pacs, "seriesMetadata" | "findInstances">,
  series: SeriesArrival,
  before: Seen | undefined,
): Promise<number | null> => {
  if (before?.isReported === true) return before.instanceCount;
  try {
    return (await pacs.seriesMetadata(series)).length;
  } catch (error) {
    // Gone, or larger than is taken.
    if (policyOf(toFailure(error).code).class === "refused") return null;
    // An archive without metadata still lists.
    if (isOfAnswer(error)) return (await pacs.findInstances(series)).length || null;
    throw error;
  }
};
