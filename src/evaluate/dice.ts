import type { Mask } from "../domain/grid.ts";
import { countVoxels, type VoxelCounts } from "./countVoxels.ts";

/** Dice's overlap 2·both / (2·both + onlyFirst + onlySecond); 1 when nobody marks a voxel. */
export const diceOfCounts = ({ both, onlyFirst, onlySecond }: VoxelCounts): number => {
  const sum = 2 * both + onlyFirst + onlySecond;
  return sum === 0 ? 1 : (2 * both) / sum;
};

/**
 * Dice's overlap 2|A∩B| / (|A|+|B|) of two masks on one grid (any shape; every value but 0 counts); 1 when both are
 * empty, 0 when one is. Throws USAGE when the grids differ.
 * Source: Dice 1945, https://doi.org/10.2307/1932409; medpy's `dc` differs for two empty masks (0).
 */
export const diceOf = (a: Mask, b: Mask): number => diceOfCounts(countVoxels(a, b));
