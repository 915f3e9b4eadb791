/** What earlier audits found out, and what of it still holds. */
import type { PancreasNames } from "../domain/pancreasNames.ts";
import type {
  CorrectedCase,
  KnownSegmentation,
  OtherSegmentation,
  QualityRecord,
} from "../domain/quality.ts";
import type { SegmentationRef } from "../ports/pacs.ts";

export type Known = KnownSegmentation | OtherSegmentation;

/** What earlier audits found out. */
export type Memory = {
  /** What need not be looked at again. */
  readonly known: ReadonlyMap<string, Known>;
  /** Ours, also those that are to be looked at again: what was deleted cannot be. */
  readonly ours: readonly KnownSegmentation[];
  readonly cases: ReadonlyMap<string, CorrectedCase>;
};

export const caseKey = (oursUid: string, correctionUid: string): string => `${oursUid} ${correctionUid}`;

export const isOther = (each: Known): each is OtherSegmentation => "otherOrgan" in each;

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

/** Older versions kept no mark of the object. */
export const isSameObject = ({ version }: Known, ref: Pick<SegmentationRef, "version">): boolean =>
  version === undefined || version === ref.version;
