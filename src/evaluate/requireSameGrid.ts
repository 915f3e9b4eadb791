import { voxelCount } from "../domain/axes.ts";
import { failed } from "../domain/failure.ts";
import type { Grid, Mask } from "../domain/grid.ts";
import { norm, subtract, voxelToLps } from "../geometry/vector.ts";

/** Headers hold rounded numbers, so corners may part by this fraction of the smallest spacing. */
const cornerTolerance = 0.1;

/** The first voxel and the last one along each axis: together they fix the whole grid. */
const corners = (grid: Grid): readonly (readonly [number, number, number])[] => {
  const [depth, height, width] = grid.shape;
  return [
    [0, 0, 0],
    [depth - 1, 0, 0],
    [0, height - 1, 0],
    [0, 0, width - 1],
  ];
};

const largestGapMm = (a: Grid, b: Grid): number =>
  Math.max(...corners(a).map(([k, j, i]) => norm(subtract(voxelToLps(a, k, j, i), voxelToLps(b, k, j, i)))));

/**
 * Refuses masks that do not lie voxel on voxel. Throws USAGE when shapes or array lengths differ, when a spacing is not
 * a positive number, or when a corner voxel of one grid lies more than a tenth of the smallest spacing from the other's.
 */
export const requireSameGrid = (a: Mask, b: Mask): void => {
  const size = voxelCount(a.grid.shape);
  const isSameShape = a.grid.shape.every((length, axis) => length === b.grid.shape[axis as 0 | 1 | 2]);
  if (!isSameShape || a.voxels.length !== size || b.voxels.length !== size)
    throw failed(
      "USAGE",
      `Masks of ${a.grid.shape.join("×")} and ${b.grid.shape.join("×")} voxels cannot be compared.`,
    );
  const smallestMm = Math.min(...a.grid.spacingMm, ...b.grid.spacingMm);
  const gapMm = largestGapMm(a.grid, b.grid);
  if (smallestMm > 0 && gapMm <= cornerTolerance * smallestMm) return;
  throw failed("USAGE", `The masks' grids lie ${gapMm.toFixed(3)} mm apart at a corner.`, {
    gapMm,
    spacingsMm: [a.grid.spacingMm, b.grid.spacingMm],
  });
};
