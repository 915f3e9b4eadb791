import { type Lps, lps } from "../domain/axes.ts";
import type { Mask, Stack } from "../domain/grid.ts";
import { add, scale, subtract } from "../geometry/vector.ts";

/** A point in a plane: row and column in halves of a voxel. */
type PlanePoint = readonly [row: number, column: number];

/** Columns, in halves of a voxel, between which the points of each row of one plane lie. */
type RowEnds = Map<number, { first: number; last: number }>;

const note = (rows: RowEnds, row: number, column: number): void => {
  const ends = rows.get(row);
  if (ends === undefined) rows.set(row, { first: column, last: column });
  else {
    ends.first = Math.min(ends.first, column);
    ends.last = Math.max(ends.last, column);
  }
};

/** Whether a voxel is marked; beyond the image none is. */
const insideOf = ({ voxels, grid }: Mask) => {
  const [slices, rows, columns] = grid.shape;
  const isWithin = (index: number, size: number): boolean => index >= 0 && index < size;
  return (z: number, y: number, x: number): boolean =>
    isWithin(z, slices) &&
    isWithin(y, rows) &&
    isWithin(x, columns) &&
    voxels[(z * rows + y) * columns + x] !== 0;
};

/**
 * For every height, counted in halves of a slice, the row ends of the points that lie half-way between a voxel inside
 * and a neighbour outside.
 */
const rowEnds = (mask: Mask): ReadonlyMap<number, RowEnds> => {
  const [, rows, columns] = mask.grid.shape;
  const isInside = insideOf(mask);
  const heights = new Map<number, RowEnds>();
  const noteAt = (height: number, row: number, column: number): void => {
    const ends = heights.get(height) ?? new Map();
    heights.set(height, ends);
    note(ends, row, column);
  };
  mask.voxels.forEach((voxel, i) => {
    if (voxel === 0) return;
    const [z, y, x] = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
    for (const step of [-1, 1] as const) {
      if (!isInside(z, y, x + step)) noteAt(2 * z, 2 * y, 2 * x + step);
      if (!isInside(z, y + step, x)) noteAt(2 * z, 2 * y + step, 2 * x);
      if (!isInside(z + step, y, x)) noteAt(2 * z + step, 2 * y, 2 * x);
    }
  });
  return heights;
};

const turn = ([ay, ax]: PlanePoint, [by, bx]: PlanePoint, [cy, cx]: PlanePoint): number =>
  (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);

/** Half of a convex hull: of points in order of their rows, those that the others do not lie beyond. */
const halfHull = (points: readonly PlanePoint[]): readonly PlanePoint[] => {
  const hull: PlanePoint[] = [];
  for (const point of points) {
    while (
      hull.length >= 2 &&
      turn(hull[hull.length - 2] as PlanePoint, hull[hull.length - 1] as PlanePoint, point) <= 0
    )
      hull.pop();
    hull.push(point);
  }
  return hull;
};

/** Corners of the convex hull of what lies between the row ends (monotone chain). */
const hullOf = (rows: RowEnds): readonly PlanePoint[] => {
  const points = [...rows]
    .sort(([a], [b]) => a - b)
    .flatMap(([row, { first, last }]): PlanePoint[] =>
      first === last
        ? [[row, first]]
        : [
            [row, first],
            [row, last],
          ],
    );
  return [...halfHull(points), ...halfHull([...points].reverse())];
};

/** First voxel of the plane at a height in halves of a slice; beyond the ends, the last gap goes on. */
const planeAt = ({ planesLps, axes, spacingMm }: Stack, height: number): Lps => {
  const plane = (k: number): Lps => planesLps[k] as Lps;
  const last = planesLps.length - 1;
  if (height % 2 === 0) return plane(height / 2);
  const [below, above] = [(height - 1) / 2, (height + 1) / 2];
  if (below >= 0 && above <= last) return scale(add(plane(below), plane(above)), 0.5);
  const outermost = below < 0 ? 0 : last;
  const inner = below < 0 ? 1 : last - 1;
  const outwards =
    last > 0 ? subtract(plane(outermost), plane(inner)) : scale(axes[0], (below < 0 ? -1 : 1) * spacingMm[0]);
  return add(plane(outermost), scale(outwards, 0.5));
};

/**
 * The corners of the mask's surface in LPS mm: the points half-way between a voxel inside and a neighbour outside, which
 * are the vertices of its marching-cubes mesh (IBSI reference manual, section 2.3), and of these at least all that lie
 * on the convex hull. Empty for an empty mask.
 */
export const surfacePoints = (mask: Mask, stack: Stack): readonly Lps[] => {
  const [, rowMm, columnMm] = stack.spacingMm;
  return [...rowEnds(mask)].flatMap(([height, rows]) => {
    const plane = planeAt(stack, height);
    return hullOf(rows).map(([row, column]) => {
      const down = scale(stack.axes[1], (row * rowMm) / 2);
      const along = scale(stack.axes[2], (column * columnMm) / 2);
      const [l, p, s] = add(add(plane, down), along);
      return lps(l, p, s);
    });
  });
};
