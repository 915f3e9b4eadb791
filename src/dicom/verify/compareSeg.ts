import type { Lps } from "../../domain/axes.ts";
import type { Mask } from "../../domain/grid.ts";
import { gridPlanes } from "../../geometry/stack.ts";
import { segOnGrid } from "../segmentation/readSegPlanes.ts";

export type Comparison =
  | { readonly kind: "equal" }
  | {
      readonly kind: "different";
      /** In the one or the other, not in both. */
      readonly voxels: number;
      readonly missing: number;
      readonly additional: number;
    };

/**
 * Whether a stored segmentation marks exactly the mask's voxels in patient space. `planes` is the position of each
 * source image where it is known better than from the grid: positions may stray from a perfect stack, lie unevenly or be
 * sheared. Throws what
 * `readSegPlanes` throws.
 */
export const compareSeg = (
  stored: Uint8Array,
  mask: Mask,
  planes: readonly Lps[] = gridPlanes(mask.grid),
): Comparison => {
  const { voxels, offGrid } = segOnGrid(stored, mask.grid, planes);
  let missing = 0;
  let additional = offGrid;
  mask.voxels.forEach((expected, i) => {
    if (expected !== 0 && voxels[i] === 0) missing++;
    if (expected === 0 && voxels[i] !== 0) additional++;
  });
  if (missing + additional === 0) return { kind: "equal" };
  return { kind: "different", voxels: missing + additional, missing, additional };
};
