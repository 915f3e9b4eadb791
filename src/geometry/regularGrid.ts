import { mapZyx, type Zyx, zyx } from "../domain/axes.ts";
import type { Grid, Stack } from "../domain/grid.ts";
import { gapsOf, isRegular, isSheared, jitterToleranceMm, planeOffsetsMm } from "./stack.ts";
import { voxelToLps } from "./vector.ts";

/** An orthogonal, evenly spaced grid around all voxels of a stack, and where the stack's planes lie on it. */
export type PlacedStack = {
  readonly grid: Grid;
  /** Index on the grid of each plane's first voxel; whole where it is a voxel of the grid. */
  readonly corners: readonly Zyx<number>[];
};

/** Rounding of decimal strings, in pixels. */
const inPlaneTolerance = 0.01;

/** Below this a finer grid between uneven planes gains nothing, mm. */
const fineMm = 1;

/** The distance of which every plane's height is a whole multiple, or null when there is none. */
const baseGapMm = (heights: readonly number[], usualMm: number): number | null => {
  let steps = 0;
  const indices = [0, ...gapsOf(heights).map((gap) => (steps += Math.max(1, Math.round(gap / usualMm))))];
  const baseMm = (heights.at(-1) as number) / steps;
  const fits = heights.every(
    (height, k) => Math.abs(height - baseMm * (indices[k] as number)) <= jitterToleranceMm(baseMm),
  );
  return fits ? baseMm : null;
};

/**
 * Slice distance of the regular grid: the base gap of a stack with holes, so that every plane is one of the grid's.
 * Else half the median gap: masks of a pancreas come back over gaps of 1.1, 4 and 7 mm with a Dice of 0.98, over a grid
 * of the median gap with 0.955. The last plane is a plane of the grid in either case.
 */
const regularSpacingMm = (heights: readonly number[]): number => {
  const gaps = gapsOf(heights);
  const medianMm = [...gaps].sort((a, b) => a - b)[(gaps.length - 1) >> 1] as number;
  const baseMm = baseGapMm(heights, medianMm);
  if (baseMm !== null) return baseMm;
  const extentMm = heights.at(-1) as number;
  return extentMm / Math.round(extentMm / Math.max(medianMm / 2, Math.min(medianMm, fineMm)));
};

const settled = (index: number, tolerance: number): number =>
  Math.abs(index - Math.round(index)) <= tolerance ? Math.round(index) : index;

/** Indices of the planes' first voxels on the lattice that starts at the first one. The drift of a straight stack is noise. */
const indicesOf = (stack: Stack, spacingMm: Zyx<number>): readonly Zyx<number>[] => {
  const sheared = isSheared(stack) ? 1 : 0;
  const tolerance = jitterToleranceMm(spacingMm[0]) / spacingMm[0];
  return planeOffsetsMm(stack).map((offset) => {
    const [z, y, x] = mapZyx(offset, (mm, axis) => mm / spacingMm[axis]);
    return zyx(
      settled(z, tolerance),
      sheared * settled(y, inPlaneTolerance),
      sheared * settled(x, inPlaneTolerance),
    );
  });
};

/** The regular grid of a stack that is not regular, of the same axes and pixels, no smaller than it has to be. */
export const placeStack = (stack: Stack): PlacedStack => {
  const heights = planeOffsetsMm(stack).map(([height]) => height);
  const spacingMm = zyx(regularSpacingMm(heights), stack.spacingMm[1], stack.spacingMm[2]);
  const indices = indicesOf(stack, spacingMm);
  const reach = mapZyx(spacingMm, (_, axis) => {
    const values = indices.map((index) => index[axis]);
    return { least: Math.floor(Math.min(...values)), most: Math.ceil(Math.max(...values)) };
  });
  const shape = mapZyx(reach, ({ least, most }, axis) => most - least + (axis === 0 ? 1 : stack.shape[axis]));
  const [z, y, x] = mapZyx(reach, ({ least }) => least);
  const lattice = { shape, spacingMm, axes: stack.axes, originLps: stack.originLps };
  return {
    grid: { ...lattice, originLps: voxelToLps(lattice, z, y, x) },
    corners: indices.map((index) => mapZyx(index, (value, axis) => value - reach[axis].least)),
  };
};

/** The grid on which `regularise` puts a stack: known before its voxels are, so that a limit can hold. */
export const regularGrid = (stack: Stack): Grid => {
  if (!isRegular(stack)) return placeStack(stack).grid;
  const { planesLps: _, ...grid } = stack;
  return grid;
};
