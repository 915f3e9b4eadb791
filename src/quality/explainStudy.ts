/** Why each segmentation of one study counts in an audit, or does not. */
import type { FoundBy } from "../domain/pancreasNames.ts";
import type { CorrectedCase, LeftOut, QualityRecord } from "../domain/quality.ts";
import type { SegmentationRef } from "../ports/pacs.ts";
import type { AuditOrder, AuditWorld } from "./auditQuality.ts";
import { auditStudy } from "./auditStudy.ts";
import { type Known, memoryOf } from "./memory.ts";

export type Explanation = {
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  readonly counts: boolean;
  /** By what its pancreas was found; null where none was. */
  readonly foundBy: FoundBy | null;
  readonly sentence: string;
  /** Why it does not count, in a word; null where it does, or is ours. */
  readonly code: LeftOut["code"] | null;
};

const percent = (dice: number): string => `${(100 * dice).toFixed(1)} %`;

const ofCase = (
  { oursSopInstanceUid, oursIsGone, agreement }: CorrectedCase,
  isOurs: boolean,
): Pick<Explanation, "counts" | "sentence" | "code"> => {
  const dice = `Dice ${percent(agreement.dice)}`;
  const gone =
    oursIsGone === true ? ", which was deleted since; the agreement is that of an earlier audit" : "";
  const sentence = isOurs
    ? `Ours, and corrected: ${dice}${gone}.`
    : `A correction of ${oursSopInstanceUid}${gone}: ${dice}.`;
  return { counts: true, sentence, code: null };
};

const explain = (
  ref: Pick<SegmentationRef, "seriesUid" | "sopInstanceUid">,
  known: Known | undefined,
  cases: readonly CorrectedCase[],
  leftOut: readonly LeftOut[],
): Explanation => {
  const { seriesUid, sopInstanceUid } = ref;
  const segmentation = known === undefined || "otherOrgan" in known ? null : known;
  const base = { seriesUid, sopInstanceUid, foundBy: segmentation?.foundBy ?? null };
  const found = cases.find((each) =>
    [each.correctionSopInstanceUid, each.oursSopInstanceUid].includes(sopInstanceUid),
  );
  if (found !== undefined) return { ...base, ...ofCase(found, found.oursSopInstanceUid === sopInstanceUid) };
  const why = leftOut.find((each) => each.sopInstanceUid === sopInstanceUid);
  if (why !== undefined) return { ...base, counts: false, sentence: why.sentence, code: why.code };
  return { ...base, counts: false, sentence: "Ours, and compared with no correction.", code: null };
};

/**
 * Every segmentation of a study, read anew: nothing that earlier audits remember decides, but that what was deleted since
 * was compared. None where the archive holds none. Throws PACS_*.
 */
export const explainStudy = async (
  { pacs, software, names }: AuditWorld,
  { rules }: Pick<AuditOrder, "rules">,
  earlier: QualityRecord | null,
  studyUid: string,
): Promise<readonly Explanation[]> => {
  const refs = await pacs.findSegmentationsOf(studyUid);
  const memory = { ...memoryOf(earlier, names), known: new Map<string, Known>() };
  const { cases, leftOut, known } = await auditStudy(refs, memory, pacs, {
    rules,
    names,
    softwareName: software.name,
  });
  const knownOf = (uid: string) => known.find(({ sopInstanceUid }) => sopInstanceUid === uid);
  const gone = cases.flatMap(({ oursIsGone, oursSopInstanceUid }) =>
    oursIsGone === true ? (knownOf(oursSopInstanceUid) ?? []) : [],
  );
  return [...refs, ...gone].map((each) => explain(each, knownOf(each.sopInstanceUid), cases, leftOut));
};
