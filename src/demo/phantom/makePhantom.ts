import type { Grid, Mask, Volume } from "../../domain/grid.ts";
import type { ModelClass } from "../../domain/plan.ts";
import { makeCouch } from "./couch.ts";
import { mix, type Signal } from "./dixon.ts";
import { fatLooks, looksOf } from "./looks.ts";
import { makeOrgans } from "./organs.ts";
import { paintScene, type Scene } from "./paint.ts";
import { makePancreas } from "./pancreas.ts";
import { heightRange, makePose, type Pose, placementOf } from "./pose.ts";
import { makeRandom, type Random } from "./random.ts";
import { acquire, type Encoding, quantise, type Vendor } from "./scanner.ts";
import { makeSkeleton } from "./skeleton.ts";
import { makeGrid, type StackOptions } from "./stack.ts";
import type { Looks, Phase } from "./tissues.ts";
import { makeTrunk, type Trunk } from "./trunk.ts";

export type PhantomOptions = StackOptions & {
  readonly seed: number;
  readonly modelClass: ModelClass;
  readonly pose?: Partial<Pose>;
  /** Standard deviation of the noise: HU, or units of which pancreas has several hundred (MR). */
  readonly noiseSd?: number;
  readonly phase?: Phase;
  /** T1 alone; water, which is what fat suppression leaves, unless given. */
  readonly signal?: Signal;
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

type Stream = (name: string) => Random;

const sceneOf = (
  { modelClass, pancreasMl }: PhantomOptions,
  stream: Stream,
  trunk: Trunk,
  pose: Pose,
  heights: readonly [number, number],
): Scene => {
  const [wide, deep, high] = pose.scale;
  const ml = (pancreasMl ?? stream("size").between(42, 105)) / (wide * deep * high);
  const pancreas = makePancreas(stream("pancreas"), ml);
  return {
    trunk,
    parts: [
      ...(modelClass === "CT" ? [makeCouch(trunk)] : []),
      ...makeSkeleton(stream("skeleton"), trunk, heights),
      ...makeOrgans(stream("organs"), trunk),
    ],
    target: { tissue: "pancreas", solid: pancreas.solid },
    inTarget: pancreas.duct.map((solid) => ({ tissue: "duct", solid })),
  };
};

/**
 * An abdomen with a pancreas of known shape: axial unless other axes are asked for, the same bytes for the same options.
 * What is not given is drawn from the seed; each draw has a stream of its own, so that fixing one leaves the others.
 */
export const makePhantom = (options: PhantomOptions): Phantom => {
  const { seed, modelClass } = options;
  const stream: Stream = (name) => makeRandom(seed, name);
  const trunk = makeTrunk(stream("trunk"));
  const pose = makePose(stream("pose"), options.pose);
  const grid = makeGrid(stream("grid"), modelClass, options, trunk, pose);
  const place = placementOf(grid, pose);
  const phase = phaseOf(stream("phase"), options);
  const vendor = options.vendor ?? stream("vendor").pick<Vendor>(["Siemens", "GE", "Philips"]);
  const signal = modelClass === "T1" ? (options.signal ?? "water") : "water";
  const scene = sceneOf(options, stream, trunk, pose, heightRange(grid, place));
  const paint = (looks: Looks) => paintScene(scene, grid, place, looks, stream("texture").seed());
  const painted = paint(looksOf(modelClass, phase));
  const values = mix(signal, painted.values, () => paint(fatLooks).values);
  const noise = stream("noise");
  const noiseSd = options.noiseSd ?? (modelClass === "CT" ? noise.between(7, 15) : noise.between(14, 30));
  acquire(values, grid, modelClass, noiseSd, noise);
  const encoding = quantise(values, grid, modelClass, vendor);
  return {
    volume: { grid, voxels: values },
    label: { grid, voxels: painted.target },
    facts: { seed, modelClass, vendor, phase, pancreasMl: labelMl(painted.target, grid), noiseSd },
    encoding,
  };
};
