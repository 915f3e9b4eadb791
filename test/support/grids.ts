import fc from "fast-check";
import { type Lps, lps, mapZyx, type Zyx, zyx } from "../../src/domain/axes.ts";
import type { Grid } from "../../src/domain/grid.ts";
import { permute } from "../../src/geometry/permute.ts";
import { scale } from "../../src/geometry/vector.ts";

/** Columns of the rotation matrix of a unit quaternion. */
const rotation = (w: number, a: number, b: number, c: number): Zyx<Lps> =>
  zyx(
    lps(1 - 2 * (b * b + c * c), 2 * (a * b + c * w), 2 * (a * c - b * w)),
    lps(2 * (a * b - c * w), 1 - 2 * (a * a + c * c), 2 * (b * c + a * w)),
    lps(2 * (a * c + b * w), 2 * (b * c - a * w), 1 - 2 * (a * a + b * b)),
  );

const component = fc.double({ min: -1, max: 1, noNaN: true });

const anyAxes: fc.Arbitrary<Zyx<Lps>> = fc
  .tuple(component, component, component, component)
  .filter((q) => Math.hypot(...q) > 0.1)
  .map(([w, a, b, c]) => {
    const length = Math.hypot(w, a, b, c);
    return rotation(w / length, a / length, b / length, c / length);
  });

const triple = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Zyx<T>> =>
  fc.tuple(value, value, value).map(([z, y, x]) => zyx(z, y, x));

const millimetres = (min: number, max: number) => fc.double({ min, max, noNaN: true });

export const anyShape = (max: number): fc.Arbitrary<Zyx<number>> => triple(fc.integer({ min: 1, max }));

/** Small grids of any spacing and obliquity, right- and left-handed, with the axes in any order. */
export const anyGrid: fc.Arbitrary<Grid> = fc
  .record({
    shape: anyShape(6),
    spacingMm: triple(millimetres(0.3, 8)),
    origin: triple(millimetres(-500, 500)),
    axes: anyAxes,
    order: fc.constantFrom(...[zyx(0, 1, 2), zyx(0, 2, 1), zyx(1, 0, 2), zyx(2, 1, 0)]),
    flips: triple(fc.boolean()),
  })
  .map(({ shape, spacingMm, origin, axes, order, flips }) => ({
    shape,
    spacingMm,
    originLps: lps(origin[0], origin[1], origin[2]),
    axes: mapZyx(permute(axes, order), (axis, i) => scale(axis, flips[i] ? -1 : 1)),
  }));

/** A grid whose array axes (z,y,x) run along the patient's S, P and L. */
export const axialGrid = (shape: Zyx<number>, spacingMm: Zyx<number>): Grid => ({
  shape,
  spacingMm,
  originLps: lps(0, 0, 0),
  axes: zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0)),
});
