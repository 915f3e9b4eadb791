import { type Part, part, within } from "./part.ts";
import { noiseAt, type Random } from "./random.ts";
import { curve, intersect, type Knot, ripple, type Solid, tube, union } from "./shapes.ts";
import type { Tissue } from "./tissues.ts";
import type { Trunk } from "./trunk.ts";

type Hollow = {
  /** Middle line of the organ with its outer radius. */
  readonly line: readonly Knot[];
  readonly wallMm: number;
  readonly content: Tissue;
  /** Gas lies before this level of the patient on the back; null: there is none. */
  readonly gasFromY: number | null;
  readonly roughMm: number;
  readonly clip: (solid: Solid) => Solid;
};

/** The wall of a hollow organ, what it holds, and its gas. */
const hollow = (
  random: Random,
  { line, wallMm, content, gasFromY, roughMm, clip }: Hollow,
): readonly Part[] => {
  const seed = random.seed();
  const folds = (x: number, y: number, z: number): number => noiseAt(x / 11, y / 11, z / 11, seed);
  const body = (shrinkMm: number): Solid => {
    const knots = curve(line, 2).map(([x, y, z, r]): Knot => [x, y, z, Math.max(1, r - shrinkMm)]);
    return clip(ripple(union(tube(knots), 3), roughMm, folds));
  };
  const lumen = body(wallMm);
  const wallAndContent = [part("wall", body(0)), part(content, lumen)];
  if (gasFromY === null) return wallAndContent;
  const gas = intersect(lumen, (_, y) => y - gasFromY);
  return [...wallAndContent, part("gas", gas)];
};

export const stomach = (random: Random, trunk: Trunk): readonly Part[] => {
  const full = random.between(0.8, 1.12);
  const line: readonly Knot[] = [
    [58, 12, 82, 20 * full],
    [64, 2, 66, 30 * full],
    [66, -28, 40, 30 * full],
    [50, -56, 14, 25 * full],
    [16, -66, -2, 19 * full],
    [-14, -56, -4, 13],
    [-30, -46, -2, 9],
  ];
  return hollow(random, {
    line,
    wallMm: 4,
    content: "fluid",
    gasFromY: random.between(-62, -40),
    roughMm: 2,
    clip: (solid) => within(trunk, solid),
  });
};

export const duodenum = (random: Random): readonly Part[] => {
  const line: readonly Knot[] = [
    [-30, -46, -2, 11],
    [-50, -32, 2, 12],
    [-63, -12, -12, 12],
    [-63, -4, -38, 12.5],
    [-46, 0, -58, 12],
    [-8, -8, -60, 10],
    [28, -8, -50, 11],
    [36, -22, -32, 10],
  ];
  return hollow(random, {
    line,
    wallMm: 2.6,
    content: "chyme",
    gasFromY: random.next() < 0.5 ? -40 : null,
    roughMm: 1,
    clip: (solid) => solid,
  });
};

export const colon = (random: Random, trunk: Trunk): readonly Part[] => {
  const sag = random.between(-50, -28);
  const right: readonly Knot[] = [
    [-100, 18, -150, 25],
    [-103, 12, -90, 24],
    [-100, 4, -52, 22],
    [-88, -30, -40, 20],
  ];
  const across: readonly Knot[] = [
    [-88, -30, -40, 20],
    [-62, -66, sag, 17],
    [0, -76, sag - 12, 17],
    [58, -68, sag + 8, 17],
    [96, -30, 12, 17],
    [108, 0, 26, 17],
  ];
  const left: readonly Knot[] = [
    [108, 0, 26, 17],
    [112, 18, -10, 14],
    [110, 24, -70, 14],
    [108, 18, -150, 15],
  ];
  return [right, across, left].flatMap((line, n) =>
    hollow(random, {
      line,
      wallMm: 2.4,
      content: "stool",
      gasFromY: n === 1 ? random.between(-78, -68) : random.between(-8, 8),
      roughMm: 3.5,
      clip: (solid) => within(trunk, solid, 1.5),
    }),
  );
};

/** Fifteen loops in three rows. */
export const smallBowel = (random: Random, trunk: Trunk): readonly Part[] =>
  Array.from({ length: 15 }, (_, n) => {
    const [x, y, z] = [-66 + 33 * (n % 5), -48 + random.between(-16, 14), -78 - 30 * Math.floor(n / 5)];
    const line = [-24, -12, 0, 12, 24].map(
      (along): Knot => [
        x + along + random.between(-8, 8),
        y + random.between(-20, 20),
        z + random.between(-16, 16),
        random.between(9, 13),
      ],
    );
    return hollow(random, {
      line,
      wallMm: 2.2,
      content: "chyme",
      gasFromY: random.next() < 0.3 ? y - 6 : null,
      roughMm: 1,
      clip: (solid) => within(trunk, solid),
    });
  }).flat();
