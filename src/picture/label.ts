import type { Grid } from "../domain/grid.ts";
import { voxelToLps } from "../geometry/vector.ts";

/** Number of a slice, counted from 1 in the order of the array. */
export const sliceNumber = ({ shape }: Grid, k: number): string => `slice ${k + 1}/${shape[0]}`;

/**
 * Where the middle of a slice lies on the patient axis that the stack runs along, LPS: what finds it again in a viewer
 * that counts the other way.
 */
export const slicePosition = (grid: Grid, k: number): string => {
  const lean = grid.axes[0].map(Math.abs);
  const axis = lean.indexOf(Math.max(...lean)) as 0 | 1 | 2;
  const middle = voxelToLps(grid, k, (grid.shape[1] - 1) / 2, (grid.shape[2] - 1) / 2);
  return `${"xyz".charAt(axis)} ${middle[axis].toFixed(1)} mm`;
};
