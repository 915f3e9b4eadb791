import { FailureError } from "../domain/failure.ts";
import { isUid } from "../domain/uid.ts";
import type { Calls } from "./calls.ts";
import { type DicomJson, readText, tags } from "./dicomJson.ts";
import { readDatasets, searchAll } from "./searches.ts";
import { statusFailure } from "./statusFailure.ts";

type Query = Readonly<Record<string, string | number>>;

/**
 * Series of one modality of the studies dated `since` (YYYYMMDD) or later, null: of all; by one search across studies, or
 * study by study where the archive has no such search. Archives may ignore a search key that they do not know: what is not
 * wanted is dropped. Studies without a date are found only with null. Throws PACS_*.
 */
export const findSeriesOfModality = async (
  calls: Calls,
  pageSize: number,
  modality: string,
  since: string | null,
): Promise<readonly DicomJson[]> => {
  // A range without an end also finds studies whose scanner clock runs ahead.
  const window: Query = since === null ? {} : { StudyDate: `${since}-` };
  const found =
    (await seriesAcrossStudies(calls, pageSize, modality, window)) ??
    (await seriesStudyByStudy(calls, pageSize, modality, window));
  return found.filter((hit) => isWanted(hit, modality, since));
};

const isWanted = (hit: DicomJson, modality: string, since: string | null): boolean => {
  const studyDate = readText(hit, tags.studyDate);
  return (
    readText(hit, tags.modality) === modality &&
    (since === null || studyDate === null || studyDate.replaceAll(".", "") >= since)
  );
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
