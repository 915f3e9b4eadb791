/** One study: which of its segmentations correct one of ours, and how far the two agree. */
import { readSegmentation, type StoredSegmentation } from "../dicom/segmentation/readSegmentation.ts";
import { type Failure, type FailureCode, FailureError, failed, toFailure } from "../domain/failure.ts";
import type { PancreasNames } from "../domain/pancreasNames.ts";
import type {
  AuditRules,
  CorrectedCase,
  KnownSegmentation,
  LeftOut,
  OtherSegmentation,
  QualityRecord,
} from "../domain/quality.ts";
import { assessCase } from "../evaluate/assessCase.ts";
import { onCommonGrid } from "../geometry/commonGrid.ts";
import type { Pacs, SegmentationRef } from "../ports/pacs.ts";
import { describeSegmentation } from "./describeSegmentation.ts";
import { type Pair, pairSegmentations } from "./pairSegmentations.ts";

export type Known = KnownSegmentation | OtherSegmentation;

/** What earlier audits found out. */
export type Memory = {
  /** What need not be looked at again. */
  readonly known: ReadonlyMap<string, Known>;
  /** Ours, also those that are to be looked at again: what was deleted cannot be. */
  readonly ours: readonly KnownSegmentation[];
  readonly cases: ReadonlyMap<string, CorrectedCase>;
};

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

const caseKey = (oursUid: string, correctionUid: string): string => `${oursUid} ${correctionUid}`;

const isOther = (each: Known): each is OtherSegmentation => "otherOrgan" in each;

/**
 * The memory of an earlier audit. Where it knew the pancreas by other codes and names, everything is looked at again; of an
 * older version's, which knew less, only what it took for another organ.
 */
export const memoryOf = (record: QualityRecord | null, names: PancreasNames): Memory => {
  const known = record?.known ?? [];
  const isTrusted = (each: Known): boolean =>
    record?.names === names.digest || (record?.names === null && !isOther(each));
  return {
    known: new Map(known.filter(isTrusted).map((each) => [each.sopInstanceUid, each])),
    ours: known.filter((each): each is KnownSegmentation => !isOther(each) && each.isOurs),
    cases: new Map(
      record?.cases.map((each) => [caseKey(each.oursSopInstanceUid, each.correctionSopInstanceUid), each]),
    ),
  };
};

/** Of an archive that is away every object would seem damaged. One that is too slow may have one object too large for it. */
const ofTheArchive: ReadonlySet<FailureCode> = new Set([
  "PACS_UNREACHABLE",
  "PACS_UNAUTHORIZED",
  "PACS_BUSY",
]);

export const isArchiveAway = (error: unknown): boolean =>
  error instanceof FailureError && ofTheArchive.has(error.failure.code);

const notPancreas = "No segment of the object is known as the pancreas.";

type Found = { readonly known: readonly Known[]; readonly leftOut: readonly LeftOut[] };
type Load = (segmentation: SegmentationRef | KnownSegmentation) => Promise<StoredSegmentation>;

const leaveOut = (
  { studyUid, seriesUid, sopInstanceUid, studyDate }: SegmentationRef | KnownSegmentation,
  code: LeftOut["code"],
  sentence: string,
): LeftOut => ({ studyUid, seriesUid, sopInstanceUid, studyDate, code, sentence });

/** Each object is fetched once in an audit of its study. */
const makeLoad = (pacs: AuditPacs, names: PancreasNames): Load => {
  const loaded = new Map<string, Promise<StoredSegmentation>>();
  return (segmentation) => {
    const { studyUid, seriesUid, sopInstanceUid } = segmentation;
    const fetch = async (): Promise<StoredSegmentation> =>
      readSegmentation(await pacs.retrieveInstance({ studyUid, seriesUid, sopInstanceUid }), null, names);
    const before = loaded.get(sopInstanceUid) ?? fetch();
    loaded.set(sopInstanceUid, before);
    return before;
  };
};

type WhyOther = { readonly code: LeftOut["code"]; readonly sentence: string };

/**
 * Why an object has no pancreas to compare; null for a failure that is no judgement of it. Other writers' labels are free
 * text, which the failure repeats and this does not.
 */
const whyOther = ({ code, details }: Failure): WhyOther | null => {
  const { several, parts } = details;
  if (code === "SEGMENT_NOT_FOUND" && Array.isArray(several))
    return {
      code: "SEVERAL_PANCREAS",
      sentence: `Segments ${several.join(" and ")} are both the pancreas by code or name; which corrects ours cannot be told.`,
    };
  if (code === "SEGMENT_NOT_FOUND" && Array.isArray(parts))
    return {
      code: "PARTS_OF_PANCREAS",
      sentence: `The object holds parts of the pancreas that do not make it up: ${parts.join(", ")}.`,
    };
  return code === "SEGMENT_NOT_FOUND" || code === "NOT_DICOM"
    ? { code: "SEGMENT_NOT_FOUND", sentence: notPancreas }
    : null;
};

const find = async (
  ref: SegmentationRef,
  { known }: Memory,
  load: Load,
  softwareName: string,
): Promise<Found> => {
  const { studyUid, seriesUid, sopInstanceUid, studyDate, version } = ref;
  const other = (why: WhyOther): Found => ({
    known: [{ studyUid, seriesUid, sopInstanceUid, studyDate, version, otherOrgan: true, ...why }],
    leftOut: [leaveOut(ref, why.code, why.sentence)],
  });
  const remembered = known.get(sopInstanceUid);
  if (remembered !== undefined && isSameObject(remembered, ref)) {
    if (!isOther(remembered)) return { known: [{ ...remembered, version }], leftOut: [] };
    return other({
      code: remembered.code ?? "SEGMENT_NOT_FOUND",
      sentence: remembered.sentence ?? notPancreas,
    });
  }
  try {
    const stored = await load(ref);
    if (stored.foundBy === "only") return other({ code: "SEGMENT_NOT_FOUND", sentence: notPancreas });
    // The archive's own words are the address under which the object is found again.
    const described = describeSegmentation(stored, softwareName);
    return { known: [{ ...described, studyUid, seriesUid, sopInstanceUid, version }], leftOut: [] };
  } catch (error) {
    if (isArchiveAway(error)) throw error;
    const failure = toFailure(error);
    const why = whyOther(failure);
    return why === null
      ? { known: [], leftOut: [leaveOut(ref, failure.code, failure.sentence)] }
      : other(why);
  }
};

/** Older versions kept no mark of the object. */
const isSameObject = ({ version }: Known, ref: SegmentationRef): boolean =>
  version === undefined || version === ref.version;

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
 * PACS_UNREACHABLE, PACS_UNAUTHORIZED, PACS_BUSY.
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
  for (const ref of refs) found.push(await find(ref, memory, load, softwareName));
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
      return before !== undefined && (before.version === undefined || before.version === version);
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
