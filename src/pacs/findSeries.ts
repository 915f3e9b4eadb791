import { FailureError } from "../domain/failure.ts";
import type { SeriesArrival } from "../domain/job.ts";
import { isUid } from "../domain/uid.ts";
import type { Log } from "../ports.ts";
import type { Calls } from "./calls.ts";
import { type DicomJson, readNumber, readText, tags } from "./dicomJson.ts";
import { readDatasets, searchAll } from "./searches.ts";
import { statusFailure } from "./statusFailure.ts";

const MODALITIES = ["CT", "MR"] as const;
const DAY_MS = 86_400_000;

type Query = Readonly<Record<string, string | number>>;

/**
 * CT and MR series of studies dated within the last `days` (null: all), by one search for each modality across studies,
 * or study by study where the archive has no such search. Studies without a date are found only with null.
 */
export const findSeries = async (
  calls: Calls,
  pageSize: number,
  days: number | null,
  log: Log,
): Promise<readonly SeriesArrival[]> => {
  const since = days === null ? null : dateDaysAgo(days);
  // A range without an end also finds studies whose scanner clock runs ahead.
  const window: Query = since === null ? {} : { StudyDate: `${since}-` };
  const hits: DicomJson[] = [];
  for (const modality of MODALITIES) {
    const found =
      (await seriesAcrossStudies(calls, pageSize, modality, window)) ??
      (await seriesStudyByStudy(calls, pageSize, modality, window));
    hits.push(...found);
  }
  const arrivals = new Map<string, SeriesArrival>();
  for (const hit of hits.filter((each) => isWanted(each, since))) {
    const studyUid = readText(hit, tags.studyUid);
    const seriesUid = readText(hit, tags.seriesUid);
    if (!isUid(studyUid) || !isUid(seriesUid)) log.warn("pacs.series-without-usable-uid");
    else
      arrivals.set(seriesUid, {
        studyUid,
        seriesUid,
        instanceCount: readNumber(hit, tags.instancesInSeries),
        isEvent: false,
      });
  }
  return [...arrivals.values()];
};

const includefield = tags.instancesInSeries;

/** Null when the archive does not offer this search. */
const seriesAcrossStudies = async (
  calls: Calls,
  pageSize: number,
  modality: string,
  window: Query,
): Promise<readonly DicomJson[] | null> => {
  try {
    const hits = await searchAll(
      (page) =>
        readDatasets(calls.search, (client, request) =>
          client.searchForSeries({
            queryParams: { Modality: modality, includefield, ...window, ...page },
            request,
          }),
        ),
      (hit) => readText(hit, tags.seriesUid),
      pageSize,
    );
    return hits === null ? null : [...hits.values()];
  } catch (error) {
    if (error instanceof FailureError && isNotOffered(error.failure.details["status"])) return null;
    throw error;
  }
};

const isNotOffered = (status: unknown): boolean =>
  status === 400 || status === 405 || status === 406 || status === 422 || status === 501;

const seriesStudyByStudy = async (
  calls: Calls,
  pageSize: number,
  modality: string,
  window: Query,
): Promise<readonly DicomJson[]> => {
  const studies = await searchAll(
    (page) =>
      readDatasets(calls.search, (client, request) =>
        client.searchForStudies({
          queryParams: { ModalitiesInStudy: modality, ...window, ...page },
          request,
        }),
      ),
    (hit) => readText(hit, tags.studyUid),
    pageSize,
  );
  // No hits are an empty answer; 404 here means that the address is wrong, which must not look like an empty archive.
  if (studies === null) throw statusFailure(404, new Headers());
  const found: DicomJson[] = [];
  for (const [studyUid, study] of studies) {
    if (!isUid(studyUid)) continue;
    const series = await searchAll(
      (page) =>
        readDatasets(calls.search, (client, request) =>
          client.searchForSeries({
            studyInstanceUID: studyUid,
            queryParams: { Modality: modality, includefield, ...page },
            request,
          }),
        ),
      (hit) => readText(hit, tags.seriesUid),
      pageSize,
    );
    // Below a study the archive need not repeat what it said of the study.
    for (const hit of series?.values() ?? [])
      found.push({ [tags.studyUid]: study[tags.studyUid], [tags.studyDate]: study[tags.studyDate], ...hit });
  }
  return found;
};

/** Archives may ignore a search key that they do not know. */
const isWanted = (hit: DicomJson, since: string | null): boolean => {
  const modality = readText(hit, tags.modality);
  const studyDate = readText(hit, tags.studyDate);
  return (
    MODALITIES.some((wanted) => wanted === modality) &&
    (since === null || studyDate === null || studyDate.replaceAll(".", "") >= since)
  );
};

/** YYYYMMDD in UTC, one day early: study dates are local to the scanner. */
const dateDaysAgo = (days: number): string =>
  new Date(Date.now() - (days + 1) * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "");
