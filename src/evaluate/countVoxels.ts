import type { Mask } from "../domain/grid.ts";
import { requireSameGrid } from "./requireSameGrid.ts";

/** Voxels of the whole grid, told apart by who marks them. */
export type VoxelCounts = {
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
};

/** The 2×2 table of two masks on one grid; every value but 0 counts as inside. Throws USAGE for different grids. */
export const countVoxels = (first: Mask, second: Mask): VoxelCounts => {
  requireSameGrid(first, second);
  let [both, inFirst, inSecond] = [0, 0, 0];
  for (let i = 0; i < first.voxels.length; i++) {
    const isFirst = first.voxels[i] !== 0 ? 1 : 0;
    const isSecond = second.voxels[i] !== 0 ? 1 : 0;
    both += isFirst & isSecond;
    inFirst += isFirst;
    inSecond += isSecond;
  }
  const [onlyFirst, onlySecond] = [inFirst - both, inSecond - both];
  return { both, onlyFirst, onlySecond, neither: first.voxels.length - both - onlyFirst - onlySecond };
};
