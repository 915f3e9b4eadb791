/** Site quality: what people made of our segmentations, found in the archive alone, and whether it is getting worse. */
import { type Failure, toFailure } from "../domain/failure.ts";
import type { PancreasNames } from "../domain/pancreasNames.ts";
import type { AuditRules, CorrectedCase, LeftOut, QualityRecord } from "../domain/quality.ts";
import { RESEARCH_NOTICE, type SoftwareIdentity } from "../domain/result.ts";
import type { SegmentationRef } from "../ports/pacs.ts";
import type { Clock } from "../ports/world.ts";
import { type AuditPacs, auditStudy, type StudyAudit } from "./auditStudy.ts";
import { driftsOf } from "./driftOf.ts";
import { memoryOf } from "./memory.ts";
import { isArchiveAway } from "./recogniseSegmentation.ts";
import { summariseCases } from "./summariseCases.ts";

export type AuditWorld = {
  readonly pacs: AuditPacs;
  readonly clock: Clock;
  readonly software: SoftwareIdentity;
  /** By what a segment is known as the pancreas. */
  readonly names: PancreasNames;
};

export type AuditOrder = {
  readonly rules: AuditRules;
  /** Studies from this date on, YYYYMMDD; null: all. */
  readonly since: string | null;
};

export type Audit = {
  readonly record: QualityRecord;
  /** Why the audit ended early: the archive went away. What it found until then, and what was known before, holds. */
  readonly interrupted: Failure | null;
};

/**
 * Find the corrected cases of the archive, compare them with ours, and judge their course. Studies that were not looked
 * at, because they lie before `since` or the archive went away, keep what the earlier record says of them; a case whose
 * correction was deleted is left out, once, by name. Throws PACS_* where the archive cannot be searched at all.
 */
export const auditQuality = async (
  { pacs, clock, software, names }: AuditWorld,
  { rules, since }: AuditOrder,
  earlier: QualityRecord | null,
  onStudy: (share: number) => void = () => {},
): Promise<Audit> => {
  const studies = Map.groupBy(await pacs.findSegmentations(since), ({ studyUid }) => studyUid);
  const isInWindow = ({ studyDate }: { readonly studyDate: string | null }): boolean =>
    since === null || (studyDate !== null && studyDate >= since);
  const memory = memoryOf(earlier, names);
  // A study of one segmentation is not searched for; one that had a case may have lost ours since.
  for (const { studyUid } of earlier?.cases.filter(isInWindow) ?? []) {
    if (studies.has(studyUid)) continue;
    const left = await pacs.findSegmentationsOf(studyUid);
    if (left.length > 0) studies.set(studyUid, [...left]);
  }
  const audited = new Map<string, StudyAudit>();
  let interrupted: Failure | null = null;
  for (const [studyUid, refs] of studies) {
    try {
      audited.set(
        studyUid,
        await auditStudy(refs, memory, pacs, { rules, names, softwareName: software.name }),
      );
    } catch (error) {
      if (!isArchiveAway(error)) throw error;
      interrupted = toFailure(error);
      break;
    }
    onStudy(audited.size / studies.size);
  }

  const isKept = (each: { readonly studyUid: string; readonly studyDate: string | null }): boolean =>
    !audited.has(each.studyUid) && (studies.has(each.studyUid) || !isInWindow(each));
  const found = [...audited.values()];
  const keptCases = earlier?.cases.filter(isKept).filter((each) => isAllowed(each, rules)) ?? [];
  const lost = goneCorrections(earlier?.cases.filter((each) => !isKept(each)) ?? [], studies);
  const cases = [...keptCases, ...found.flatMap((each) => each.cases)].toSorted(byCorrection);
  return {
    interrupted,
    record: {
      notice: RESEARCH_NOTICE,
      software,
      auditedAt: new Date(clock.nowMs()).toISOString(),
      rules,
      since,
      studies: { found: studies.size, audited: audited.size },
      cases,
      leftOut: [
        ...(earlier?.leftOut.filter(isKept) ?? []),
        ...found.flatMap((each) => each.leftOut),
        ...lost,
      ],
      groups: summariseCases(cases),
      drift: driftsOf(cases, rules),
      names: names.digest,
      known: [...(earlier?.known.filter(isKept) ?? []), ...found.flatMap((each) => each.known)],
    },
  };
};

/** Cases whose correction the archive does not list any more: what nobody stands by does not count. */
const goneCorrections = (
  cases: readonly CorrectedCase[],
  studies: ReadonlyMap<string, readonly SegmentationRef[]>,
): readonly LeftOut[] =>
  cases.flatMap(({ studyUid, seriesUid, studyDate, correctionSopInstanceUid }) => {
    const isListed = studies
      .get(studyUid)
      ?.some(({ sopInstanceUid }) => sopInstanceUid === correctionSopInstanceUid);
    if (isListed === true) return [];
    const sentence = "The correction is no longer in the archive, so that its case does not count any more.";
    const sopInstanceUid = correctionSopInstanceUid;
    return [{ studyUid, seriesUid, sopInstanceUid, studyDate, code: "CORRECTION_GONE", sentence }];
  });

const isAllowed = ({ correctionAlgorithmType }: CorrectedCase, { includeAutomatic }: AuditRules): boolean =>
  includeAutomatic || correctionAlgorithmType !== "AUTOMATIC";

/** Cases without a date of correction stand where their month puts them. */
const orderOf = ({ correctedAt: { date, time }, month, correctionSopInstanceUid }: CorrectedCase): string =>
  `${date || month.replace("-", "")}|${time}|${correctionSopInstanceUid}`;

const byCorrection = (a: CorrectedCase, b: CorrectedCase): number => (orderOf(a) < orderOf(b) ? -1 : 1);
