import type { Job } from "../../domain/job.ts";

/** What a person wants to know of a series first. */
export type Verdict =
  | "segmented"
  | "no-pancreas-found"
  | "withdrawn"
  | "not-segmented"
  | "working"
  | "waiting"
  | "needs-a-person";

/** A series with the one job that tells its state. */
export type ShownSeries = {
  readonly seriesUid: string;
  /** Which volume of the series; "" where it is one, or none is known yet. */
  readonly part: string;
  readonly verdict: Verdict;
  readonly job: Job;
  /** The job whose result is shown: that one, or the newest so far while the series is looked at again. */
  readonly result: Job | null;
};

export type ShownStudy = { readonly studyUid: string; readonly series: readonly ShownSeries[] };

/** Studies, the newest first, each series (or each volume of one) in it once: with what is being done for it, else with its latest outcome. */
export const dashboardOf = (jobs: readonly Job[]): readonly ShownStudy[] => {
  const bySeries = Map.groupBy(jobs, ({ seriesUid }) => seriesUid);
  const series = [...bySeries.values()].flatMap(jobsOfVolumes).flatMap(showSeries);
  // Ids are given in the order of creation, which no clock can change.
  const newestFirst = series.toSorted((a, b) => b.newestId - a.newestId);
  const byStudy = Map.groupBy(newestFirst, ({ shown }) => shown.job.studyUid);
  return [...byStudy].map(([studyUid, members]) => ({
    studyUid,
    series: members.toSorted((a, b) => a.oldestId - b.oldestId).map(({ shown }) => shown),
  }));
};

type Placed = { readonly shown: ShownSeries; readonly oldestId: number; readonly newestId: number };

/** The jobs of a series for each of its volumes; its examinations belong to all of them. */
const jobsOfVolumes = (jobs: readonly Job[]): readonly (readonly Job[])[] => {
  const parts = new Set(jobs.flatMap(({ order }) => (order === null ? [] : [order.part])));
  if (parts.size < 2) return [jobs];
  return [...parts].map((part) => jobs.filter(({ order }) => order === null || order.part === part));
};

const showSeries = (jobs: readonly Job[]): readonly Placed[] => {
  // A series that was found eligible says nothing more by that: its segmentation does.
  const telling = jobs.filter(({ kind, state }) => kind === "segment" || state !== "done");
  const underWay = newest(telling.filter(isRunning)) ?? newest(telling.filter(isQueued));
  const ended = telling.filter((job) => !isRunning(job) && !isQueued(job));
  const job = underWay ?? newest(ended);
  if (job === null) return [];
  // A job that is at work for a destination has its result already.
  const result = newest((underWay === null ? [job] : [job, ...ended]).filter(hasResult));
  const ids = jobs.map(({ id }) => id);
  const part = jobs.find(({ order }) => order !== null)?.order?.part ?? "";
  const shown = { seriesUid: job.seriesUid, part, verdict: verdictOf(job), job, result };
  return [{ shown, oldestId: Math.min(...ids), newestId: Math.max(...ids) }];
};

const isRunning = ({ state }: Job): boolean => state === "running";
const isQueued = ({ state }: Job): boolean => state === "queued";
const hasResult = ({ result }: Job): boolean => result !== null;

const newest = (jobs: readonly Job[]): Job | null =>
  jobs.toSorted((a, b) => b.updatedAtMs - a.updatedAtMs || b.id - a.id)[0] ?? null;

const verdictOf = ({ state, result, failure }: Job): Verdict => {
  switch (state) {
    case "running":
      return "working";
    case "queued":
      return "waiting";
    case "dead":
      return "needs-a-person";
    case "computed":
    case "done":
      return result?.outcome === "no-pancreas-found" ? "no-pancreas-found" : "segmented";
    case "skipped":
      if (failure?.code === "RETRACTED") return "withdrawn";
      return result?.outcome === "no-pancreas-found" ? "no-pancreas-found" : "not-segmented";
  }
};
