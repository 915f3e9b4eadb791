import type { Mask } from "../domain/grid.ts";

/**
 * The mask with the probability behind it (p·255 a voxel). Where the mask was decided otherwise than by the half, as
 * for a removed component, the probability stops just short of it: 128 and more lies exactly inside the mask.
 */
export const withProbability = ({ grid, voxels }: Mask, levels: Uint8Array): Mask => ({
  grid,
  voxels,
  probability: levels.map((level, i) => (voxels[i] === 0 ? Math.min(level, 127) : Math.max(level, 128))),
});
