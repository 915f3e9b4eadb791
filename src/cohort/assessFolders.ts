import { setImmediate } from "node:timers/promises";
import { toFailure } from "../domain/failure.ts";
import { assessCase } from "../evaluate/assessCase.ts";
import type { CohortCase, Groups } from "../evaluate/summariseCohort.ts";
import { type AlignedMasks, alignMasks } from "./alignMasks.ts";
import type { LeftOut } from "./cohortReport.ts";
import type { GroupsTable } from "./groupsTable.ts";
import { listMasks } from "./listMasks.ts";
import { readMaskFile } from "./maskFile.ts";
import { type MaskPair, pairMasks } from "./pairMasks.ts";

export type AssessmentOptions = {
  /** Label of a NIfTI, number of a segment; null: all but 0, the pancreas. */
  readonly referenceLabel: number | null;
  readonly predictionLabel: number | null;
  readonly groups: GroupsTable;
  /** Of cases for which the table says none. */
  readonly modality: string | null;
  readonly resample: boolean;
  /** Of the surface Dice. */
  readonly toleranceMm: number;
};

export type Assessment = {
  readonly cases: readonly CohortCase[];
  readonly leftOut: readonly LeftOut[];
  /** Of each case, for whoever wants to see it. */
  readonly pairs: ReadonlyMap<string, MaskPair>;
};

/** Both masks of a case on one grid. Throws what reading them throws, and GRIDS_DIFFER. */
export const readPair = async (
  { reference, prediction }: MaskPair,
  options: AssessmentOptions,
): Promise<AlignedMasks> =>
  alignMasks(
    await readMaskFile(reference, options.referenceLabel),
    await readMaskFile(prediction, options.predictionLabel),
    options,
  );

const groupsOf = (names: readonly (string | null)[], { groups, modality }: AssessmentOptions): Groups => {
  const named = names.map((name) => groups.get(name ?? "")).find((found) => found !== undefined);
  return { ...(modality !== null && { modality }), ...named };
};

/**
 * Every prediction of a folder against the reference of its case. A case that cannot be compared is left out with its
 * reason and stops nothing. Throws USAGE where a folder holds no masks.
 */
export const assessFolders = async (
  references: string,
  predictions: string,
  options: AssessmentOptions,
  onProgress: (name: string, share: number) => void,
): Promise<Assessment> => {
  const { pairs, alone } = pairMasks(listMasks(references), listMasks(predictions));
  const cases: CohortCase[] = [];
  const leftOut: LeftOut[] = alone.map(({ name, error: { failure } }) => ({
    name,
    groups: groupsOf([name], options),
    failure,
  }));
  for (const [n, pair] of pairs.entries()) {
    const { name, reference, prediction } = pair;
    onProgress(name, n / pairs.length);
    // Reading and measuring keep the thread; between cases a signal gets through.
    await setImmediate();
    const groups = groupsOf([name, reference.sourceSeriesUid, prediction.sourceSeriesUid], options);
    try {
      const masks = await readPair(pair, options);
      cases.push({
        name,
        groups,
        agreement: assessCase(masks.predicted, masks.reference, options.toleranceMm),
      });
    } catch (error) {
      leftOut.push({ name, groups, failure: toFailure(error) });
    }
  }
  return { cases, leftOut, pairs: new Map(pairs.map((pair) => [pair.name, pair])) };
};
