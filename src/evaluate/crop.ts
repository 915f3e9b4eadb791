import { mapZyx, voxelCount, type Zyx, zyx } from "../domain/axes.ts";
import type { Mask } from "../domain/grid.ts";

/** A part of a grid: its first voxel and how many there are along (z,y,x). */
export type Box = { readonly start: Zyx<number>; readonly shape: Zyx<number> };

/** The smallest box that holds every voxel of either mask (same shape); null where both are empty. */
export const unionBox = (a: Mask, b: Mask): Box | null => {
  const [depth, height, width] = a.grid.shape;
  let [top, bottom, front, back, left, right] = [depth, -1, height, -1, width, -1];
  for (let row = 0; row < depth * height; row++) {
    const start = row * width;
    let [first, last] = [0, width - 1];
    while (first < width && a.voxels[start + first] === 0 && b.voxels[start + first] === 0) first++;
    if (first === width) continue;
    while (a.voxels[start + last] === 0 && b.voxels[start + last] === 0) last--;
    const z = Math.floor(row / height);
    const y = row % height;
    [top, bottom] = [Math.min(top, z), z];
    [front, back] = [Math.min(front, y), Math.max(back, y)];
    [left, right] = [Math.min(left, first), Math.max(right, last)];
  }
  if (bottom < 0) return null;
  return { start: zyx(top, front, left), shape: zyx(bottom - top + 1, back - front + 1, right - left + 1) };
};

/** Copy of a box of the mask, 0 or 1, with `margin` zeros on every side. */
export const cropMask = (mask: Mask, { start, shape }: Box, margin: number): Uint8Array => {
  const [, height, width] = mask.grid.shape;
  const padded = mapZyx(shape, (length) => length + 2 * margin);
  const cropped = new Uint8Array(voxelCount(padded));
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      const from = ((start[0] + z) * height + start[1] + y) * width + start[2];
      const to = ((z + margin) * padded[1] + y + margin) * padded[2] + margin;
      for (let x = 0; x < shape[2]; x++) cropped[to + x] = mask.voxels[from + x] === 0 ? 0 : 1;
    }
  }
  return cropped;
};
