/** Site quality: what people made of our segmentations, found in the archive alone, and whether it is getting worse. */
import { type Failure, toFailure } from "../domain/failure.ts";
import type { AuditRules, CorrectedCase, QualityRecord } from "../domain/quality.ts";
import { RESEARCH_NOTICE, type SoftwareIdentity } from "../domain/result.ts";
import type { Clock } from "../ports/world.ts";
import { type AuditPacs, auditStudy, isArchiveAway, memoryOf, type StudyAudit } from "./auditStudy.ts";
import { driftsOf } from "./driftOf.ts";
import { summariseCases } from "./summariseCases.ts";

export type AuditWorld = {
  readonly pacs: AuditPacs;
  readonly clock: Clock;
  readonly software: SoftwareIdentity;
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
 * at, because they lie before `since` or the archive went away, keep what the earlier record says of them. Throws PACS_*
 * where the archive cannot be searched at all.
 */
export const auditQuality = async (
  { pacs, clock, software }: AuditWorld,
  { rules, since }: AuditOrder,
  earlier: QualityRecord | null,
  onStudy: (share: number) => void = () => {},
): Promise<Audit> => {
  const studies = Map.groupBy(await pacs.findSegmentations(since), ({ studyUid }) => studyUid);
  const memory = memoryOf(earlier);
  const audited = new Map<string, StudyAudit>();
  let interrupted: Failure | null = null;
  for (const [studyUid, refs] of studies) {
    try {
      audited.set(studyUid, await auditStudy(refs, memory, pacs, rules, software.name));
    } catch (error) {
      if (!isArchiveAway(error)) throw error;
      interrupted = toFailure(error);
      break;
    }
    onStudy(audited.size / studies.size);
  }

  const isKept = ({ studyUid, studyDate }: { studyUid: string; studyDate: string | null }): boolean =>
    !audited.has(studyUid) &&
    (studies.has(studyUid) || (since !== null && (studyDate === null || studyDate < since)));
  const found = [...audited.values()];
  const keptCases = earlier?.cases.filter(isKept).filter((each) => isAllowed(each, rules)) ?? [];
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
      leftOut: [...(earlier?.leftOut.filter(isKept) ?? []), ...found.flatMap((each) => each.leftOut)],
      groups: summariseCases(cases),
      drift: driftsOf(cases, rules),
      known: [...(earlier?.known.filter(isKept) ?? []), ...found.flatMap((each) => each.known)],
    },
  };
};

const isAllowed = ({ correctionAlgorithmType }: CorrectedCase, { includeAutomatic }: AuditRules): boolean =>
  includeAutomatic || correctionAlgorithmType !== "AUTOMATIC";

/** Cases without a date of correction stand where their month puts them. */
const orderOf = ({ correctedAt: { date, time }, month, correctionSopInstanceUid }: CorrectedCase): string =>
  `${date || month.replace("-", "")}|${time}|${correctionSopInstanceUid}`;

const byCorrection = (a: CorrectedCase, b: CorrectedCase): number => (orderOf(a) < orderOf(b) ? -1 : 1);
