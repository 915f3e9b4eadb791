import { isUid } from "../domain/uid.ts";
import type { SegmentationRef } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import type { Calls } from "./calls.ts";
import { readText, tags } from "./dicomJson.ts";
import { findSeriesOfModality } from "./findSeriesOfModality.ts";
import { readDatasets, searchAll } from "./searches.ts";

/** Segmentation and Label Map Segmentation; surfaces bear the same modality. */
const sopClasses: readonly string[] = ["1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"];

type SegSeries = Omit<SegmentationRef, "sopInstanceUid">;

/**
 * Segmentations (QIDO-RS, PS3.18 10.6) of the studies that hold at least two series of them: one alone corrects nothing,
 * and an archive of years is full of those. `since` as in `findSeriesOfModality`. Throws PACS_*.
 */
export const findSegmentations = async (
  calls: Calls,
  pageSize: number,
  since: string | null,
  log: Log,
): Promise<readonly SegmentationRef[]> => {
  const series = new Map<string, SegSeries>();
  for (const hit of await findSeriesOfModality(calls, pageSize, "SEG", since)) {
    const studyUid = readText(hit, tags.studyUid);
    const seriesUid = readText(hit, tags.seriesUid);
    const studyDate = readText(hit, tags.studyDate)?.replaceAll(".", "") || null;
    if (!isUid(studyUid) || !isUid(seriesUid)) log.warn("pacs.series-without-usable-uid");
    else series.set(seriesUid, { studyUid, seriesUid, studyDate });
  }
  const found: SegmentationRef[] = [];
  for (const ofStudy of Map.groupBy(series.values(), ({ studyUid }) => studyUid).values())
    if (ofStudy.length > 1)
      for (const each of ofStudy) found.push(...(await segmentationsOf(calls, pageSize, each)));
  return found;
};

const segmentationsOf = async (
  calls: Calls,
  pageSize: number,
  series: SegSeries,
): Promise<readonly SegmentationRef[]> => {
  const hits = await searchAll(
    (page) =>
      readDatasets(calls.search, (client, request) =>
        client.searchForInstances({
          studyInstanceUID: series.studyUid,
          seriesInstanceUID: series.seriesUid,
          queryParams: { includefield: tags.sopClassUid, ...page },
          request,
        }),
      ),
    (hit) => readText(hit, tags.sopInstanceUid),
    pageSize,
  );
  return [...(hits?.values() ?? [])].flatMap((hit): readonly SegmentationRef[] => {
    const sopInstanceUid = readText(hit, tags.sopInstanceUid);
    const sopClassUid = readText(hit, tags.sopClassUid) ?? "";
    const isWanted = sopClassUid === "" || sopClasses.includes(sopClassUid);
    return isUid(sopInstanceUid) && isWanted ? [{ ...series, sopInstanceUid }] : [];
  });
};
