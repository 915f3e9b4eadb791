import { failed } from "../domain/failure.ts";
import type { Mask } from "../domain/grid.ts";
import { countVoxels } from "./countVoxels.ts";
import { diceOfCounts } from "./dice.ts";
import { kappaOfCounts } from "./kappa.ts";

/** Square and symmetric: entry [i][j] compares reader i with reader j; 1 on the diagonal. */
type Matrix = readonly (readonly number[])[];

export type ReaderAgreement = { readonly dice: Matrix; readonly kappa: Matrix };

/**
 * Dice and voxel-wise Cohen's kappa (over the whole grid) of every two readings of one image: several readers (between),
 * or one reader's repeated readings (within). Empty masks as `overlapOf`. Throws USAGE for fewer than 2 readings or
 * different grids.
 */
export const compareReaders = (masks: readonly Mask[]): ReaderAgreement => {
  if (masks.length < 2) throw failed("USAGE", `${masks.length} readings leave nothing to compare.`);
  const dice = masks.map(() => masks.map(() => 1));
  const kappa = masks.map(() => masks.map(() => 1));
  const set = (matrix: number[][], i: number, j: number, value: number): void => {
    for (const [row, column] of [
      [i, j],
      [j, i],
    ] as const)
      matrix[row]?.splice(column, 1, value);
  };
  for (const [i, first] of masks.entries()) {
    for (const [j, second] of masks.entries()) {
      if (j <= i) continue;
      const counts = countVoxels(first, second);
      set(dice, i, j, diceOfCounts(counts));
      set(kappa, i, j, kappaOfCounts(counts));
    }
  }
  return { dice, kappa };
};
