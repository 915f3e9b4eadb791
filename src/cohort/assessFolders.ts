import { setImmediate } from "node:timers/promises";
import { toFailure } from "../domain/failure.ts";
import type { PancreasNames } from "../domain/pancreasNames.ts";
import { assessCase } from "../evaluate/assessCase.ts";
import type { CohortCase, Groups } from "../evaluate/summariseCohort.ts";
import { type AlignedMasks, alignMasks } from "./alignMasks.ts";
import type { LeftOut } from "./cohortReport.ts";
import type { GroupsTable } from "./groupsTable.ts";
import { type MaskList, nameAlike } from "./listMasks.ts";
import { type ReadMask, readMaskFile } from "./maskFile.ts";
import { type MatchedGroups, matchGroups } from "./matchGroups.ts";
import { type MaskPair, pairMasks } from "./pairMasks.ts";
import { makeRemarks, type Remark } from "./remarks.ts";

export type AssessmentOptions = {
  /** Label of a volume, number of a segment; null: all but 0, the pancreas. */
  readonly referenceLabel: number | null;
  readonly predictionLabel: number | null;
  /** By what a segment is the pancreas. */
  readonly names: PancreasNames;
  /** Null: none was given. */
  readonly groups: GroupsTable | null;
  /** Of cases for which the table says none. */
  readonly modality: string | null;
  readonly resample: boolean;
  /** Of the surface Dice. */
  readonly toleranceMm: number;
};

export type Assessment = {
  readonly cases: readonly CohortCase[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
  /** Of each case, for whoever wants to see it. */
  readonly pairs: ReadonlyMap<string, MaskPair>;
  readonly matched: MatchedGroups;
};

type ReadPair = { readonly reference: ReadMask; readonly prediction: ReadMask };

/** Both masks of a case as they lie in their files. Throws what reading them throws. */
const readBoth = async (
  { reference, prediction }: MaskPair,
  options: AssessmentOptions,
): Promise<ReadPair> => ({
  reference: await readMaskFile(reference, options.referenceLabel, options.names),
  prediction: await readMaskFile(prediction, options.predictionLabel, options.names),
});

/** Both masks of a case on one grid. Throws what reading them throws, and GRIDS_DIFFER. */
export const readPair = async (pair: MaskPair, options: AssessmentOptions): Promise<AlignedMasks> => {
  const { reference, prediction } = await readBoth(pair, options);
  return alignMasks(reference, prediction, options);
};

/** A case by its name, and by the series that its masks say they segment. */
const namesOf = ({ name, reference, prediction }: MaskPair): readonly (string | null)[] => [
  name,
  reference.sourceSeriesUid,
  prediction.sourceSeriesUid,
];

/**
 * Every prediction of a folder against the reference of its case. A case that cannot be compared is left out with its
 * reason and stops nothing. Throws USAGE where no file of a side holds the label asked
 * for, and where a table of groups names none of the cases.
 */
export const assessFolders = async (
  references: MaskList,
  predictions: MaskList,
  options: AssessmentOptions,
  onProgress: (name: string, share: number) => void,
): Promise<Assessment> => {
  const lists = [references, predictions];
  const [ours = [], theirs = []] = nameAlike(lists);
  const { pairs, alone } = pairMasks(ours, theirs);
  const remarks = makeRemarks();
  for (const [n, { passedOver }] of lists.entries())
    for (const name of passedOver)
      remarks.add(`no masks, passed over among the ${n === 0 ? "references" : "predictions"}`, name, false);
  const matched = matchGroups(options.groups, [...pairs.map(namesOf), ...alone.map(({ name }) => [name])]);
  const groupsOf = (names: readonly (string | null)[]): Groups => ({
    ...(options.modality !== null && { modality: options.modality }),
    ...matched.groupsOf(names),
  });
  const cases: CohortCase[] = [];
  const leftOut: LeftOut[] = alone.map(({ name, error: { failure } }) => ({
    name,
    groups: groupsOf([name]),
    failure,
  }));
  for (const [n, pair] of pairs.entries()) {
    const { name } = pair;
    onProgress(name, n / pairs.length);
    // Reading and measuring keep the thread; between cases a signal gets through.
    await setImmediate();
    const groups = groupsOf(namesOf(pair));
    try {
      const { reference, prediction } = await readBoth(pair, options);
      remarks.addLabels(name, "reference", reference, options.referenceLabel);
      remarks.addLabels(name, "prediction", prediction, options.predictionLabel);
      const masks = alignMasks(reference, prediction, options);
      cases.push({
        name,
        groups,
        agreement: assessCase(masks.predicted, masks.reference, options.toleranceMm),
      });
    } catch (error) {
      leftOut.push({ name, groups, failure: toFailure(error) });
    }
  }
  remarks.refuseAbsentLabels();
  return {
    cases,
    leftOut,
    remarks: remarks.list(),
    pairs: new Map(pairs.map((pair) => [pair.name, pair])),
    matched,
  };
};
