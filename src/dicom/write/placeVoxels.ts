import { type Lps, voxelCount } from "../../domain/axes.ts";
import type { Grid } from "../../domain/grid.ts";
import { add, lpsToVoxel, scale, subtract, voxelToLps } from "../../geometry/vector.ts";
import type { SegPlane, SegPlanes } from "./readSeg.ts";

/** On the grid (z slowest): 1 where a stored voxel lies; and how many lie on no voxel of the grid. */
export type PlacedVoxels = { readonly voxels: Uint8Array; readonly offGrid: number };

/**
 * A voxel belongs to the grid's nearest one when it is no farther away than this along every axis, in voxels: more
 * than the jitter of accepted slice positions, half of what rounding would let pass.
 */
const maxStray = 0.25;

/** First voxel of every plane, as the grid has them. */
export const gridPlanes = (grid: Grid): readonly Lps[] =>
  Array.from({ length: grid.shape[0] }, (_, z) => voxelToLps(grid, z, 0, 0));

/** Index of the grid voxel at a point, or -1. */
const voxelAt = (point: Lps, grid: Grid, planes: readonly Lps[]): number => {
  const nearest = Math.round(lpsToVoxel(grid, point)[0]);
  const plane = planes[nearest];
  if (plane === undefined) return -1;
  // An image may lie beside the grid's own plane; its voxels are counted from where it really begins.
  const straightened = add(subtract(point, plane), voxelToLps(grid, nearest, 0, 0));
  const exact = lpsToVoxel(grid, straightened);
  const [z, y, x] = exact.map(Math.round) as [number, number, number];
  const strays = [exact[0] - z, exact[1] - y, exact[2] - x];
  const [, rows, columns] = grid.shape;
  const isInside = z === nearest && y >= 0 && y < rows && x >= 0 && x < columns;
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

/** Put every stored voxel where it lies in patient space (PS3.3 section C.7.6.2.1.1). `planes`: first voxel of each z. */
export const placeVoxels = (seg: SegPlanes, grid: Grid, planes: readonly Lps[]): PlacedVoxels => {
  const voxels = new Uint8Array(voxelCount(grid.shape));
  let offGrid = 0;
  for (const plane of seg.planes) {
    for (const point of pointsOf(plane, seg)) {
      const index = voxelAt(point, grid, planes);
      if (index < 0) offGrid++;
      else voxels[index] = 1;
    }
  }
  return { voxels, offGrid };
};
