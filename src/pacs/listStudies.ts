import { FailureError } from "../domain/failure.ts";
import type { SeriesArrival } from "../domain/job.ts";
import { isUid } from "../domain/uid.ts";
import type { StudyListing, StudyPage } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import type { Calls } from "./calls.ts";
import { type DicomJson, readNumber, readText, readValues, tags } from "./dicomJson.ts";
import { readDatasets, searchAll } from "./searches.ts";
import { statusFailure } from "./statusFailure.ts";
import { assertUids } from "./uid.ts";

const includefield = [tags.modalitiesInStudy, tags.seriesInStudy, tags.instancesInStudy].join(",");

/**
 * One page of all studies (QIDO-RS, PS3.18 10.6), as many as the archive chooses to send; null where it refuses to
 * search without a filter, or to page so deep. Throws PACS_*.
 */
export const listStudies = async (
  calls: Calls,
  { modality, offset, limit }: StudyPage,
  log: Log,
): Promise<readonly StudyListing[] | null> => {
  const filter = modality === null ? {} : { ModalitiesInStudy: modality };
  try {
    const hits = await readDatasets(calls.search, (client, request) =>
      client.searchForStudies({ queryParams: { ...filter, includefield, limit, offset }, request }),
    );
    // At the first page 404 means that the address is wrong, further on it is one way to say that there is no more.
    if (hits === null && offset === 0) throw statusFailure(404, new Headers());
    return (hits ?? []).flatMap((hit) => readStudy(hit, log));
  } catch (error) {
    if (error instanceof FailureError && isRefusal(error.failure.details["status"])) return null;
    throw error;
  }
};

const isRefusal = (status: unknown): boolean =>
  [400, 405, 406, 413, 414, 416, 422, 501].some((refusal) => refusal === status);

const readStudy = (hit: DicomJson, log: Log): readonly StudyListing[] => {
  const studyUid = readText(hit, tags.studyUid);
  if (!isUid(studyUid)) {
    log.warn("pacs.study-without-usable-uid");
    return [];
  }
  const modalities = readValues(hit, tags.modalitiesInStudy).map(String);
  return [
    {
      studyUid,
      studyDate: readText(hit, tags.studyDate)?.replaceAll(".", "") || null,
      modalities: modalities.length === 0 ? null : modalities,
      seriesCount: readNumber(hit, tags.seriesInStudy),
      instanceCount: readNumber(hit, tags.instancesInStudy),
    },
  ];
};

/** CT and MR series of one study; none where the archive does not hold it. Throws UID_INVALID, PACS_*. */
export const listSeries = async (
  calls: Calls,
  pageSize: number,
  studyUid: string,
  log: Log,
): Promise<readonly SeriesArrival[]> => {
  assertUids(studyUid);
  const hits = await searchAll(
    (page) =>
      readDatasets(calls.search, (client, request) =>
        client.searchForSeries({
          studyInstanceUID: studyUid,
          queryParams: { includefield: tags.instancesInSeries, ...page },
          request,
        }),
      ),
    (hit) => readText(hit, tags.seriesUid),
    pageSize,
  );
  return [...(hits?.values() ?? [])].flatMap((hit): readonly SeriesArrival[] => {
    const modality = readText(hit, tags.modality);
    if (modality !== "CT" && modality !== "MR") return [];
    const seriesUid = readText(hit, tags.seriesUid);
    if (isUid(seriesUid))
      return [
        { studyUid, seriesUid, instanceCount: readNumber(hit, tags.instancesInSeries), isEvent: false },
      ];
    log.warn("pacs.series-without-usable-uid");
    return [];
  });
};
