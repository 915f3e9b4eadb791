import { failed } from "../domain/failure.ts";
import type { SeriesArrival } from "../domain/job.ts";
import { isUid } from "../domain/uid.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Watcher } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import { isDicomJson } from "./dicomJson.ts";
import { makeWatcher } from "./makeWatcher.ts";
import { baseUrl } from "./options.ts";
import { makeRest, type Rest, type RestOptions } from "./rest.ts";

export type OrthancWatcherOptions = RestOptions & {
  /** Change rows asked for at once. */
  readonly pageSize?: number;
  /** Runs before the watch goes on when Orthanc's database proves to be another one: what it holds was never announced. */
  readonly onReplaced: () => Promise<unknown>;
};

type Jobs = Pick<JobStore, "arrive" | "readCursor">;
type Page = { readonly changes: readonly unknown[]; readonly isDone: boolean; readonly last: number };

/**
 * Reads Orthanc's change log from where the jobs say it was read up to, and reports every CT and MR series that has
 * become stable, also once more after a late slice. Each page's series and its end are handed over together, so that
 * no row is lost or skipped. The first look of all begins at the present: a sweep brings what is there already.
 */
export const makeOrthancWatcher = (options: OrthancWatcherOptions, jobs: Jobs, log: Log): Watcher => {
  const rest = makeRest(options);
  const source = `orthanc ${baseUrl(options.restUrl)}`;
  const limit = options.pageSize ?? 100;
  const keep = (arrivals: readonly SeriesArrival[], last: number) =>
    jobs.arrive(arrivals, { source, value: String(last) });

  return makeWatcher(async (isStopping) => {
    const cursor = await jobs.readCursor(source);
    if (cursor === null) {
      const { last } = await readPage(rest, "last");
      await keep([], last);
      log.info("orthanc.watch-begins", { last });
      return;
    }
    for (let since = Number(cursor); !isStopping(); ) {
      const page = await readPage(rest, `since=${since}&limit=${limit}`);
      if (page.last < since) {
        log.warn("orthanc.database-replaced", { cursor: since, last: page.last });
        await options.onReplaced();
        await keep([], page.last);
        return;
      }
      // An idle look writes nothing.
      if (page.last > since) await keep(await readArrivals(rest, page, log), page.last);
      if (page.isDone) return;
      if (page.last === since)
        throw failed("PACS_BAD_ANSWER", `Orthanc's changes do not go on after ${since}.`);
      since = page.last;
    }
  });
};

/** `Last` of an empty page is the newest number ever given, so that a smaller one than ours betrays another database. */
const readPage = async (rest: Rest, query: string): Promise<Page> => {
  const { Changes, Done, Last } = (await rest.get(`/changes?${query}`)) ?? {};
  if (!Array.isArray(Changes) || typeof Done !== "boolean" || !Number.isSafeInteger(Last))
    throw failed("PACS_BAD_ANSWER", "Orthanc's answer is no page of changes.");
  return { changes: Changes, isDone: Done, last: Number(Last) };
};

const readArrivals = async (rest: Rest, page: Page, log: Log): Promise<readonly SeriesArrival[]> => {
  const stableIds = page.changes
    .filter(isDicomJson)
    .filter((change) => change["ChangeType"] === "StableSeries")
    .map((change) => change["ID"])
    .filter(isOrthancId);
  const arrivals: SeriesArrival[] = [];
  for (const id of new Set(stableIds)) {
    const arrival = await readArrival(rest, id, log);
    if (arrival !== null) arrivals.push(arrival);
  }
  return arrivals;
};

/** Null for series deleted meanwhile, for other modalities (our own SEG and SR among them) and without usable UIDs. */
const readArrival = async (rest: Rest, id: string, log: Log): Promise<SeriesArrival | null> => {
  const series = await rest.get(`/series/${id}`);
  const modality = readTag(series, "Modality");
  if (series === null || (modality !== "CT" && modality !== "MR")) return null;
  const study = await rest.get(`/series/${id}/study`);
  if (study === null) return null;
  const studyUid = readTag(study, "StudyInstanceUID");
  const seriesUid = readTag(series, "SeriesInstanceUID");
  if (!isUid(studyUid) || !isUid(seriesUid)) {
    log.warn("pacs.series-without-usable-uid");
    return null;
  }
  const instances = series["Instances"];
  const instanceCount = Array.isArray(instances) ? instances.length : null;
  return { studyUid, seriesUid, instanceCount, isEvent: true };
};

const readTag = (resource: Readonly<Record<string, unknown>> | null, keyword: string): string | null => {
  const mainTags = resource?.["MainDicomTags"];
  const value = isDicomJson(mainTags) ? mainTags[keyword] : null;
  return typeof value === "string" ? value.trim() : null;
};

/** SHA-1 in five groups. */
const isOrthancId = (id: unknown): id is string =>
  typeof id === "string" && /^[0-9a-f]{8}(-[0-9a-f]{8}){4}$/.test(id);
