import { failed } from "../domain/failure.ts";
import type { Grid, Mask } from "../domain/grid.ts";
import { onCommonGrid, resampleMask } from "../geometry/commonGrid.ts";
import { lpsToVoxel, voxelToLps } from "../geometry/vector.ts";
import type { ReadMask } from "./maskFile.ts";

export type AlignedMasks = { readonly reference: Mask; readonly predicted: Mask };

const isSameShape = (a: Mask, b: Mask): boolean =>
  a.grid.shape.every((length, axis) => length === b.grid.shape[axis as 0 | 1 | 2]);

const refuseOtherSpace = (a: ReadMask, b: ReadMask): void => {
  const [first, second] = [a.frameOfReferenceUid, b.frameOfReferenceUid];
  if (first === null || second === null || first === second) return;
  throw failed("GRIDS_DIFFER", "The masks lie in different frames of reference.", { first, second });
};

const fieldsDiffer = (reference: Grid, prediction: Grid) => {
  const [depth, height, width] = prediction.shape;
  const place = (k: number, j: number, i: number): string =>
    lpsToVoxel(reference, voxelToLps(prediction, k, j, i))
      .map(Math.round)
      .join(", ");
  const last = reference.shape.map((length) => length - 1).join(", ");
  return failed(
    "GRIDS_DIFFER",
    `The masks show different fields of view: in voxels (z, y, x) of the one, which go from 0, 0, 0 to ${last}, the other goes from ${place(0, 0, 0)} to ${place(depth - 1, height - 1, width - 1)}.`,
    { shapes: [reference.shape, prediction.shape] },
  );
};

/**
 * Reference and prediction voxel on voxel, exactly: axes may be stored in another order. Two volumes must show the
 * same field of view; a SEG, which leaves out what is empty, is extended by empty planes to what the other holds. With
 * `resample` a prediction on another grid takes the reference's, each voxel from its nearest one. Throws GRIDS_DIFFER.
 */
export const alignMasks = (
  reference: ReadMask,
  prediction: ReadMask,
  { resample }: { readonly resample: boolean },
): AlignedMasks => {
  refuseOtherSpace(reference, prediction);
  try {
    const [common, predicted] = onCommonGrid(reference.mask, prediction.mask);
    const areBothWhole = reference.isWholeImage && prediction.isWholeImage;
    if (
      !areBothWhole ||
      (isSameShape(common, reference.mask) && reference.mask.voxels.length === prediction.mask.voxels.length)
    )
      return { reference: common, predicted };
    throw fieldsDiffer(reference.mask.grid, prediction.mask.grid);
  } catch (error) {
    if (!resample) throw error;
    return { reference: reference.mask, predicted: resampleMask(prediction.mask, reference.mask.grid) };
  }
};
