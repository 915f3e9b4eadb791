import fc from "fast-check";
import { type Lps, lps, voxelCount, type Zyx, zyx } from "../../src/domain/axes.ts";
import type { Grid, Stack } from "../../src/domain/grid.ts";
import { stackOf } from "../../src/geometry/stack.ts";
import { add, scale } from "../../src/geometry/vector.ts";
import { anyGrid } from "../support/grids.ts";

export type StackSpec = {
  /** Along the normal, from the first plane. */
  readonly heightsMm: readonly number[];
  /** Of plane k beside the normal: down the rows, along a row; none unless given. */
  readonly driftMm?: (k: number) => readonly [number, number];
  readonly rows?: number;
  readonly columns?: number;
  /** Between rows, between columns. */
  readonly pixelMm?: readonly [number, number];
  readonly axes?: Zyx<Lps>;
  readonly originLps?: Lps;
};

const tilted = Math.PI / 12;
/** Turned about the patient's transverse axis. */
const turnedAxes = zyx(
  lps(0, -Math.sin(tilted), Math.cos(tilted)),
  lps(0, Math.cos(tilted), Math.sin(tilted)),
  lps(1, 0, 0),
);

export const makeStack = (spec: StackSpec): Stack => {
  const { heightsMm, rows = 5, columns = 6, pixelMm = [0.8, 0.5], axes = turnedAxes } = spec;
  const originLps = spec.originLps ?? lps(-120.5, 88.25, -710);
  const grid: Grid = {
    shape: zyx(heightsMm.length, rows, columns),
    spacingMm: zyx((heightsMm.at(-1) ?? 0) / (heightsMm.length - 1), ...pixelMm),
    originLps,
    axes,
  };
  const planesLps = heightsMm.map((height, k) => {
    const [down, along] = spec.driftMm?.(k) ?? [0, 0];
    return add(add(originLps, scale(axes[0], height)), add(scale(axes[1], down), scale(axes[2], along)));
  });
  return stackOf(grid, planesLps);
};

/** Whole numbers, as rescaled CT has them. */
export const patternOf = (stack: Stack): Float32Array => {
  const [, rows, columns] = stack.shape;
  return Float32Array.from({ length: voxelCount(stack.shape) }, (_, n) => {
    const [k, j, i] = [Math.floor(n / (rows * columns)), Math.floor(n / columns) % rows, n % columns];
    return ((k * 977 + j * 131 + i * 37) % 211) - 50;
  });
};

/** Heights of planes with these gaps between them. */
export const summed = (gaps: readonly number[]): readonly number[] => {
  let height = 0;
  return [0, ...gaps.map((gap) => (height += gap))];
};

const millimetres = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Stacks of any axes with even gaps, holes or any gaps at all, straight or sheared by up to 30 degrees. */
export const anyStack: fc.Arbitrary<Stack> = fc
  .record({
    grid: anyGrid,
    gaps: fc.oneof<fc.Arbitrary<number[]>[]>(
      fc.array(fc.constant(1), { minLength: 1, maxLength: 5 }),
      fc.array(fc.constantFrom(1, 1, 1, 2, 3), { minLength: 1, maxLength: 5 }),
      fc.array(millimetres(0.2, 2), { minLength: 1, maxLength: 5 }),
    ),
    gapMm: millimetres(0.5, 8),
    shear: fc.oneof(fc.constant([0, 0] as const), fc.tuple(millimetres(-0.6, 0.6), millimetres(-0.6, 0.6))),
  })
  .map(({ grid, gaps, gapMm, shear }) => {
    const heightsMm = summed(gaps).map((height) => height * gapMm);
    return makeStack({
      heightsMm,
      driftMm: (k) => [(heightsMm[k] ?? 0) * shear[0], (heightsMm[k] ?? 0) * shear[1]],
      rows: grid.shape[1],
      columns: grid.shape[2],
      pixelMm: [grid.spacingMm[1], grid.spacingMm[2]],
      axes: grid.axes,
      originLps: grid.originLps,
    });
  });
