import type { NiftiVolume } from "./niftiFile.ts";

type Point = readonly [number, number, number];

/** Two volumes that fill the same box of the patient, voxel on voxel. */
export type Comparison = {
  /** Furthest that a corner voxel's centre lies from its counterpart. */
  readonly cornerMm: number;
  readonly differing: number;
  readonly largestDifference: number;
  /** The same in steps of the values stored there. */
  readonly largestSteps: number;
  /** Every value that one of the differing voxels has, at most `mostValues` of each. */
  readonly ours: ReadonlySet<number>;
  readonly theirs: ReadonlySet<number>;
};

const mostValues = 20;

const apply = (affine: NiftiVolume["affine"], [i, j, k]: Point): Point => {
  const row = (n: number): number => {
    const [a = 0, b = 0, c = 0, t = 0] = affine[n] ?? [];
    return a * i + b * j + c * k + t;
  };
  return [row(0), row(1), row(2)];
};

const cross = (a: Point, b: Point): Point => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

/** The voxel of a volume nearest to a point, by Cramer's rule. */
const nearestVoxel = ({ affine }: NiftiVolume, point: Point): Point => {
  const origin = apply(affine, [0, 0, 0]);
  const x = minus(apply(affine, [1, 0, 0]), origin);
  const y = minus(apply(affine, [0, 1, 0]), origin);
  const step = minus(apply(affine, [0, 0, 1]), origin);
  // dcm2niix leaves a lone slice without thickness.
  const z = Math.hypot(...step) > 0 ? step : cross(x, y);
  const p = minus(point, origin);
  const whole = dot(x, cross(y, z));
  const index = [dot(p, cross(y, z)), dot(x, cross(p, z)), dot(x, cross(y, p))];
  const [i = 0, j = 0, k = 0] = index.map((part) => Math.round(part / whole));
  return [i, j, k];
};

/** Whether the axes stand at right angles. */
export const isRectangular = ({ affine }: NiftiVolume): boolean => {
  const origin = apply(affine, [0, 0, 0]);
  const axes = (
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ] as const
  )
    .map((step) => minus(apply(affine, step), origin))
    .filter((axis) => Math.hypot(...axis) > 0);
  return axes.every((a, n) =>
    axes.slice(n + 1).every((b) => Math.abs(dot(a, b)) <= 1e-3 * Math.hypot(...a) * Math.hypot(...b)),
  );
};

const cornersOf = ({ shape }: NiftiVolume): readonly Point[] => {
  const [i = 1, j = 1, k = 1] = shape.map((size) => size - 1);
  return [0, k].flatMap((z) => [0, j].flatMap((y) => [0, i].map((x): Point => [x, y, z])));
};

/** Where voxel (0,0,0) of ours lies in theirs and how one step of ours goes there, or null where no axis fits another. */
const mapAxes = (
  ours: NiftiVolume,
  theirs: NiftiVolume,
): { readonly start: Point; readonly steps: readonly Point[] } | null => {
  const start = nearestVoxel(theirs, apply(ours.affine, [0, 0, 0]));
  const steps = [0, 1, 2].map((axis): Point => {
    const last = (ours.shape[axis] ?? 1) - 1;
    if (last === 0) return [0, 0, 0];
    const end = [0, 1, 2].map((n) => (n === axis ? last : 0)) as unknown as Point;
    const there = minus(nearestVoxel(theirs, apply(ours.affine, end)), start);
    return [there[0] / last, there[1] / last, there[2] / last];
  });
  const fits = steps.every((step, axis) => {
    const length = step.reduce((sum, part) => sum + Math.abs(part), 0);
    return step.every(Number.isInteger) && length === (ours.shape[axis] === 1 ? 0 : 1);
  });
  const sizes = (volume: NiftiVolume): string => volume.shape.toSorted((a, b) => a - b).join();
  return fits && sizes(ours) === sizes(theirs) ? { start, steps } : null;
};

const isInside = ({ shape }: NiftiVolume, voxel: Point): boolean =>
  voxel.every((n, axis) => n >= 0 && n < (shape[axis] ?? 0));

/**
 * Voxels at equal places against each other, whatever the order in which either file stores them; null where the two
 * do not fill the same box. A difference counts from 1e-4 of a stored step on, and above what float32 rounds.
 */
export const compareVolumes = (ours: NiftiVolume, theirs: NiftiVolume): Comparison | null => {
  const map = theirs.isColour ? null : mapAxes(ours, theirs);
  if (map === null) return null;
  const corners = cornersOf(ours).map((corner) => {
    const point = apply(ours.affine, corner);
    const voxel = nearestVoxel(theirs, point);
    return { voxel, mm: Math.hypot(...minus(point, apply(theirs.affine, voxel))) };
  });
  if (!corners.every(({ voxel }) => isInside(theirs, voxel))) return null;
  return { cornerMm: Math.max(...corners.map(({ mm }) => mm)), ...compareValues(ours, theirs, map) };
};

type Tally = {
  readonly add: (a: number, b: number) => void;
  readonly result: () => Omit<Comparison, "cornerMm">;
};

const makeTally = (slope: number): Tally => {
  const seen = { ours: new Set<number>(), theirs: new Set<number>() };
  let [differing, largestDifference] = [0, 0];
  return {
    add: (a, b) => {
      const difference = Math.abs(a - b);
      if (difference <= 1e-4 * Math.abs(slope) + 2 ** -22 * Math.abs(b)) return;
      differing++;
      // The negation lets NaN through.
      if (!(difference <= largestDifference)) largestDifference = difference;
      if (seen.ours.size <= mostValues) seen.ours.add(a);
      if (seen.theirs.size <= mostValues) seen.theirs.add(b);
    },
    result: () => ({
      differing,
      largestDifference,
      largestSteps: largestDifference / Math.abs(slope),
      ...seen,
    }),
  };
};

const compareValues = (
  ours: NiftiVolume,
  theirs: NiftiVolume,
  { start, steps }: { readonly start: Point; readonly steps: readonly Point[] },
): Omit<Comparison, "cornerMm"> => {
  const [width = 1, height = 1] = theirs.shape;
  const strides: Point = [1, width, width * height];
  const [x = 0, y = 0, z = 0] = steps.map((step) => dot(step, strides));
  const [nx = 1, ny = 1, nz = 1] = ours.shape;
  const tally = makeTally(theirs.slope);
  for (let k = 0, at = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      let there = dot(start, strides) + k * z + j * y;
      for (let i = 0; i < nx; i++, at++, there += x) {
        tally.add(ours.values[at] as number, theirs.values[there] as number);
      }
    }
  }
  return tally.result();
};
