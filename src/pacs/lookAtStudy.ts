import type { SeriesArrival } from "../domain/job.ts";
import type { ListedSeries, ListedStudy } from "../ports/listings.ts";
import type { StudyListing } from "../ports/pacs.ts";

/** "all", a day as YYYY-MM-DD, or null: nothing that was there before us. */
export type Since = string | null;

/** What a listing of the whole archive makes of one study. */
export type Look = {
  readonly study: ListedStudy;
  /** Series of it that are work; the jobs know which of them are new to them. */
  readonly work: readonly SeriesArrival[];
  /** Whether some of that work was not work before. */
  readonly hasNews: boolean;
};

/**
 * Judge one study of listing number `listing` by what is remembered of it. The first listing remembers what is there
 * without asking for its series, so that it is quick: what is new then is told by later ones. Work is what `since` names,
 * studies that no listing saw before, series new in a study, and series that have changed their number of instances.
 */
export const lookAtStudy = async (
  found: StudyListing,
  known: ListedStudy | null,
  listing: number,
  since: Since,
  askSeries: (studyUid: string) => Promise<readonly SeriesArrival[]>,
): Promise<Look> => {
  const { studyUid, seriesCount, instanceCount } = found;
  const seen = { studyUid, seriesCount, instanceCount, listing };
  const quiet = (study: ListedStudy): Look => ({ study, work: workOf(study), hasNews: false });
  if (!mayHoldImages(found)) return quiet({ ...seen, series: known?.series ?? new Map() });
  const isWanted = isSince(found, since);
  const isFirst = listing === 1;
  if (isFirst && !isWanted) return quiet(known === null ? { ...seen, series: null } : { ...known, listing });
  if (known !== null && isAsBefore(found, known) && (!isWanted || isAllWork(known)))
    return quiet({ ...known, listing });

  const isNew = known === null || (known.series === null && isChanged(found, known));
  const series = new Map<string, ListedSeries>();
  for (const { seriesUid, instanceCount } of await askSeries(studyUid)) {
    const before = known?.series?.get(seriesUid);
    const isWork = isWanted || isNew || (known.series !== null && isNews(instanceCount, before));
    series.set(seriesUid, { instanceCount, isWork: isWork || before?.isWork === true });
  }
  const study = { ...seen, series };
  const news = [...series].filter(([seriesUid, now]) => {
    const before = known?.series?.get(seriesUid);
    return now.isWork && !(before?.isWork === true && before.instanceCount === now.instanceCount);
  });
  return { study, work: workOf(study), hasNews: news.length > 0 };
};

/** Whether it may hold CT or MR. */
const mayHoldImages = ({ modalities }: StudyListing): boolean =>
  modalities === null || modalities.includes("CT") || modalities.includes("MR");

const isSince = ({ studyDate }: StudyListing, since: Since): boolean =>
  since === "all" || (since !== null && studyDate !== null && studyDate >= since.replaceAll("-", ""));

/** Nothing to ask: its series are known, and the archive counts them as before. One that does not count is always asked. */
const isAsBefore = (found: StudyListing, known: ListedStudy): boolean =>
  known.series !== null &&
  found.seriesCount !== null &&
  found.instanceCount !== null &&
  !isChanged(found, known);

const isChanged = (found: StudyListing, known: ListedStudy): boolean =>
  differs(found.seriesCount, known.seriesCount) || differs(found.instanceCount, known.instanceCount);

/** A count that was not told, then or now, says nothing. */
const differs = (now: number | null, before: number | null): boolean =>
  now !== null && before !== null && now !== before;

const isAllWork = ({ series }: ListedStudy): boolean =>
  [...(series?.values() ?? [])].every(({ isWork }) => isWork);

const isNews = (instanceCount: number | null, before: ListedSeries | undefined): boolean =>
  before === undefined || differs(instanceCount, before.instanceCount);

const workOf = ({ studyUid, series }: ListedStudy): readonly SeriesArrival[] =>
  [...(series ?? [])].flatMap(([seriesUid, { instanceCount, isWork }]) =>
    isWork ? [{ studyUid, seriesUid, instanceCount, isEvent: false }] : [],
  );
