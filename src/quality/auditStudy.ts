/** One study: which of its segmentations correct one of ours, and how far the two agree. */
import { failed, toFailure } from "../domain/failure.ts";
import type { PancreasNames } from "../domain/pancreasNames.ts";
import type { AuditRules, CorrectedCase, KnownSegmentation, LeftOut } from "../domain/quality.ts";
import { assessCase } from "../evaluate/assessCase.ts";
import { onCommonGrid } from "../geometry/commonGrid.ts";
import type { Pacs, SegmentationRef } from "../ports/pacs.ts";
import { caseKey, isOther, isSameObject, type Known, type Memory } from "./memory.ts";
import { type Pair, pairSegmentations } from "./pairSegmentations.ts";
import {
  type Found,
  isArchiveAway,
  type Load,
  leaveOut,
  makeLoad,
  recogniseSegmentation,
} from "./recogniseSegmentation.ts";

/** How a study is audited. */
export type StudyOrder = {
  readonly rules: AuditRules;
  readonly names: PancreasNames;
  readonly softwareName: string;
};

export type StudyAudit = {
  readonly cases: readonly CorrectedCase[];
  readonly leftOut: readonly LeftOut[];
  readonly known: readonly Known[];
};

export type AuditPacs = Pick<
  Pacs,
  "findSegmentations" | "findSegmentationsOf" | "retrieveInstance" | "describeStudy"
>;

const monthOf = ({ contentDate, studyDate }: KnownSegmentation): string => {
  const date = [contentDate, studyDate].find((each) => each !== null && /^\d{8}$/.test(each)) ?? null;
  return date === null ? "unknown" : `${date.slice(0, 4)}-${date.slice(4, 6)}`;
};

const compare = async (
  { ours, correction }: Pair,
  sourceSeriesUid: string,
  { toleranceMm }: AuditRules,
  load: Load,
  modalityOf: (seriesUid: string) => Promise<string>,
): Promise<CorrectedCase> => {
  const [mine, theirs] = [await load(ours), await load(correction)];
  const [first, second] = [mine.frameOfReferenceUid, theirs.frameOfReferenceUid];
  if (first !== "" && second !== "" && first !== second)
    throw failed("GRIDS_DIFFER", "The masks lie in different frames of reference.", { first, second });
  const agreement = assessCase(...onCommonGrid(mine.mask, theirs.mask), toleranceMm);
  const { dice, hd95Mm, assdMm, surfaceDice, volumeMl, referenceMl, volumeDifferenceMl } = agreement;
  return {
    studyUid: correction.studyUid,
    seriesUid: sourceSeriesUid,
    oursSopInstanceUid: ours.sopInstanceUid,
    correctionSopInstanceUid: correction.sopInstanceUid,
    month: monthOf(correction),
    correctedAt: { date: correction.contentDate, time: correction.contentTime },
    studyDate: correction.studyDate,
    scanner: ours.scanner ?? correction.scanner ?? "unknown",
    modality: await modalityOf(sourceSeriesUid),
    correctionAlgorithmType: correction.algorithmType,
    agreement: {
      dice,
      hd95Mm,
      assdMm,
      surfaceDice,
      toleranceMm,
      volumeMl,
      correctedMl: referenceMl,
      volumeDifferenceMl,
    },
  };
};

/** Asks the archive once, and only where somebody wants to know; what it does not say is "unknown". */
const makeModalityOf = (pacs: AuditPacs, studyUid: string): ((seriesUid: string) => Promise<string>) => {
  let asked: ReturnType<AuditPacs["describeStudy"]> | null = null;
  return async (seriesUid) => {
    try {
      asked ??= pacs.describeStudy(studyUid);
      const series = (await asked).find((each) => each.seriesUid === seriesUid);
      return series?.modality || "unknown";
    } catch (error) {
      if (isArchiveAway(error)) throw error;
      return "unknown";
    }
  };
};

/**
 * The corrected cases among the segmentations of one study. What memory knows is not fetched again; what cannot be read
 * or compared is left out with its code. A case stays when our segmentation is deleted after it was compared. Throws
 * what is about the archive.
 */
export const auditStudy = async (
  refs: readonly SegmentationRef[],
  memory: Memory,
  pacs: AuditPacs,
  { rules, names, softwareName }: StudyOrder,
): Promise<StudyAudit> => {
  const studyUid = refs[0]?.studyUid ?? "";
  const load = makeLoad(pacs, names);
  const found: Found[] = [];
  for (const ref of refs) found.push(await recogniseSegmentation(ref, memory, load, softwareName));
  const known = found.flatMap((each) => each.known);
  const listed = new Set(refs.map(({ sopInstanceUid }) => sopInstanceUid));
  const gone = memory.ours.filter((each) => each.studyUid === studyUid && !listed.has(each.sopInstanceUid));
  const isGone = ({ sopInstanceUid }: KnownSegmentation): boolean => !listed.has(sopInstanceUid);
  const earlierOf = ({ ours, correction }: Pair): CorrectedCase | undefined =>
    memory.cases.get(caseKey(ours.sopInstanceUid, correction.sopInstanceUid));
  const { pairs, leftOut } = pairSegmentations(
    [...known.filter((each): each is KnownSegmentation => !isOther(each)), ...gone],
    rules,
    (ours, correction) => !isGone(ours) || earlierOf({ ours, correction }) !== undefined,
  );
  /** The objects are those that were compared, by the same rules. */
  const isUnchanged = ({ ours, correction }: Pair, { agreement }: CorrectedCase): boolean =>
    agreement.toleranceMm === rules.toleranceMm &&
    [ours, correction].every(({ sopInstanceUid, version }) => {
      const before = memory.known.get(sopInstanceUid);
      return before !== undefined && isSameObject(before, { version: version ?? "" });
    });
  const modalityOf = makeModalityOf(pacs, studyUid);
  const cases: CorrectedCase[] = [];
  const uncompared: LeftOut[] = [];
  for (const pair of pairs) {
    const { ours, correction } = pair;
    const earlier = earlierOf(pair);
    try {
      if (earlier !== undefined && isGone(ours)) cases.push({ ...earlier, oursIsGone: true });
      else if (earlier !== undefined && isUnchanged(pair, earlier)) cases.push(earlier);
      else if (correction.sourceSeriesUid !== null)
        cases.push(await compare(pair, correction.sourceSeriesUid, rules, load, modalityOf));
    } catch (error) {
      if (isArchiveAway(error)) throw error;
      const { code, sentence } = toFailure(error);
      uncompared.push(leaveOut(correction, code, sentence));
    }
  }
  return {
    cases,
    known: [...known, ...gone],
    leftOut: [...found.flatMap((each) => each.leftOut), ...leftOut, ...uncompared],
  };
};
