import { isUid } from "../domain/uid.ts";
import type { SeriesDescription } from "../ports/pacs.ts";
import type { Calls } from "./calls.ts";
import { type DicomJson, readNumber, readText, tags } from "./dicomJson.ts";
import { readDatasets, searchAll } from "./searches.ts";
import { assertUids } from "./uid.ts";

/**
 * Modality, number and description of every series of a study (QIDO-RS, PS3.18 10.6); none when the archive does not
 * hold the study. Throws UID_INVALID, PACS_*.
 */
export const describeStudy = async (
  calls: Calls,
  pageSize: number,
  studyUid: string,
): Promise<readonly SeriesDescription[]> => {
  assertUids(studyUid);
  const hits = await searchAll(
    (page) =>
      readDatasets(calls.search, (client, request) =>
        client.searchForSeries({
          studyInstanceUID: studyUid,
          queryParams: { includefield, ...page },
          request,
        }),
      ),
    (hit) => readText(hit, tags.seriesUid),
    pageSize,
  );
  return [...(hits?.values() ?? [])].flatMap(describe);
};

/** Archives answer these unasked, but need not. */
const includefield = `${tags.seriesDescription},${tags.seriesNumber}`;

const describe = (hit: DicomJson): readonly SeriesDescription[] => {
  const seriesUid = readText(hit, tags.seriesUid);
  if (!isUid(seriesUid)) return [];
  return [
    {
      seriesUid,
      modality: readText(hit, tags.modality) ?? "",
      number: readNumber(hit, tags.seriesNumber),
      description: readText(hit, tags.seriesDescription) || null,
    },
  ];
};
