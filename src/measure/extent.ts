import type { Lps } from "../domain/axes.ts";
import type { Mask, Stack } from "../domain/grid.ts";
import type { Extent } from "../domain/result.ts";
import { unevenGapsMm } from "../geometry/stack.ts";
import { surfacePoints } from "./surfacePoints.ts";

const sizeAlong = (points: readonly Lps[], axis: 0 | 1 | 2): number => {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const point of points) {
    least = Math.min(least, point[axis]);
    greatest = Math.max(greatest, point[axis]);
  }
  return greatest - least;
};

const largestDistance = (points: readonly Lps[]): number => {
  let largest = 0;
  points.forEach(([l, p, s], n) => {
    for (let m = n + 1; m < points.length; m++) {
      const [otherL, otherP, otherS] = points[m] as Lps;
      const squared = (l - otherL) ** 2 + (p - otherP) ** 2 + (s - otherS) ** 2;
      if (squared > largest) largest = squared;
    }
  });
  return Math.sqrt(largest);
};

/** Of each plane, the voxels inside of which a face neighbour is outside. */
const boundaryVoxels = ({ voxels, grid }: Mask): readonly number[] => {
  const [slices, rows, columns] = grid.shape;
  const steps = [1, columns, rows * columns];
  const counts = Array.from({ length: slices }, () => 0);
  voxels.forEach((voxel, i) => {
    if (voxel === 0) return;
    const [z, y, x] = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
    const isAtEdge = z === 0 || z === slices - 1 || y === 0 || y === rows - 1 || x === 0 || x === columns - 1;
    if (isAtEdge || steps.some((step) => voxels[i - step] === 0 || voxels[i + step] === 0))
      counts[z] = (counts[z] as number) + 1;
  });
  return counts;
};

/**
 * Size of a mask that is not empty: extents along the patient's axes and the greatest diameter of its surface, mm (IBSI
 * feature L0JK); and how much of its volume lies in voxels that the surface may cut, halved, as the error of measuring
 * with voxels of this size, ml: it says nothing of an error of the network.
 */
export const measureExtent = (mask: Mask, stack: Stack): Extent => {
  const points = surfacePoints(mask, stack);
  const [sliceMm, rowMm, columnMm] = stack.spacingMm;
  const gaps = unevenGapsMm(stack);
  const boundaryMm = boundaryVoxels(mask).reduce((sum, count, z) => sum + count * (gaps?.[z] ?? sliceMm), 0);
  return {
    leftRightMm: sizeAlong(points, 0),
    anteriorPosteriorMm: sizeAlong(points, 1),
    superiorInferiorMm: sizeAlong(points, 2),
    largestDiameterMm: largestDistance(points),
    voxelErrorMl: (boundaryMm * rowMm * columnMm) / 2000,
  };
};
