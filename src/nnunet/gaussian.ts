import { voxelCount, type Zyx } from "../domain/axes.ts";

/** A delta at the middle, filtered by a normalised Gaussian cut at 4 sigma: with sigma = length/8 that reaches every voxel. */
const bellOf = (length: number): Float64Array => {
  const sigma = length / 8;
  const reach = Math.floor(4 * sigma + 0.5);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp((-0.5 / sigma ** 2) * (i - reach) ** 2),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  const start = reach - Math.floor(length / 2);
  return kernel.subarray(start, start + length).map((value) => value / sum);
};

/**
 * Weight of each voxel of a patch when tiles are blended: 1 in the middle, never 0. (z,y,x), C order.
 * nnU-Net v1 `_get_gaussian(sigma_scale=1/8)`; its replacement of zeros has nothing to do at this sigma.
 */
export const importanceMap = (patchSize: Zyx<number>): Float32Array => {
  const [z, y, x] = [bellOf(patchSize[0]), bellOf(patchSize[1]), bellOf(patchSize[2])];
  const peak = Math.max(...z) * Math.max(...y) * Math.max(...x);
  const weights = new Float32Array(voxelCount(patchSize));
  let at = 0;
  for (const wz of z) {
    for (const wy of y) {
      for (const wx of x) weights[at++] = (wz * wy * wx) / peak;
    }
  }
  return weights;
};
