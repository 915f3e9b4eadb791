import { isUid } from "../domain/uid.ts";
import type { SegmentationRef } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import type { Calls } from "./calls.ts";
import { type DicomJson, readNumber, readText, tags } from "./dicomJson.ts";
import { findSeriesOfModality } from "./findSeriesOfModality.ts";
import { readDatasets, searchAll } from "./searches.ts";
import { assertUids } from "./uid.ts";

/** Segmentation and Label Map Segmentation; surfaces bear the same modality. */
const sopClasses: readonly string[] = ["1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"];

/** What archives may tell of an instance without its file, and what a writer changes with it. */
const versionTags = [
  tags.instanceCreationDate,
  tags.instanceCreationTime,
  tags.contentDate,
  tags.contentTime,
  tags.numberOfFrames,
] as const;

type SegSeries = Omit<SegmentationRef, "sopInstanceUid" | "version"> & {
  /** Instances that it holds; null where the archive does not say. */
  readonly count: number | null;
};

const seriesOf = (hit: DicomJson, log: Log): readonly SegSeries[] => {
  const studyUid = readText(hit, tags.studyUid);
  const seriesUid = readText(hit, tags.seriesUid);
  const studyDate = readText(hit, tags.studyDate)?.replaceAll(".", "") || null;
  if (isUid(studyUid) && isUid(seriesUid))
    return [{ studyUid, seriesUid, studyDate, count: readNumber(hit, tags.instancesInSeries) }];
  log.warn("pacs.series-without-usable-uid");
  return [];
};

/**
 * Segmentations (QIDO-RS, PS3.18 10.6) of the studies that hold at least two of them, in one series or in several: one
 * alone corrects nothing, and an archive of years is full of those. `since` as in `findSeriesOfModality`. Throws PACS_*.
 */
export const findSegmentations = async (
  calls: Calls,
  pageSize: number,
  since: string | null,
  log: Log,
): Promise<readonly SegmentationRef[]> => {
  const hits = await findSeriesOfModality(calls, pageSize, "SEG", since);
  const series = new Map(
    hits.flatMap((hit) => seriesOf(hit, log)).map((each) => [each.seriesUid, each] as const),
  );
  const found: SegmentationRef[] = [];
  for (const ofStudy of Map.groupBy(series.values(), ({ studyUid }) => studyUid).values()) {
    if (ofStudy.length === 1 && ofStudy[0]?.count === 1) continue;
    const refs: SegmentationRef[] = [];
    for (const each of ofStudy) refs.push(...(await segmentationsOf(calls, pageSize, each)));
    if (ofStudy.length > 1 || refs.length > 1) found.push(...refs);
  }
  return found;
};

/** Every segmentation of one study; none when the archive does not hold it. Throws UID_INVALID, PACS_*. */
export const findSegmentationsOf = async (
  calls: Calls,
  pageSize: number,
  studyUid: string,
  log: Log,
): Promise<readonly SegmentationRef[]> => {
  assertUids(studyUid);
  const includefield = `${tags.modality},${tags.studyDate},${tags.instancesInSeries}`;
  const hits = await searchAll(
    (page) =>
      readDatasets(calls.search, (client, request) =>
        client.searchForSeries({
          studyInstanceUID: studyUid,
          queryParams: { Modality: "SEG", includefield, ...page },
          request,
        }),
      ),
    (hit) => readText(hit, tags.seriesUid),
    pageSize,
  );
  const found: SegmentationRef[] = [];
  for (const hit of hits?.values() ?? []) {
    if (readText(hit, tags.modality) !== "SEG") continue;
    // Below a study the archive need not repeat what it said of the study.
    const [series] = seriesOf({ ...hit, [tags.studyUid]: { vr: "UI", Value: [studyUid] } }, log);
    if (series !== undefined) found.push(...(await segmentationsOf(calls, pageSize, series)));
  }
  return found;
};

const segmentationsOf = async (
  calls: Calls,
  pageSize: number,
  { studyUid, seriesUid, studyDate }: SegSeries,
): Promise<readonly SegmentationRef[]> => {
  const hits = await searchAll(
    (page) =>
      readDatasets(calls.search, (client, request) =>
        client.searchForInstances({
          studyInstanceUID: studyUid,
          seriesInstanceUID: seriesUid,
          queryParams: { includefield: [tags.sopClassUid, ...versionTags].join(","), ...page },
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
    if (!isUid(sopInstanceUid) || !isWanted) return [];
    return [{ studyUid, seriesUid, studyDate, sopInstanceUid, version: versionOf(hit) }];
  });
};

const versionOf = (hit: DicomJson): string => {
  const told = versionTags.map((tag) => readText(hit, tag) ?? readNumber(hit, tag) ?? "");
  return told.every((each) => each === "") ? "" : told.join("|");
};
