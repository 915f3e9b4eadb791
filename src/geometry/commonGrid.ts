import { mapZyx, voxelCount, type Zyx, zyx } from "../domain/axes.ts";
import { failed } from "../domain/failure.ts";
import type { Grid, Mask } from "../domain/grid.ts";
import { lpsToVoxel, voxelToLps } from "./vector.ts";

/** Headers hold rounded numbers, so voxels may part by this fraction of the spacing. */
const mostStray = 0.1;

/** Whole steps along (z,y,x) of the one array for one step along an axis of the other; and where its first voxel lies. */
type Lattice = { readonly start: Zyx<number>; readonly steps: Zyx<Zyx<number>> };

const minus = (a: Zyx<number>, b: Zyx<number>): Zyx<number> => mapZyx(a, (value, axis) => value - b[axis]);

const cornersOf = ({ shape: [depth, height, width] }: Grid): readonly Zyx<number>[] =>
  [0, depth - 1].flatMap((k) => [0, height - 1].flatMap((j) => [0, width - 1].map((i) => zyx(k, j, i))));

const at = ({ start, steps }: Lattice, [k, j, i]: Zyx<number>): Zyx<number> =>
  mapZyx(start, (value, axis) => value + k * steps[0][axis] + j * steps[1][axis] + i * steps[2][axis]);

/** How the voxels of `grid` lie in the array of `base`, rounded to whole voxels; and how far they stray from these, in voxels. */
const latticeIn = (base: Grid, grid: Grid): { readonly lattice: Lattice; readonly stray: number } => {
  const place = ([k, j, i]: Zyx<number>): Zyx<number> => lpsToVoxel(base, voxelToLps(grid, k, j, i));
  const origin = place(zyx(0, 0, 0));
  const step = (unit: Zyx<number>): Zyx<number> => mapZyx(minus(place(unit), origin), Math.round);
  const lattice = {
    start: mapZyx(origin, Math.round),
    steps: zyx(step(zyx(1, 0, 0)), step(zyx(0, 1, 0)), step(zyx(0, 0, 1))),
  };
  const strays = cornersOf(grid).flatMap((corner) => minus(place(corner), at(lattice, corner)).map(Math.abs));
  return { lattice, stray: Math.max(...strays) };
};

/** Whether each axis runs along one axis of the other array, voxel by voxel, and no two along the same. */
const isPermutation = ({ steps }: Lattice): boolean =>
  ([0, 1, 2] as const).every(
    (axis) =>
      steps[axis].filter((count) => count !== 0).length === 1 &&
      steps.reduce((sum, step) => sum + Math.abs(step[axis]), 0) === 1,
  );

type Extent = { readonly low: Zyx<number>; readonly high: Zyx<number> };

const unionOf = (base: Grid, grid: Grid, lattice: Lattice): Extent => {
  const corners = [...cornersOf(base), ...cornersOf(grid).map((corner) => at(lattice, corner))];
  const bound = (pick: (...values: number[]) => number): Zyx<number> =>
    mapZyx(zyx(0, 1, 2), (axis) => pick(...corners.map((corner) => corner[axis as 0 | 1 | 2])));
  return { low: bound(Math.min), high: bound(Math.max) };
};

const isSame = (a: Zyx<number>, b: Zyx<number>): boolean => a.every((value, axis) => value === b[axis as 0]);

/** The mask's voxels in an array of that shape, its first voxel and its axes lying as the lattice says. */
const painted = (mask: Mask, shape: Zyx<number>, lattice: Lattice): Uint8Array => {
  const [depth, height, width] = mask.grid.shape;
  const offset = ([k, j, i]: Zyx<number>): number => (k * shape[1] + j) * shape[2] + i;
  const [first, alongZ, alongY, alongX] = [lattice.start, ...lattice.steps].map(offset) as [
    number,
    number,
    number,
    number,
  ];
  const voxels = new Uint8Array(voxelCount(shape));
  for (let k = 0; k < depth; k++)
    for (let j = 0; j < height; j++) {
      const from = (k * height + j) * width;
      const to = first + k * alongZ + j * alongY;
      for (let i = 0; i < width; i++) if (mask.voxels[from + i] !== 0) voxels[to + i * alongX] = 1;
    }
  return voxels;
};

const unit: Zyx<Zyx<number>> = zyx(zyx(1, 0, 0), zyx(0, 1, 0), zyx(0, 0, 1));

/**
 * Two masks on the smallest grid that holds both, in the array order of the first; what lies beyond either is outside of
 * it. Their voxels must coincide in patient space (to a tenth of the spacing): axes may be permuted and flipped, extents
 * may differ, nothing is interpolated. Throws GRIDS_DIFFER with the largest stray in voxels.
 */
export const onCommonGrid = (first: Mask, second: Mask): readonly [Mask, Mask] => {
  const { lattice, stray } = latticeIn(first.grid, second.grid);
  if (!isPermutation(lattice) || !(stray <= mostStray))
    throw failed(
      "GRIDS_DIFFER",
      `The voxels of ${first.grid.shape.join("×")} and of ${second.grid.shape.join("×")} do not coincide.`,
      { strayVoxels: stray, spacingsMm: [first.grid.spacingMm, second.grid.spacingMm] },
    );
  const { low, high } = unionOf(first.grid, second.grid, lattice);
  const shape = mapZyx(minus(high, low), (length) => length + 1);
  const isWhole = isSame(shape, first.grid.shape);
  const grid = { ...first.grid, shape, originLps: voxelToLps(first.grid, low[0], low[1], low[2]) };
  const shifted = { ...lattice, start: minus(lattice.start, low) };
  const own = { start: mapZyx(low, (value) => -value), steps: unit };
  return [
    isWhole ? first : { grid, voxels: painted(first, shape, own) },
    { grid: isWhole ? first.grid : grid, voxels: painted(second, shape, shifted) },
  ];
};

/** What lies where, on another grid: each voxel as the nearest one of the array, 0 where that is none of its own. */
export const nearestOnGrid = <T extends Uint8Array | Float32Array>(
  from: { readonly grid: Grid; readonly voxels: T },
  grid: Grid,
  into: T,
): T => {
  const [depth, height, width] = from.grid.shape;
  let at = 0;
  for (let k = 0; k < grid.shape[0]; k++)
    for (let j = 0; j < grid.shape[1]; j++)
      for (let i = 0; i < grid.shape[2]; i++, at++) {
        const [z, y, x] = mapZyx(lpsToVoxel(from.grid, voxelToLps(grid, k, j, i)), Math.round);
        const isInside = z >= 0 && y >= 0 && x >= 0 && z < depth && y < height && x < width;
        into[at] = isInside ? (from.voxels[(z * height + y) * width + x] as number) : 0;
      }
  return into;
};

/** A mask on another grid by its nearest voxels. */
export const resampleMask = (mask: Mask, grid: Grid): Mask => ({
  grid,
  voxels: nearestOnGrid(mask, grid, new Uint8Array(voxelCount(grid.shape))),
});
