import { type Lps, lps, voxelCount } from "../domain/axes.ts";
import { failed } from "../domain/failure.ts";
import type { Mask, Stack, Volume } from "../domain/grid.ts";
import type { Measures } from "../domain/result.ts";
import { gridPlanes, stackOf, unevenGapsMm, voxelsToMl } from "../geometry/stack.ts";
import { add, scale } from "../geometry/vector.ts";
import { measureExtent } from "./extent.ts";

/** Voxels of the mask on one plane, and the sums of their row and column indices. */
type PlaneSums = { voxels: number; rows: number; columns: number };

type Inside = { readonly intensities: Float32Array; readonly planes: readonly PlaneSums[] };

const countVoxels = (voxels: Uint8Array): number => {
  let count = 0;
  for (const voxel of voxels) if (voxel !== 0) count++;
  return count;
};

const gather = (mask: Mask, volume: Volume, count: number): Inside => {
  const [slices, rows, columns] = mask.grid.shape;
  const intensities = new Float32Array(count);
  let [found, index] = [0, 0];
  const planes = Array.from({ length: slices }, () => {
    const sums: PlaneSums = { voxels: 0, rows: 0, columns: 0 };
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, index++) {
        if (mask.voxels[index] === 0) continue;
        intensities[found++] = volume.voxels[index] as number;
        sums.voxels++;
        sums.rows += y;
        sums.columns += x;
      }
    }
    return sums;
  });
  return { intensities, planes };
};

/** The middle value, or the mean of the two middle ones. */
const medianOfSorted = (sorted: Float32Array): number => {
  const upper = sorted.length >>> 1;
  const lower = sorted.length % 2 === 0 ? upper - 1 : upper;
  return ((sorted[lower] as number) + (sorted[upper] as number)) / 2;
};

/** Sums in float64 and in two passes, so that large numbers of voxels far from zero lose no digits. */
const statistics = (intensities: Float32Array): NonNullable<Measures["intensity"]> => {
  const sorted = intensities.sort();
  let sum = 0;
  for (const value of sorted) sum += value;
  const mean = sum / sorted.length;
  let squares = 0;
  for (const value of sorted) squares += (value - mean) ** 2;
  return {
    mean,
    sd: Math.sqrt(squares / sorted.length),
    median: medianOfSorted(sorted),
    min: sorted[0] as number,
    max: sorted[sorted.length - 1] as number,
  };
};

const sumOf = (planes: readonly PlaneSums[], of: (sums: PlaneSums, z: number) => number): number =>
  planes.reduce((sum, sums, z) => sum + of(sums, z), 0);

/** At the planes' own positions. Every voxel weighs what its plane stands for, so that densely imaged parts do not pull the centre to them. */
const centroid = (planes: readonly PlaneSums[], stack: Stack): Lps => {
  const gaps = unevenGapsMm(stack);
  const weightOf = (z: number): number => gaps?.[z] ?? 1;
  const weight = sumOf(planes, ({ voxels }, z) => voxels * weightOf(z));
  return planes.reduce(
    (point, { voxels, rows, columns }, z) => {
      const share = weightOf(z) / weight;
      const down = scale(stack.axes[1], rows * stack.spacingMm[1] * share);
      const along = scale(stack.axes[2], columns * stack.spacingMm[2] * share);
      const plane = scale(stack.planesLps[z] ?? stack.originLps, voxels * share);
      return add(add(add(point, plane), down), along);
    },
    lps(0, 0, 0),
  );
};

/**
 * Volume (millilitres: area on every plane × how much of the normal the plane stands for, which comes from the slice
 * positions and never from a thickness), intensities of the volume inside the mask (SD over the population), and centroid
 * (LPS mm). Mask and volume lie on one grid; `planesLps` is where its slices really lie, for stacks that are uneven or
 * sheared. Statistics, centroid and extent of an empty mask are null. Throws INTERNAL for different shapes.
 */
export const measureMask = (
  mask: Mask,
  volume: Volume,
  planesLps: readonly Lps[] = gridPlanes(mask.grid),
): Measures => {
  const size = voxelCount(mask.grid.shape);
  const isSameShape = mask.grid.shape.every((length, axis) => length === volume.grid.shape[axis]);
  if (!isSameShape || mask.voxels.length !== size || volume.voxels.length !== size) {
    throw failed("INTERNAL", "Mask and volume lie on different grids.", {
      maskShape: mask.grid.shape,
      volumeShape: volume.grid.shape,
    });
  }
  const voxels = countVoxels(mask.voxels);
  if (voxels === 0) return { voxels, volumeMl: 0, intensity: null, centroidLps: null, extent: null };
  const { intensities, planes } = gather(mask, volume, voxels);
  const stack = stackOf(mask.grid, planesLps);
  return {
    voxels,
    volumeMl: voxelsToMl(
      planes.map((plane) => plane.voxels),
      stack,
    ),
    intensity: statistics(intensities),
    centroidLps: centroid(planes, stack),
    extent: measureExtent(mask, stack),
  };
};
