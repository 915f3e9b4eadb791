import type { Mask } from "../domain/grid.ts";
import { onCommonGrid } from "../geometry/commonGrid.ts";
import { alignMasks } from "./alignMasks.ts";
import type { ReadMask } from "./maskFile.ts";

/**
 * Several masks of one image voxel on voxel, in the order given; grids as `alignMasks` of the first with each other one,
 * resampled ones on the first's. Throws GRIDS_DIFFER.
 */
export const alignAll = (
  masks: readonly [ReadMask, ...ReadMask[]],
  options: { readonly resample: boolean },
): readonly Mask[] => {
  const [first, ...others] = masks;
  const aligned = others.map((other) => alignMasks(first, other, options).predicted);
  // Each of them may reach farther than those before: the last of the chain holds all.
  const whole = aligned.reduce((widest, mask) => onCommonGrid(widest, mask)[0], first.mask);
  return [first.mask, ...aligned].map((mask) => onCommonGrid(whole, mask)[1]);
};
