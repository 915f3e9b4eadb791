/** What the reports in the archive mean for a new one: which it replaces, and what it is compared with. */
import { deriveUid, trackingUidOf } from "../dicom/identity/resultKey.ts";
import { concepts, isConcept } from "../domain/concept.ts";
import { policyOf, toFailure } from "../domain/failure.ts";
import { volumeOf } from "../domain/groupVolume.ts";
import { type History, noHistory } from "../domain/history.ts";
import type { Job, SegmentOrder } from "../domain/job.ts";
import { type ArchivedReport, isCurrent } from "../domain/report.ts";
import type { SeriesRef } from "../domain/series.ts";
import type { PriorVolume } from "../domain/trend.ts";
import type { Warning } from "../domain/warning.ts";
import type { World } from "../ports/world.ts";
import { readReports } from "./readReports.ts";

/** The result that is about to be written. */
export type Present = SeriesRef & {
  readonly part: string;
  readonly modality: "CT" | "MR";
  /** Name of this software, by which it knows its own reports. */
  readonly softwareName: string;
  /** Of its own report, which it does not replace where it is written anew. */
  readonly sopInstanceUid: string;
};

/** By what is in the document itself: another program may have copied our words into a series description. */
const isOurs = ({ observer, writer }: ArchivedReport, softwareName: string): boolean =>
  observer?.kind === "device" && observer.name === softwareName && writer.model === softwareName;

const priorsIn = ({ groups, studyDate, sopInstanceUid }: ArchivedReport): readonly PriorVolume[] =>
  groups.flatMap((group) => {
    const volume = isConcept(group.finding, concepts.pancreas) ? volumeOf(group) : null;
    if (volume === null || studyDate === null) return [];
    return [{ studyDate, volumeMl: volume.volumeMl, errorMl: volume.uncertaintyMl, sopInstanceUid }];
  });

const momentOf = ({ contentDate, contentTime }: ArchivedReport): string =>
  `${contentDate ?? ""}${contentTime ?? ""}`;

/**
 * From the reports of one patient: our own on the same volume of the same series, which the new one replaces, and the
 * volumes of other studies on images of the same modality, those written last at the end. What was taken back or is
 * replaced already counts for neither.
 */
export const historyOf = (reports: readonly ArchivedReport[], present: Present): History => {
  const own = reports
    .filter((report) => isCurrent(report) && isOurs(report, present.softwareName))
    .filter(({ sopInstanceUid }) => sopInstanceUid !== present.sopInstanceUid)
    .sort((a, b) => (momentOf(a) < momentOf(b) ? -1 : 1));
  const trackingUid = trackingUidOf(present);
  return {
    predecessors: own.filter(
      ({ studyUid, groups }) =>
        studyUid === present.studyUid && groups.some((group) => group.trackingUid === trackingUid),
    ),
    priors: own
      .filter(({ studyUid, modality }) => studyUid !== present.studyUid && modality === present.modality)
      .flatMap(priorsIn),
  };
};

/** Of an archive that cannot be searched for a patient; nothing is wrong with the series. */
const cannotTell = (error: unknown): boolean => {
  const policy = policyOf(toFailure(error).code);
  return policy.about === "answer" && policy.class !== "transient";
};

const unread = (sentence: string): readonly Warning[] => [{ code: "HISTORY_UNREAD", sentence }];

/**
 * The history of a job's series as its archive holds it. Where the archive cannot tell, the result goes without, and says
 * so. Throws PACS_* where the archive is away.
 */
export const readHistory = async (
  job: Job,
  { modelClass, part }: SegmentOrder,
  { pacs, software, settings }: World,
): Promise<{ readonly history: History; readonly warnings: readonly Warning[] }> => {
  const { studyUid, seriesUid } = job;
  const present: Present = {
    studyUid,
    seriesUid,
    part,
    modality: modelClass === "CT" ? "CT" : "MR",
    softwareName: software.name,
    sopInstanceUid: deriveUid("sr-sop", job.key),
  };
  try {
    const scope = settings.output.trend ? "patient" : "study";
    const { reports, unreadable } = await readReports(pacs, studyUid, scope);
    return {
      history: historyOf(reports, present),
      warnings:
        unreadable.length === 0 ? [] : unread(`${unreadable.length} earlier report(s) could not be read.`),
    };
  } catch (error) {
    if (!cannotTell(error)) throw error;
    return { history: noHistory, warnings: unread("The archive could not be searched for earlier results.") };
  }
};
