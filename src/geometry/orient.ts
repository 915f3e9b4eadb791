import { type Lps, lps, mapZyx, voxelCount, type Zyx, zyx } from "../domain/axes.ts";
import { failed } from "../domain/failure.ts";
import type { Grid, Volume } from "../domain/grid.ts";
import type { Orientation } from "../domain/plan.ts";
import { along, permute } from "./permute.ts";
import { copyWindow, flipped, permuted, type Strided, type Voxels, whole } from "./strided.ts";
import { dot, scale, voxelToLps } from "./vector.ts";

/** How the oriented array was read out of the source array; enough to go back. */
export type Reorientation = {
  readonly sourceGrid: Grid;
  /** Oriented axis i is source axis `axes[i]`. */
  readonly axes: Zyx<number>;
  /** Whether oriented axis i runs against its source axis. */
  readonly flips: Zyx<boolean>;
};

/** Where memory (z,y,x) has to point. */
const directions: Readonly<Record<Exclude<Orientation, "stored">, Zyx<Lps>>> = {
  LPS: zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0)),
  RAS: zyx(lps(0, 0, 1), lps(0, -1, 0), lps(-1, 0, 0)),
  LAS: zyx(lps(0, 0, 1), lps(0, -1, 0), lps(1, 0, 0)),
};

const permutations: readonly Zyx<number>[] = [
  zyx(0, 1, 2),
  zyx(0, 2, 1),
  zyx(1, 0, 2),
  zyx(1, 2, 0),
  zyx(2, 0, 1),
  zyx(2, 1, 0),
];

/** Which source axis runs closest to S, P and L, in this order; of equals the one that permutes less. */
const closestAxes = (axes: Zyx<Lps>): Zyx<number> => {
  const alignment = (permutation: Zyx<number>): number => {
    const [z, y, x] = mapZyx(permute(axes, permutation), (a, axis) => Math.abs(dot(a, directions.LPS[axis])));
    return z + y + x;
  };
  const best = Math.max(...permutations.map(alignment));
  return permutations.find((permutation) => alignment(permutation) > best - 1e-9) ?? zyx(0, 1, 2);
};

const reorientationOf = (grid: Grid, orientation: Orientation, closest: Zyx<number>): Reorientation => {
  if (orientation === "stored") {
    return { sourceGrid: grid, axes: zyx(0, 1, 2), flips: zyx(false, false, false) };
  }
  const wanted = directions[orientation];
  const flips = mapZyx(permute(grid.axes, closest), (a, axis) => dot(a, wanted[axis]) < 0);
  return { sourceGrid: grid, axes: closest, flips };
};

/** Grid of the oriented array: the same points of the patient, in the other order. */
export const orientedGrid = ({ sourceGrid, axes, flips }: Reorientation): Grid => {
  const first = mapZyx(sourceGrid.shape, (length, axis) => {
    const turned = mapZyx(axes, (source, i) => source === axis && flips[i]);
    return turned[0] || turned[1] || turned[2] ? length - 1 : 0;
  });
  return {
    shape: permute(sourceGrid.shape, axes),
    spacingMm: permute(sourceGrid.spacingMm, axes),
    originLps: voxelToLps(sourceGrid, first[0], first[1], first[2]),
    axes: mapZyx(axes, (source, i) => scale(along(sourceGrid.axes, source), flips[i] ? -1 : 1)),
  };
};

/** The array of the source grid, seen in oriented axes without a copy. */
export const orientedWindow = <T extends Voxels>(voxels: T, reorientation: Reorientation): Strided<T> =>
  flipped(permuted(whole(voxels, reorientation.sourceGrid.shape), reorientation.axes), reorientation.flips);

const isIdentity = ({ axes, flips }: Reorientation): boolean =>
  axes[0] === 0 && axes[1] === 1 && !flips[0] && !flips[1] && !flips[2];

/**
 * How to see a grid in an orientation, by axis permutation and flips alone, and whether its slices are axial:
 * their normal closer to S than any other array axis, whatever the orientation asked for.
 */
export const planOrientation = (
  grid: Grid,
  orientation: Orientation,
): { reorientation: Reorientation; isAxial: boolean } => {
  const closest = closestAxes(grid.axes);
  return { reorientation: reorientationOf(grid, orientation, closest), isAxial: closest[0] === 0 };
};

/**
 * The volume with memory (x,y,z) along the letters of `orientation`, as close as permuting and flipping axes comes;
 * nothing is interpolated. Where nothing has to move it is the same volume, not a copy.
 */
export const orientVolume = (
  volume: Volume,
  orientation: Orientation,
): { volume: Volume; reorientation: Reorientation; isAxial: boolean } => {
  const { reorientation, isAxial } = planOrientation(volume.grid, orientation);
  if (isIdentity(reorientation)) return { volume, reorientation, isAxial };
  const grid = orientedGrid(reorientation);
  const voxels = new Float32Array(voxelCount(grid.shape));
  copyWindow(orientedWindow(volume.voxels, reorientation), whole(voxels, grid.shape));
  return { volume: { grid, voxels }, reorientation, isAxial };
};

/** Voxels of the oriented grid brought back to the source grid: the exact inverse of `orientVolume`. */
export const undoReorientation = <T extends Uint8Array | Float32Array>(
  voxels: T,
  reorientation: Reorientation,
): T => {
  const shape = permute(reorientation.sourceGrid.shape, reorientation.axes);
  if (voxels.length !== voxelCount(shape)) {
    throw failed("INTERNAL", `${voxels.length} voxels do not fill a grid of ${shape.join(" × ")}.`);
  }
  if (isIdentity(reorientation)) return voxels;
  // Every voxel is written below. No `slice()`: that of a Buffer is a view, which would be overwritten while it is read.
  const source = (
    voxels instanceof Float32Array ? new Float32Array(voxels.length) : new Uint8Array(voxels.length)
  ) as T;
  copyWindow(whole(voxels, shape), orientedWindow(source, reorientation));
  return source;
};
