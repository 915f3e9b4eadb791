import { type Lps, lps } from "../../domain/axes.ts";
import type { Grid } from "../../domain/grid.ts";
import { add, scale, subtract } from "../../geometry/vector.ts";
import type { Random } from "./random.ts";

/** How the patient lies: size in each anatomical direction, turn about each axis (radians, small), middle in LPS mm. */
export type Pose = { readonly scale: Lps; readonly turn: Lps; readonly middleLps: Lps };

/** To as many decimals as a header has room for. */
export const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));

/** What is not given is drawn. */
export const makePose = (random: Random, given: Partial<Pose> = {}): Pose => ({
  scale: lps(random.between(0.9, 1.08), random.between(0.9, 1.1), random.between(0.9, 1.08)),
  turn: lps(random.between(-0.05, 0.05), random.between(-0.05, 0.05), random.between(-0.07, 0.07)),
  middleLps: lps(random.between(-12, 12), random.between(-160, -20), rounded(random.between(-700, 300), 1)),
  ...given,
});

/** Anatomical x, y, z (rows) as a linear function of the voxel indices k, j, i and 1 (columns). */
export type Placement = readonly [Row, Row, Row];
type Row = readonly [number, number, number, number];

/** Anatomical height that lies in the middle of the stack. */
const middleZ = 6;

/** Rotation about one axis from the tangent of half the angle: no functions whose last bit a platform may choose. */
const turned = (point: Lps, axis: 0 | 1 | 2, angle: number): Lps => {
  const t = angle / 2;
  const [cos, sin] = [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)];
  const [p, q] = [((axis + 1) % 3) as 0 | 1 | 2, ((axis + 2) % 3) as 0 | 1 | 2];
  const [u, v] = [point[p], point[q]];
  const result: [number, number, number] = [point[0], point[1], point[2]];
  result[p] = cos * u - sin * v;
  result[q] = sin * u + cos * v;
  return lps(...result);
};

const toAnatomy = (direction: Lps, { turn, scale: size }: Pose): Lps => {
  const t = turned(turned(turned(direction, 0, turn[0]), 1, turn[1]), 2, turn[2]);
  return lps(t[0] / size[0], t[1] / size[1], t[2] / size[2]);
};

/** Where the voxels of a grid lie in the patient's anatomy. */
export const placementOf = ({ axes, spacingMm, originLps }: Grid, pose: Pose): Placement => {
  const step = (n: 0 | 1 | 2): Lps => toAnatomy(scale(axes[n], spacingMm[n]), pose);
  const [along, down, across] = [step(0), step(1), step(2)];
  const start = add(toAnatomy(subtract(originLps, pose.middleLps), pose), lps(0, 0, middleZ));
  const row = (n: 0 | 1 | 2) => [along[n], down[n], across[n], start[n]] as const;
  return [row(0), row(1), row(2)];
};

/** Least and greatest anatomical height of a stack. */
export const heightRange = ({ shape }: Grid, place: Placement): readonly [number, number] => {
  const [a, b, c, d] = place[2];
  const ends = [0, shape[0]].flatMap((k) =>
    [0, shape[1]].flatMap((j) => [0, shape[2]].map((i) => a * k + b * j + c * i + d)),
  );
  return [Math.min(...ends), Math.max(...ends)];
};
