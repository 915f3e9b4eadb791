import { type Lps, lps, type Zyx, zyx } from "../domain/axes.ts";
import type { Grid, Mask, Volume } from "../domain/grid.ts";
import type { ModelClass } from "../domain/plan.ts";
import { add, dot, scale, subtract } from "../geometry/vector.ts";
import { makeOrgans } from "./organs.ts";
import { type Placement, paintScene } from "./paint.ts";
import { makePancreas } from "./pancreas.ts";
import type { Part } from "./part.ts";
import { makeRandom, type Random } from "./random.ts";
import { acquire, type Encoding, quantise, type Vendor } from "./scanner.ts";
import { column, intersect } from "./shapes.ts";
import { makeSkeleton } from "./skeleton.ts";
import { looksOf, type Phase } from "./tissues.ts";
import { makeTrunk, type Trunk } from "./trunk.ts";

/** How the patient lies: size in each anatomical direction, turn about each axis (radians, small), middle in LPS mm. */
export type Pose = { readonly scale: Lps; readonly turn: Lps; readonly middleLps: Lps };

export type PhantomOptions = {
  readonly seed: number;
  readonly modelClass: ModelClass;
  /** Slices, rows, columns. */
  readonly shape?: Zyx<number>;
  readonly spacingMm?: Zyx<number>;
  /** Axial unless given. */
  readonly axes?: Zyx<Lps>;
  readonly pose?: Partial<Pose>;
  /** Standard deviation of the noise: HU, or units of which pancreas has several hundred (MR). */
  readonly noiseSd?: number;
  readonly phase?: Phase;
  readonly vendor?: Vendor;
  /** About what the pancreas shall have; 30 to 120. */
  readonly pancreasMl?: number;
};

export type PhantomFacts = {
  readonly seed: number;
  readonly modelClass: ModelClass;
  readonly vendor: Vendor;
  readonly phase: Phase;
  /** Counted on the label. */
  readonly pancreasMl: number;
  readonly noiseSd: number;
};

export type Phantom = {
  /** CT in HU, MR in arbitrary units; exactly what a reader of its series gets. */
  readonly volume: Volume;
  /** The pancreas on the same grid: voxels of which at least half is pancreas. */
  readonly label: Mask;
  readonly facts: PhantomFacts;
  readonly encoding: Encoding;
};

const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));

const axialAxes = zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0));

const posed = (random: Random, given: Partial<Pose> = {}): Pose => ({
  scale: lps(random.between(0.9, 1.08), random.between(0.9, 1.1), random.between(0.9, 1.08)),
  turn: lps(random.between(-0.05, 0.05), random.between(-0.05, 0.05), random.between(-0.07, 0.07)),
  middleLps: lps(random.between(-12, 12), random.between(-160, -20), rounded(random.between(-700, 300), 1)),
  ...given,
});

/** Anatomical height that lies in the middle of the stack. */
const middleZ = 6;

const stacks: Readonly<
  Record<ModelClass, { slices: readonly [number, number]; mm: readonly [number, number] }>
> = {
  CT: { slices: [56, 80], mm: [2.5, 3.2] },
  T1: { slices: [52, 72], mm: [2.6, 3.6] },
  T2: { slices: [48, 56], mm: [3.6, 4.6] },
};

const gridOf = (random: Random, options: PhantomOptions, trunk: Trunk, pose: Pose): Grid => {
  const { slices, mm } = stacks[options.modelClass];
  const side = random.pick([192, 208, 224, 240, 256]);
  const drawn = zyx(Math.round(random.between(...slices)), side, side);
  const shape = options.shape ?? drawn;
  const fieldMm = 2 * trunk.halfWidth * pose.scale[0] * random.between(1.06, 1.14);
  const pixelMm = rounded(fieldMm / shape[2], 4);
  const drawnSpacing = zyx(rounded(random.between(...mm), 1), pixelMm, pixelMm);
  const spacingMm = options.spacingMm ?? drawnSpacing;
  const axes = options.axes ?? axialAxes;
  const corner = ([0, 1, 2] as const).reduce(
    (point, n) => add(point, scale(axes[n], -0.5 * (shape[n] - 1) * spacingMm[n])),
    pose.middleLps,
  );
  return {
    shape,
    spacingMm,
    axes,
    originLps: lps(rounded(corner[0], 3), rounded(corner[1], 3), rounded(corner[2], 3)),
  };
};

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

const placementOf = ({ axes, spacingMm, originLps }: Grid, pose: Pose): Placement => {
  const [along, down, across] = ([0, 1, 2] as const).map((n) =>
    toAnatomy(scale(axes[n], spacingMm[n]), pose),
  );
  const start = add(toAnatomy(subtract(originLps, pose.middleLps), pose), lps(0, 0, middleZ));
  return ([0, 1, 2] as const).map(
    (n) => [along?.[n] ?? 0, down?.[n] ?? 0, across?.[n] ?? 0, start[n]] as const,
  );
};

const couch = (trunk: Trunk): Part => {
  const bed = column([0, -330], [480, trunk.halfDepth + 345], [-400, 400]);
  const hollow = column([0, -330], [470, trunk.halfDepth + 339], [-400, 400]);
  return {
    tissue: "couch",
    solid: intersect(bed, (x, y, z) => Math.max(-hollow.distance(x, y, z), Math.abs(x) - 210, 30 - y)),
  };
};

const phases: readonly [Phase, ...Phase[]] = [
  "portal venous",
  "portal venous",
  "portal venous",
  "late arterial",
  "delayed",
  "native",
];

const phaseOf = (random: Random, { modelClass, phase }: PhantomOptions): Phase =>
  modelClass === "T2" ? "native" : (phase ?? random.pick(phases));

const labelMl = (voxels: Uint8Array, { spacingMm }: Grid): number => {
  const count = voxels.reduce((sum, value) => sum + value, 0);
  return (count * spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000;
};

const heightRange = ({ shape }: Grid, place: Placement): readonly [number, number] => {
  const [a, b, c, d] = place[2] ?? [0, 0, 0, 0];
  const ends = [0, shape[0]].flatMap((k) =>
    [0, shape[1]].flatMap((j) => [0, shape[2]].map((i) => a * k + b * j + c * i + d)),
  );
  return [Math.min(...ends), Math.max(...ends)];
};

/**
 * An abdomen with a pancreas of known shape: axial unless other axes are asked for, the same bytes for the same options.
 * What is not given is drawn from the seed; each draw has a stream of its own, so that fixing one leaves the others.
 */
export const makePhantom = (options: PhantomOptions): Phantom => {
  const { seed, modelClass } = options;
  const stream = (name: string): Random => makeRandom(seed, name);
  const trunk = makeTrunk(stream("trunk"));
  const pose = posed(stream("pose"), options.pose);
  const grid = gridOf(stream("grid"), options, trunk, pose);
  const place = placementOf(grid, pose);
  const phase = phaseOf(stream("phase"), options);
  const vendor = options.vendor ?? stream("vendor").pick<Vendor>(["Siemens", "GE", "Philips"]);
  const targetMl =
    (options.pancreasMl ?? stream("size").between(42, 105)) /
    dot(lps(pose.scale[0] * pose.scale[1], 0, 0), lps(pose.scale[2], 0, 0));
  const pancreas = makePancreas(stream("pancreas"), targetMl);
  const bed = modelClass === "CT" ? [couch(trunk)] : [];
  const scene = {
    trunk,
    parts: [
      ...bed,
      ...makeSkeleton(stream("skeleton"), trunk, heightRange(grid, place)),
      ...makeOrgans(stream("organs"), trunk),
    ],
    target: { tissue: "pancreas", solid: pancreas.solid },
    inTarget: pancreas.duct.map((solid) => ({ tissue: "duct", solid }) as const),
  } as const;
  const { values, target } = paintScene(
    scene,
    grid,
    place,
    looksOf(modelClass, phase),
    stream("texture").seed(),
  );
  const noise = stream("noise");
  const noiseSd = options.noiseSd ?? (modelClass === "CT" ? noise.between(7, 15) : noise.between(14, 30));
  acquire(values, grid, modelClass, noiseSd, noise);
  const encoding = quantise(values, grid, modelClass, vendor);
  return {
    volume: { grid, voxels: values },
    label: { grid, voxels: target },
    facts: { seed, modelClass, vendor, phase, pancreasMl: labelMl(target, grid), noiseSd },
    encoding,
  };
};
