import { type Lps, voxelCount } from "../../domain/axes.ts";
import type { Stack } from "../../domain/grid.ts";
import { add, lpsToVoxel, scale, subtract } from "../../geometry/vector.ts";
import type { SegPlane, SegPlanes } from "./readSegPlanes.ts";

/** On the stack (z slowest): 1 where a stored voxel lies; and how many lie on none of its voxels. */
export type PlacedVoxels = { readonly voxels: Uint8Array; readonly offGrid: number };

/**
 * A voxel belongs to the stack's nearest one when it is no farther away than this along every axis, in voxels: more
 * than the jitter of accepted slice positions, half of what rounding would let pass.
 */
const maxStray = 0.25;

/** Index, perhaps a fraction, along the grid's z; of the planes in ascending order. */
type Heights = readonly number[];

/** The plane nearest to a height. */
const nearestPlane = (height: number, heights: Heights): number => {
  let [low, high] = [0, heights.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const halfway = ((heights[middle] as number) + (heights[middle + 1] as number)) / 2;
    if (height < halfway) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** From a plane to the nearer of its neighbours: one voxel of the grid, where the planes lie as the grid has them. */
const ownGap = (z: number, heights: Heights): number => {
  const own = heights[z] as number;
  const gaps = [heights[z - 1], heights[z + 1]].flatMap((other) =>
    other === undefined ? [] : [Math.abs(other - own)],
  );
  return Math.min(...(gaps.length === 0 ? [1] : gaps));
};

/** Index of the stack's voxel at a point, or -1. */
const voxelAt = (point: Lps, stack: Stack, heights: Heights): number => {
  const z = nearestPlane(lpsToVoxel(stack, point)[0], heights);
  // An image may lie beside the grid's own plane; its voxels are counted from where it really begins.
  const fromPlane = add(subtract(point, stack.planesLps[z] as Lps), stack.originLps);
  const [height, row, column] = lpsToVoxel(stack, fromPlane);
  const [y, x] = [Math.round(row), Math.round(column)];
  const strays = [height / ownGap(z, heights), row - y, column - x];
  const [, rows, columns] = stack.shape;
  const isInside = y >= 0 && y < rows && x >= 0 && x < columns;
  if (!isInside || strays.some((stray) => Math.abs(stray) > maxStray)) return -1;
  return (z * rows + y) * columns + x;
};

const pointsOf = function* (plane: SegPlane, seg: SegPlanes): Generator<Lps> {
  const [alongRow, alongColumn] = seg.imageOrientation;
  const columnStep = scale(alongRow, seg.pixelSpacingMm[1]);
  const rowStep = scale(alongColumn, seg.pixelSpacingMm[0]);
  for (let i = 0; i < plane.voxels.length; i++) {
    if (plane.voxels[i] === 0) continue;
    const row = Math.floor(i / seg.columns);
    const column = i - row * seg.columns;
    yield add(add(plane.positionLps, scale(rowStep, row)), scale(columnStep, column));
  }
};

/** Put every stored voxel where it lies in patient space (PS3.3 section C.7.6.2.1.1), on the nearest of the stack's planes. */
export const placeVoxels = (seg: SegPlanes, stack: Stack): PlacedVoxels => {
  const voxels = new Uint8Array(voxelCount(stack.shape));
  const heights = stack.planesLps.map((plane) => lpsToVoxel(stack, plane)[0]);
  let offGrid = 0;
  for (const plane of seg.planes) {
    for (const point of pointsOf(plane, seg)) {
      const index = voxelAt(point, stack, heights);
      if (index < 0) offGrid++;
      else voxels[index] = 1;
    }
  }
  return { voxels, offGrid };
};
