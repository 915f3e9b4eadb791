import { failed } from "../domain/failure.ts";
import type { SeriesRef } from "../domain/series.ts";
import { isUid } from "../domain/uid.ts";
import type { Calls } from "./calls.ts";
import { readText, tags } from "./dicomJson.ts";
import type { ResolvedOptions } from "./options.ts";
import { readDatasets, searchAll } from "./searches.ts";
import { assertUids } from "./uid.ts";

/**
 * SOP Instance UIDs of a series (QIDO-RS, PS3.18 10.6), none where the archive does not list it. Throws UID_INVALID,
 * PACS_TOO_LARGE above `maxSeriesInstances`, PACS_*.
 */
export const findInstances = async (
  calls: Calls,
  { pageSize, maxSeriesInstances }: Pick<ResolvedOptions, "pageSize" | "maxSeriesInstances">,
  { studyUid, seriesUid }: SeriesRef,
): Promise<readonly string[]> => {
  assertUids(studyUid, seriesUid);
  const hits = await searchAll(
    (page) =>
      readDatasets(calls.search, (client, request) =>
        client.searchForInstances({
          studyInstanceUID: studyUid,
          seriesInstanceUID: seriesUid,
          queryParams: page,
          request,
        }),
      ),
    (hit) => readText(hit, tags.sopInstanceUid),
    pageSize,
  );
  const uids = [...(hits?.keys() ?? [])].filter(isUid);
  if (uids.length > maxSeriesInstances)
    throw failed(
      "PACS_TOO_LARGE",
      `The series has ${uids.length} instances; the limit is ${maxSeriesInstances}.`,
      { instances: uids.length, limit: maxSeriesInstances },
    );
  return uids;
};
