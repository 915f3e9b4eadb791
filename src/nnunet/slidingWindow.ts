import { voxelCount, type Zyx, zyx } from "../domain/axes.ts";
import { failed } from "../domain/failure.ts";
import { type Box, copyWindow, cropped, flipped, type Strided, whole } from "../geometry/strided.ts";
import { importanceMap } from "./gaussian.ts";
import { listTiles, padToPatch, tileStarts } from "./tiles.ts";

/** Foreground probability of one patch, both (z,y,x); may hand back the same array every time. */
export type Predict = (patch: Float32Array) => Promise<Float32Array>;

export type WindowOptions = {
  /** Largest distance between tiles as a fraction of a patch; 0.5 is what nnU-Net uses. */
  readonly tileStride: number;
  /** Average over the 8 mirrored versions of each tile. */
  readonly mirror: boolean;
  /** Told the share of forward passes that is done, 0..1, after each. */
  readonly onProgress?: (share: number) => void;
};

/** nnU-Net's order of mirrors; float32 sums depend on it: identity, x, y, xy, z, xz, yz, xyz. */
const allMirrors: readonly Zyx<boolean>[] = Array.from({ length: 8 }, (_, m) =>
  zyx((m & 4) !== 0, (m & 2) !== 0, (m & 1) !== 0),
);

const mirrorsOf = (mirror: boolean): readonly Zyx<boolean>[] =>
  mirror ? allMirrors : allMirrors.slice(0, 1);

/** Number of forward passes that `slidingWindow` will ask for. */
export const countForwards = (
  shape: Zyx<number>,
  patchSize: Zyx<number>,
  options: Pick<WindowOptions, "tileStride" | "mirror">,
): number => {
  const [z, y, x] = tileStarts(padToPatch(shape, patchSize).shape, patchSize, options.tileStride);
  return z.length * y.length * x.length * mirrorsOf(options.mirror).length;
};

const padded = (
  voxels: Float32Array,
  shape: Zyx<number>,
  paddedShape: Zyx<number>,
  box: Box,
): Float32Array => {
  if (voxelCount(shape) === voxelCount(paddedShape)) return voxels;
  const result = new Float32Array(voxelCount(paddedShape));
  copyWindow(whole(voxels, shape), cropped(whole(result, paddedShape), box));
  return result;
};

const checkOutput = (output: Float32Array, count: number): void => {
  if (output.length !== count) {
    throw failed(
      "OUTPUT_INVALID",
      `The network gave ${output.length} values for a patch of ${count} voxels.`,
    );
  }
  const voxel = output.findIndex((p) => !Number.isFinite(p));
  if (voxel === -1) return;
  throw failed("OUTPUT_INVALID", `The network gave ${output[voxel]} where a probability belongs.`, { voxel });
};

/** target += values × share. Float32 throughout: the shares 1 and 1/8 are exact. */
const addShare = (target: Strided<Float32Array>, values: Float32Array, share: number): void => {
  const { voxels, shape, offset, strides } = target;
  let at = 0;
  for (let k = 0; k < shape[0]; k++) {
    for (let j = 0; j < shape[1]; j++) {
      const row = offset + k * strides[0] + j * strides[1];
      for (let i = 0; i < shape[2]; i++) {
        const to = row + i * strides[2];
        voxels[to] = (voxels[to] as number) + (values[at++] as number) * share;
      }
    }
  }
};

type Sums = { readonly weighted: Float32Array; readonly weights: Float32Array };

/** Adds one tile and its weights; each product is rounded to float32 before it is summed, as in the original. */
const blendTile = (
  sums: Sums,
  shape: Zyx<number>,
  tile: Box,
  mean: Float32Array,
  importance: Float32Array | null,
): void => {
  const [from, length] = [tile[2][0], tile[2][1] - tile[2][0]];
  let at = 0;
  for (let k = tile[0][0]; k < tile[0][1]; k++) {
    for (let j = tile[1][0]; j < tile[1][1]; j++) {
      const row = (k * shape[1] + j) * shape[2] + from;
      for (let i = row; i < row + length; i++, at++) {
        const weight = importance === null ? 1 : (importance[at] as number);
        sums.weighted[i] = (sums.weighted[i] as number) + Math.fround((mean[at] as number) * weight);
        sums.weights[i] = (sums.weights[i] as number) + weight;
      }
    }
  }
};

/** Weighted sums over weights, without the padding. */
const unpaddedMean = (sums: Sums, paddedShape: Zyx<number>, box: Box, shape: Zyx<number>): Float32Array => {
  const { weighted, weights } = sums;
  for (let i = 0; i < weighted.length; i++) weighted[i] = (weighted[i] as number) / (weights[i] as number);
  if (voxelCount(shape) === weighted.length) return weighted;
  const result = new Float32Array(voxelCount(shape));
  copyWindow(cropped(whole(weighted, paddedShape), box), whole(result, shape));
  return result;
};

/**
 * Foreground probability of a whole image, (z,y,x) of `input.shape`, from overlapping patches; float32 arithmetic in the
 * original's order. Throws OUTPUT_INVALID when `predict` gives anything but one finite number per voxel.
 * nnU-Net v1 `_internal_predict_3D_3Dconv_tiled`, `_internal_maybe_mirror_and_pred_3D`.
 */
export const slidingWindow = async (
  input: { readonly shape: Zyx<number>; readonly voxels: Float32Array },
  patchSize: Zyx<number>,
  predict: Predict,
  options: WindowOptions,
): Promise<Float32Array> => {
  const { shape, box } = padToPatch(input.shape, patchSize);
  const data = whole(padded(input.voxels, input.shape, shape, box), shape);
  const tiles = listTiles(tileStarts(shape, patchSize, options.tileStride), patchSize);
  const mirrors = mirrorsOf(options.mirror);
  const importance = tiles.length > 1 ? importanceMap(patchSize) : null;
  const sums = {
    weighted: new Float32Array(voxelCount(shape)),
    weights: new Float32Array(voxelCount(shape)),
  };
  const patch = whole(new Float32Array(voxelCount(patchSize)), patchSize);
  const mean = whole(new Float32Array(voxelCount(patchSize)), patchSize);
  let done = 0;
  for (const tile of tiles) {
    mean.voxels.fill(0);
    for (const flips of mirrors) {
      copyWindow(flipped(cropped(data, tile), flips), patch);
      const output = await predict(patch.voxels);
      checkOutput(output, patch.voxels.length);
      addShare(flipped(mean, flips), output, 1 / mirrors.length);
      done++;
      options.onProgress?.(done / (tiles.length * mirrors.length));
    }
    blendTile(sums, shape, tile, mean.voxels, importance);
  }
  return unpaddedMean(sums, shape, box, input.shape);
};
