import { failed } from "../domain/failure.ts";
import type { Mask } from "../domain/grid.ts";
import { onCommonGrid, resampleMask } from "../geometry/commonGrid.ts";
import type { ReadMask } from "./maskFile.ts";

export type AlignedMasks = { readonly reference: Mask; readonly predicted: Mask };

const isSameShape = (a: Mask, b: Mask): boolean =>
  a.grid.shape.every((length, axis) => length === b.grid.shape[axis as 0 | 1 | 2]);

const refuseOtherSpace = (a: ReadMask, b: ReadMask): void => {
  const [first, second] = [a.frameOfReferenceUid, b.frameOfReferenceUid];
  if (first === null || second === null || first === second) return;
  throw failed("GRIDS_DIFFER", "The masks lie in different frames of reference.", { first, second });
};

/**
 * Reference and prediction voxel on voxel, exactly: axes may be stored in another order. Two NIfTI files must show the
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
    throw failed(
      "GRIDS_DIFFER",
      `The masks show different fields of view: ${reference.mask.grid.shape.join("×")} and ${prediction.mask.grid.shape.join("×")} voxels.`,
    );
  } catch (error) {
    if (!resample) throw error;
    return { reference: reference.mask, predicted: resampleMask(prediction.mask, reference.mask.grid) };
  }
};
