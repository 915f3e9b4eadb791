import type { Strided } from "../geometry/strided.ts";

/** Neighbours of each pixel along one axis, as index pairs, and the weight of the second. */
type Line = { readonly first: Int32Array; readonly second: Int32Array; readonly weight: Float64Array };

/** Pixels and voxels share their outer edges; beyond the centres of the outermost voxels these go on. */
const lineOf = (voxels: number, pixels: number): Line => {
  const line = {
    first: new Int32Array(pixels),
    second: new Int32Array(pixels),
    weight: new Float64Array(pixels),
  };
  for (let p = 0; p < pixels; p++) {
    const at = Math.min(Math.max(((p + 0.5) * voxels) / pixels - 0.5, 0), voxels - 1);
    line.first[p] = Math.floor(at);
    line.second[p] = Math.min(Math.floor(at) + 1, voxels - 1);
    line.weight[p] = at - Math.floor(at);
  }
  return line;
};

/** Slice k of a window at width × height pixels, rows from the top: bilinear between the centres of the voxels. */
export const sampleSlice = (window: Strided, k: number, width: number, height: number): Float64Array => {
  const { voxels, shape, offset, strides } = window;
  const [down, across] = [lineOf(shape[1], height), lineOf(shape[2], width)];
  const pixels = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    const upper = offset + k * strides[0] + (down.first[y] as number) * strides[1];
    const lower = offset + k * strides[0] + (down.second[y] as number) * strides[1];
    const v = down.weight[y] as number;
    for (let x = 0; x < width; x++) {
      const left = (across.first[x] as number) * strides[2];
      const right = (across.second[x] as number) * strides[2];
      const u = across.weight[x] as number;
      const above = (1 - u) * (voxels[upper + left] as number) + u * (voxels[upper + right] as number);
      const below = (1 - u) * (voxels[lower + left] as number) + u * (voxels[lower + right] as number);
      pixels[y * width + x] = (1 - v) * above + v * below;
    }
  }
  return pixels;
};
