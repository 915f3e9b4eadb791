import { setTimeout } from "node:timers/promises";
import { failed } from "../domain/failure.ts";
import type { SeriesArrival } from "../domain/job.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { ListedStudy, Listings } from "../ports/listings.ts";
import type { Pacs, StudyListing } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import { type Look, lookAtStudy, type Since } from "./lookAtStudy.ts";

export type FullSweepOptions = {
  /** Studies asked for at once. */
  readonly pageSize: number;
  /** Rest after every question. */
  readonly pauseMs: number;
  /** What is new is asked for twice, this far apart, and left for the next listing where it grew meanwhile. */
  readonly stableMs: number;
  readonly since: Since;
  /** Ends it after the question in hand; it goes on from there another time. */
  readonly signal: AbortSignal;
};

type World = {
  readonly pacs: Pick<Pacs, "listStudies" | "listSeries">;
  readonly jobs: Pick<JobStore, "arrive">;
  readonly listings: Listings;
  readonly log: Log;
};

type Place = { readonly modality: "CT" | "MR" | null; readonly offset: number };

/** So many pages in a row without a study that this listing had not seen: the archive hands out the same ones over again. */
const MOST_IDLE_PAGES = 20;

/**
 * List everything that the archive holds, page by page and whatever its date, and report what is new since the listing
 * before (see `lookAtStudy`). Goes on where it stopped, and after the very first listing at once with the second, which
 * learns what the first did not ask. Throws PACS_*; where it threw it goes on the next time.
 */
export const fullSweep = async (world: World, options: FullSweepOptions): Promise<void> => {
  const before = await world.listings.readProgress();
  const listing = before.place === null ? before.listing + 1 : before.listing;
  if (!(await listAll(listing, before.place ?? { modality: null, offset: 0 }, world, options))) return;
  if (listing === 1) await fullSweep(world, options);
};

/** False when it was stopped before its end. */
const listAll = async (
  listing: number,
  begin: Place,
  world: World,
  options: FullSweepOptions,
): Promise<boolean> => {
  const { pacs, jobs, listings, log } = world;
  const { pageSize: limit, signal } = options;
  const ask = politely(options);
  const course = makeCourse(limit, log);
  let works = 0;
  log.info(begin.offset === 0 ? "full-sweep.begins" : "full-sweep.goes-on", { listing, ...begin });
  for (let place: Place | null = begin; place !== null; ) {
    const here: Place = place;
    const page: Page = await ask(() => pacs.listStudies({ ...here, limit }));
    if (signal.aborted) return false;
    const known = await Promise.all((page ?? []).map(({ studyUid }) => listings.find(studyUid)));
    const looks = await lookAtAll(page ?? [], known, listing, world, options);
    if (looks === null) return false;
    place = course.after(here, page, known.filter((study) => study?.listing === listing).length);
    const work = looks.flatMap((look) => look.work);
    // The jobs first: what they were given twice they know, what was remembered is not given again.
    if (work.length > 0) works += await jobs.arrive(work);
    await listings.keep(
      looks.map(({ study }) => study),
      { listing, place },
    );
  }
  log.info("full-sweep.done", { listing, studies: course.studies(), works });
  return true;
};

type Page = readonly StudyListing[] | null;

/** Where a listing goes on after a page, of which it had seen `seen` studies before; null: it is at its end. */
const makeCourse = (limit: number, log: Log) => {
  let [studies, idlePages, lastPage] = [0, 0, ""];
  return {
    studies: () => studies,
    after: ({ modality, offset }: Place, page: Page, seen: number): Place | null => {
      if (page === null) return refused({ modality, offset }, log);
      if (page.length === 0) return next(modality);
      const names = page.map(({ studyUid }) => studyUid).join();
      studies += page.length - seen;
      idlePages = seen === page.length ? idlePages + 1 : 0;
      if (names !== lastPage && idlePages <= MOST_IDLE_PAGES) {
        lastPage = names;
        return { modality, offset: offset + step(page.length) };
      }
      // It does not turn the pages. One that sends more than it was asked for sends everything.
      if (page.length <= limit) log.warn("full-sweep.no-paging", { studies: page.length });
      return next(modality);
    },
  };
};

/** Pages overlap by a tenth: an archive may lose a study before our place in the list while we page through it. */
const step = (pageLength: number): number => Math.max(1, Math.floor(pageLength * 0.9));

const next = (modality: Place["modality"]): Place | null =>
  modality === "CT" ? { modality: "MR", offset: 0 } : null;

/** An archive may want a filter, or refuse to page deeper: then what lies beyond cannot be had. */
const refused = ({ modality, offset }: Place, log: Log): Place | null => {
  if (offset > 0) {
    log.warn("full-sweep.cut-off", { offset, modality });
    return next(modality);
  }
  if (modality === null) return { modality: "CT", offset: 0 };
  throw failed("PACS_ERROR", "The archive refuses to list its studies, with a filter and without.", {
    modality,
  });
};

/** Asks one question after the other, with a rest after each. */
const politely =
  ({ pauseMs, signal }: FullSweepOptions) =>
  async <T>(question: () => Promise<T>): Promise<T> => {
    const answer = await question();
    await setTimeout(pauseMs, undefined, { signal }).catch(() => {});
    return answer;
  };

/** What a page brings, each study once; a study that still grows is left out. Null when it was stopped. */
const lookAtAll = async (
  page: readonly StudyListing[],
  known: readonly (ListedStudy | null)[],
  listing: number,
  { pacs }: World,
  options: FullSweepOptions,
): Promise<readonly Look[] | null> => {
  const { since, stableMs, signal } = options;
  const ask = politely(options);
  const askSeries = (studyUid: string) => ask(() => pacs.listSeries(studyUid));
  const looks: Look[] = [];
  for (const [n, study] of page.entries()) {
    if (signal.aborted) return null;
    looks.push(await lookAtStudy(study, known[n] ?? null, listing, since, askSeries));
  }
  // What the first listing brings has lain there, or is looked at again by the second, which follows at once.
  if (listing === 1 || stableMs === 0 || !looks.some(({ hasNews }) => hasNews)) return looks;
  await setTimeout(stableMs, undefined, { signal }).catch(() => {});
  const settled: Look[] = [];
  for (const look of looks) {
    if (signal.aborted) return null;
    if (!look.hasNews || isSame(look, await askSeries(look.study.studyUid))) settled.push(look);
  }
  return settled;
};

const isSame = ({ study: { series } }: Look, now: readonly SeriesArrival[]): boolean =>
  series?.size === now.length &&
  now.every(({ seriesUid, instanceCount }) => series.get(seriesUid)?.instanceCount === instanceCount);
