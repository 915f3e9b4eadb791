/** What one stored segmentation is to an audit: ours, what may correct it, or another thing. */
import { readSegmentation, type StoredSegmentation } from "../dicom/segmentation/readSegmentation.ts";
import { type Failure, FailureError, policyOf, toFailure } from "../domain/failure.ts";
import type { PancreasNames } from "../domain/pancreasNames.ts";
import type { KnownSegmentation, LeftOut } from "../domain/quality.ts";
import type { Pacs, SegmentationRef } from "../ports/pacs.ts";
import { describeSegmentation } from "./describeSegmentation.ts";
import { isOther, isSameObject, type Known, type Memory } from "./memory.ts";

/** Of an archive that is away every object would seem damaged. One that is too slow may have one object too large for it. */
export const isArchiveAway = (error: unknown): boolean =>
  error instanceof FailureError && policyOf(error.failure.code).about === "archive";

const notPancreas = "No segment of the object is known as the pancreas.";

export type Found = { readonly known: readonly Known[]; readonly leftOut: readonly LeftOut[] };
export type Load = (segmentation: SegmentationRef | KnownSegmentation) => Promise<StoredSegmentation>;

export const leaveOut = (
  { studyUid, seriesUid, sopInstanceUid, studyDate }: SegmentationRef | KnownSegmentation,
  code: LeftOut["code"],
  sentence: string,
): LeftOut => ({ studyUid, seriesUid, sopInstanceUid, studyDate, code, sentence });

/** Each object is fetched once in an audit of its study. */
export const makeLoad = (pacs: Pick<Pacs, "retrieveInstance">, names: PancreasNames): Load => {
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

/**
 * What an object is, from memory where it is the one that was looked at, else from its bytes. Throws what is about the
 * archive; other failures leave it out.
 */
export const recogniseSegmentation = async (
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
