import { type Lps, mapZyx, type Zyx } from "../domain/axes.ts";
import { failed } from "../domain/failure.ts";
import type { Grid, Stack } from "../domain/grid.ts";
import type { SourceSeries } from "../domain/series.ts";
import { dot, subtract, voxelToLps } from "./vector.ts";

/** How far positions may stray along the normal from even ones, mm: what scanners write, and a mean grid absorbs (S2). */
export const jitterToleranceMm = (spacingMm: number): number =>
  Math.max(0.01, Math.min(0.25, 0.05 * spacingMm));

/** How far planes may lie beside the normal through the first one before the stack counts as sheared, mm (S6). */
const driftToleranceMm = ([, betweenRows, betweenColumns]: Zyx<number>): number =>
  Math.max(1, 0.5 * Math.max(betweenRows, betweenColumns));

/** Of every plane, mm from the first one: along the normal, down the rows, along a row. */
export const planeOffsetsMm = ({ axes, originLps, planesLps }: Stack): readonly Zyx<number>[] =>
  planesLps.map((plane) => mapZyx(axes, (axis) => dot(subtract(plane, originLps), axis)));

const heightsMm = (stack: Stack): readonly number[] => planeOffsetsMm(stack).map(([height]) => height);

/** Differences of neighbours. */
export const gapsOf = (positions: readonly number[]): readonly number[] =>
  positions.slice(1).map((position, k) => position - (positions[k] as number));

/** First voxel of every plane, as the grid has them. */
export const gridPlanes = (grid: Grid): readonly Lps[] =>
  Array.from({ length: grid.shape[0] }, (_, z) => voxelToLps(grid, z, 0, 0));

/** The planes on which a grid's slices really lie. Throws INTERNAL when they are not one for each, in ascending order. */
export const stackOf = (grid: Grid, planesLps: readonly Lps[]): Stack => {
  const [originLps] = planesLps;
  if (originLps === undefined || planesLps.length !== grid.shape[0]) {
    throw failed("INTERNAL", `${planesLps.length} planes do not make a stack of ${grid.shape[0]} slices.`);
  }
  const stack = { ...grid, originLps, planesLps };
  if (gapsOf(heightsMm(stack)).some((gap) => !(gap > 0))) {
    throw failed("INTERNAL", "The planes do not ascend along their normal.");
  }
  return stack;
};

/** The images of a series as the stack that they are. */
export const seriesStack = ({ grid, frames }: SourceSeries): Stack =>
  stackOf(
    grid,
    frames.map(({ positionLps }) => positionLps),
  );

const isEven = (heights: readonly number[]): boolean => {
  const meanGapMm = (heights.at(-1) ?? 0) / (heights.length - 1);
  return heights.every(
    (height, k) => k === 0 || Math.abs(height - k * meanGapMm) <= jitterToleranceMm(meanGapMm),
  );
};

/** Whether every plane stands for as much of the normal as any other. */
export const isEvenStack = (stack: Stack): boolean => isEven(heightsMm(stack));

/** Whether the planes lie at multiples of the grid's spacing: evenly, or with some missing between. */
export const isOnLattice = (stack: Stack): boolean => {
  const heights = heightsMm(stack);
  const [spacingMm] = stack.spacingMm;
  const toleranceMm = jitterToleranceMm(spacingMm);
  return (
    isEven(heights) ||
    heights.every((height) => Math.abs(height - Math.round(height / spacingMm) * spacingMm) <= toleranceMm)
  );
};

/** Whether the planes drift beside their normal farther than a straight stack's do. */
export const isSheared = (stack: Stack): boolean => {
  const toleranceMm = driftToleranceMm(stack.spacingMm);
  return planeOffsetsMm(stack).some(([, down, along]) => Math.hypot(down, along) > toleranceMm);
};

/** Whether the stack is as good as its nominal grid. */
export const isRegular = (stack: Stack): boolean => isEven(heightsMm(stack)) && !isSheared(stack);

/**
 * How much of the normal each plane stands for, mm: half of the way to either neighbour, at the ends the one gap. Null
 * where the planes lie evenly, so that the grid's own spacing holds for all of them.
 */
export const unevenGapsMm = (stack: Stack): readonly number[] | null => {
  const heights = heightsMm(stack);
  if (isEven(heights)) return null;
  const gaps = gapsOf(heights);
  return heights.map((_, k) => {
    const [below, above] = [gaps[k - 1] ?? gaps[k], gaps[k] ?? gaps[k - 1]];
    return ((below as number) + (above as number)) / 2;
  });
};

/** Millilitres of `voxelsOnPlane[k]` voxels on each plane k: area × local gap, or voxels × the grid's spacing where it is even. */
export const voxelsToMl = (voxelsOnPlane: readonly number[], stack: Stack): number => {
  const [betweenSlices, betweenRows, betweenColumns] = stack.spacingMm;
  const gaps = unevenGapsMm(stack);
  if (gaps === null) {
    const voxels = voxelsOnPlane.reduce((sum, count) => sum + count, 0);
    return (voxels * betweenSlices * betweenRows * betweenColumns) / 1000;
  }
  const heightMm = gaps.reduce((sum, gap, k) => sum + gap * (voxelsOnPlane[k] ?? 0), 0);
  return (heightMm * betweenRows * betweenColumns) / 1000;
};
