/** One study: which of its segmentations correct one of ours, and how far the two agree. */
import { readSegmentation, type StoredSegmentation } from "../dicom/segmentation/readSegmentation.ts";
import { type FailureCode, FailureError, toFailure } from "../domain/failure.ts";
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
  readonly known: ReadonlyMap<string, Known>;
  readonly cases: ReadonlyMap<string, CorrectedCase>;
};

export type StudyAudit = {
  readonly cases: readonly CorrectedCase[];
  readonly leftOut: readonly LeftOut[];
  readonly known: readonly Known[];
};

export type AuditPacs = Pick<Pacs, "findSegmentations" | "retrieveInstance" | "describeStudy">;

const caseKey = (oursUid: string, correctionUid: string, toleranceMm: number): string =>
  `${oursUid} ${correctionUid} ${toleranceMm}`;

export const memoryOf = (record: QualityRecord | null): Memory => ({
  known: new Map(record?.known.map((each) => [each.sopInstanceUid, each])),
  cases: new Map(
    record?.cases.map((each) => [
      caseKey(each.oursSopInstanceUid, each.correctionSopInstanceUid, each.agreement.toleranceMm),
      each,
    ]),
  ),
});

/** Of an archive that is away every object would seem damaged. One that is too slow may have one object too large for it. */
const ofTheArchive: ReadonlySet<FailureCode> = new Set([
  "PACS_UNREACHABLE",
  "PACS_UNAUTHORIZED",
  "PACS_BUSY",
]);

export const isArchiveAway = (error: unknown): boolean =>
  error instanceof FailureError && ofTheArchive.has(error.failure.code);

/** What no new look would change. */
const isAboutSomethingElse = (code: FailureCode): boolean =>
  code === "SEGMENT_NOT_FOUND" || code === "NOT_DICOM";

const notPancreas = "No segment of the object is called pancreas.";

type Found = { readonly known: readonly Known[]; readonly leftOut: readonly LeftOut[] };
type Load = (segmentation: SegmentationRef | KnownSegmentation) => Promise<StoredSegmentation | null>;

const leaveOut = (
  { studyUid, seriesUid, sopInstanceUid, studyDate }: SegmentationRef | KnownSegmentation,
  code: LeftOut["code"],
  sentence: string,
): LeftOut => ({ studyUid, seriesUid, sopInstanceUid, studyDate, code, sentence });

/** Each object is fetched once in an audit of its study; null for one that is not about the pancreas. */
const makeLoad = (pacs: AuditPacs): Load => {
  const loaded = new Map<string, Promise<StoredSegmentation | null>>();
  const fetch: Load = async (segmentation) => {
    const { studyUid, seriesUid, sopInstanceUid } = segmentation;
    const bytes = await pacs.retrieveInstance({ studyUid, seriesUid, sopInstanceUid });
    const stored = await readSegmentation(bytes);
    return stored.segment.isPancreas ? stored : null;
  };
  return (segmentation) => {
    const { sopInstanceUid } = segmentation;
    const before = loaded.get(sopInstanceUid) ?? fetch(segmentation);
    loaded.set(sopInstanceUid, before);
    return before;
  };
};

const find = async (
  ref: SegmentationRef,
  { known }: Memory,
  load: Load,
  softwareName: string,
): Promise<Found> => {
  const other = (): OtherSegmentation => {
    const { studyUid, seriesUid, sopInstanceUid, studyDate } = ref;
    return { studyUid, seriesUid, sopInstanceUid, studyDate, otherOrgan: true };
  };
  const remembered = known.get(ref.sopInstanceUid);
  if (remembered !== undefined)
    return {
      known: [remembered],
      leftOut: "otherOrgan" in remembered ? [leaveOut(ref, "SEGMENT_NOT_FOUND", notPancreas)] : [],
    };
  try {
    const stored = await load(ref);
    if (stored === null)
      return { known: [other()], leftOut: [leaveOut(ref, "SEGMENT_NOT_FOUND", notPancreas)] };
    // The archive's own words are the address under which the object is found again.
    const { studyUid, seriesUid, sopInstanceUid } = ref;
    const described = describeSegmentation(stored, softwareName);
    return { known: [{ ...described, studyUid, seriesUid, sopInstanceUid }], leftOut: [] };
  } catch (error) {
    if (isArchiveAway(error)) throw error;
    const { code, sentence } = toFailure(error);
    if (!isAboutSomethingElse(code)) return { known: [], leftOut: [leaveOut(ref, code, sentence)] };
    // Other writers' labels are free text, which the failure would repeat.
    return { known: [other()], leftOut: [leaveOut(ref, "SEGMENT_NOT_FOUND", notPancreas)] };
  }
};

const monthOf = ({ contentDate, studyDate }: KnownSegmentation): string => {
  const date = [contentDate, studyDate].find((each) => each !== null && /^\d{8}$/.test(each)) ?? null;
  return date === null ? "unknown" : `${date.slice(0, 4)}-${date.slice(4, 6)}`;
};

const compare = async (
  { ours, correction }: Pair,
  { toleranceMm }: AuditRules,
  load: Load,
  modalityOf: (seriesUid: string) => Promise<string>,
): Promise<CorrectedCase | null> => {
  const [mine, theirs] = [await load(ours), await load(correction)];
  const sourceSeriesUid = correction.sourceSeriesUid;
  if (mine === null || theirs === null || sourceSeriesUid === null) return null;
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
 * or compared is left out with its code. Throws PACS_UNREACHABLE, PACS_UNAUTHORIZED, PACS_BUSY.
 */
export const auditStudy = async (
  refs: readonly SegmentationRef[],
  memory: Memory,
  pacs: AuditPacs,
  rules: AuditRules,
  softwareName: string,
): Promise<StudyAudit> => {
  const load = makeLoad(pacs);
  const found: Found[] = [];
  for (const ref of refs) found.push(await find(ref, memory, load, softwareName));
  const known = found.flatMap((each) => each.known);
  const { pairs, leftOut } = pairSegmentations(
    known.filter((each): each is KnownSegmentation => !("otherOrgan" in each)),
    rules,
  );
  const modalityOf = makeModalityOf(pacs, refs[0]?.studyUid ?? "");
  const cases: CorrectedCase[] = [];
  const uncompared: LeftOut[] = [];
  for (const pair of pairs) {
    const { ours, correction } = pair;
    const key = caseKey(ours.sopInstanceUid, correction.sopInstanceUid, rules.toleranceMm);
    try {
      const compared = memory.cases.get(key) ?? (await compare(pair, rules, load, modalityOf));
      if (compared !== null) cases.push(compared);
    } catch (error) {
      if (isArchiveAway(error)) throw error;
      const { code, sentence } = toFailure(error);
      uncompared.push(leaveOut(correction, code, sentence));
    }
  }
  return { cases, known, leftOut: [...found.flatMap((each) => each.leftOut), ...leftOut, ...uncompared] };
};
