import { voxelCount, type Zyx } from "../domain/axes.ts";
import type { Postprocessing } from "../domain/plan.ts";
import { labelComponents } from "../geometry/components.ts";
import { boundingBox, boxShape, copyWindow, cropped, whole } from "../geometry/strided.ts";

/**
 * Removes what the plan's post-processing does not trust; writes into `mask` (0 or 1, C order).
 * The largest 6-connected component always stays, with all that are as large; of the others, with a minimum given,
 * only smaller ones go. nnU-Net v1 `remove_all_but_the_largest_connected_component`.
 */
export const removeSmallComponents = (
  mask: Uint8Array,
  shape: Zyx<number>,
  voxelMm3: number,
  { keepLargestComponent, minComponentMm3 }: Postprocessing,
): void => {
  const box = keepLargestComponent ? boundingBox(whole(mask, shape)) : null;
  if (box === null) return;
  const part = cropped(whole(mask, shape), box);
  const voxels = new Uint8Array(voxelCount(boxShape(box)));
  copyWindow(part, whole(voxels, part.shape));
  const { labels, sizes } = labelComponents(voxels, part.shape);
  const largest = sizes.slice(1).reduce((a, b) => Math.max(a, b), 0);
  const stays = sizes.map(
    (size) => size === largest || (minComponentMm3 !== null && size * voxelMm3 >= minComponentMm3),
  );
  for (let i = 0; i < voxels.length; i++) voxels[i] = labels[i] !== 0 && stays[labels[i] as number] ? 1 : 0;
  copyWindow(whole(voxels, part.shape), part);
};
