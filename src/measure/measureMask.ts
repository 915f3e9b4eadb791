import { type Lps, voxelCount } from "../domain/axes.ts";
import { failed } from "../domain/failure.ts";
import type { Grid, Mask, Volume } from "../domain/grid.ts";
import type { Measures } from "../domain/result.ts";
import { voxelToLps } from "../geometry/vector.ts";

/** Intensities inside the mask, and the mean index along (z,y,x). */
type Inside = { readonly intensities: Float32Array; readonly centre: readonly [number, number, number] };

const countVoxels = (voxels: Uint8Array): number => {
  let count = 0;
  for (const voxel of voxels) if (voxel !== 0) count++;
  return count;
};

const gather = (mask: Mask, volume: Volume, count: number): Inside => {
  const [slices, rows, columns] = mask.grid.shape;
  const intensities = new Float32Array(count);
  let [found, sumZ, sumY, sumX] = [0, 0, 0, 0];
  let index = 0;
  for (let z = 0; z < slices; z++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, index++) {
        if (mask.voxels[index] === 0) continue;
        intensities[found++] = volume.voxels[index] as number;
        sumZ += z;
        sumY += y;
        sumX += x;
      }
    }
  }
  return { intensities, centre: [sumZ / count, sumY / count, sumX / count] };
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

const volumeMlOf = (voxels: number, { spacingMm }: Grid): number =>
  (voxels * spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000;

const centroidOf = (grid: Grid, [z, y, x]: readonly [number, number, number]): Lps =>
  voxelToLps(grid, z, y, x);

/**
 * Volume (millilitres: voxels × the grid's spacing, which comes from the slice positions and never from a thickness),
 * intensities of the volume inside the mask (SD over the population), and centroid (LPS mm). Mask and volume lie on one
 * grid. Statistics and centroid of an empty mask are null. Throws INTERNAL for different shapes.
 */
export const measureMask = (mask: Mask, volume: Volume): Measures => {
  const size = voxelCount(mask.grid.shape);
  const isSameShape = mask.grid.shape.every((length, axis) => length === volume.grid.shape[axis]);
  if (!isSameShape || mask.voxels.length !== size || volume.voxels.length !== size) {
    throw failed("INTERNAL", "Mask and volume lie on different grids.", {
      maskShape: mask.grid.shape,
      volumeShape: volume.grid.shape,
    });
  }
  const voxels = countVoxels(mask.voxels);
  if (voxels === 0) return { voxels, volumeMl: 0, intensity: null, centroidLps: null };
  const { intensities, centre } = gather(mask, volume, voxels);
  return {
    voxels,
    volumeMl: volumeMlOf(voxels, mask.grid),
    intensity: statistics(intensities),
    centroidLps: centroidOf(mask.grid, centre),
  };
};
