import type { Grid } from "../domain/grid.ts";
import type { Strided } from "../geometry/strided.ts";
import type { View } from "./view.ts";

/** For each pixel along one axis the two voxels that it lies between, −1 where it lies beyond them all, and the weight of the second. */
type Line = { readonly first: Int32Array; readonly second: Int32Array; readonly weight: Float64Array };

/** Between the outer edge and the centre of an outermost voxel its value goes on. */
const lineOf = (voxels: number, spacingMm: number, fromMm: number, sideMm: number, pixels: number): Line => {
  const line = {
    first: new Int32Array(pixels).fill(-1),
    second: new Int32Array(pixels),
    weight: new Float64Array(pixels),
  };
  for (let p = 0; p < pixels; p++) {
    const place = (fromMm + ((p + 0.5) * sideMm) / pixels) / spacingMm;
    if (place < 0 || place > voxels) continue;
    const at = Math.min(Math.max(place - 0.5, 0), voxels - 1);
    line.first[p] = Math.floor(at);
    line.second[p] = Math.min(Math.floor(at) + 1, voxels - 1);
    line.weight[p] = at - Math.floor(at);
  }
  return line;
};

/**
 * Slice k of a window as a view shows it, sizePx × sizePx values, rows from the top: bilinear between the centres of the
 * voxels, NaN where the view reaches beyond the slice.
 */
export const sampleView = (
  { voxels, shape, offset, strides }: Strided,
  { spacingMm }: Grid,
  k: number,
  { topMm, leftMm, sideMm }: View,
  sizePx: number,
): Float64Array => {
  const down = lineOf(shape[1], spacingMm[1], topMm, sideMm, sizePx);
  const across = lineOf(shape[2], spacingMm[2], leftMm, sideMm, sizePx);
  const pixels = new Float64Array(sizePx * sizePx).fill(Number.NaN);
  for (let y = 0; y < sizePx; y++) {
    if (down.first[y] === -1) continue;
    const upper = offset + k * strides[0] + (down.first[y] as number) * strides[1];
    const lower = offset + k * strides[0] + (down.second[y] as number) * strides[1];
    const v = down.weight[y] as number;
    for (let x = 0; x < sizePx; x++) {
      if (across.first[x] === -1) continue;
      const left = (across.first[x] as number) * strides[2];
      const right = (across.second[x] as number) * strides[2];
      const u = across.weight[x] as number;
      const above = (1 - u) * (voxels[upper + left] as number) + u * (voxels[upper + right] as number);
      const below = (1 - u) * (voxels[lower + left] as number) + u * (voxels[lower + right] as number);
      pixels[y * sizePx + x] = (1 - v) * above + v * below;
    }
  }
  return pixels;
};

/** Calls for the pixel (x,y) that holds the centre of each voxel of slice k that is not 0, where the view shows it. */
export const eachMarkedPixel = (
  { voxels, shape, offset, strides }: Strided,
  { spacingMm }: Grid,
  k: number,
  { topMm, leftMm, sideMm }: View,
  sizePx: number,
  mark: (x: number, y: number) => void,
): void => {
  const pixelOf = (voxel: number, axis: 1 | 2, fromMm: number): number =>
    Math.floor((((voxel + 0.5) * spacingMm[axis] - fromMm) * sizePx) / sideMm);
  for (let j = 0; j < shape[1]; j++) {
    const y = pixelOf(j, 1, topMm);
    if (y < 0 || y >= sizePx) continue;
    for (let i = 0; i < shape[2]; i++) {
      if (voxels[offset + k * strides[0] + j * strides[1] + i * strides[2]] === 0) continue;
      const x = pixelOf(i, 2, leftMm);
      if (x >= 0 && x < sizePx) mark(x, y);
    }
  }
};
