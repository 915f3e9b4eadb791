import { noiseAt, type Random } from "./random.ts";
import {
  curve,
  ellipsoid,
  grow,
  intersect,
  type Knot,
  type Point,
  ripple,
  type Solid,
  subtract,
  tube,
  union,
} from "./shapes.ts";
import type { Tissue } from "./tissues.ts";
import type { Trunk } from "./trunk.ts";

/** One solid of one tissue; parts are painted in order, later ones over earlier ones. */
export type Part = { readonly tissue: Tissue; readonly solid: Solid };

const part = (tissue: Tissue, solid: Solid): Part => ({ tissue, solid });

const near = (random: Random, [x, y, z]: Point, mm: number): Point => [
  x + random.between(-mm, mm),
  y + random.between(-mm, mm),
  z + random.between(-mm, mm),
];

const sized = (random: Random, [x, y, z]: Point): Point => {
  const factor = random.between(0.92, 1.08);
  return [x * factor, y * factor, z * factor];
};

/** The part of a solid that lies in the abdomen, `gapMm` off its wall. */
const within = (trunk: Trunk, solid: Solid, gapMm = 2): Solid =>
  intersect(solid, (x, y, z) => Math.max(trunk.cavity(x, y), trunk.diaphragm(x, y, z)) + gapMm);

const vessels = (tissue: Tissue, ...lines: readonly (readonly Knot[])[]): readonly Part[] =>
  lines.flatMap((line) => tube(curve(line, 3)).map((solid) => part(tissue, solid)));

const liver = (random: Random, trunk: Trunk): readonly Part[] => {
  const right = ellipsoid(near(random, [-72, 0, 32], 4), sized(random, [66, 84, 78]));
  const left = ellipsoid(near(random, [-8, -50, 52], 4), sized(random, [66, 34, 36]));
  const caudate = ellipsoid([-24, -6, 48], [14, 15, 22]);
  const solid = within(trunk, union([right, left, caudate], 14));
  return [
    part("liver", solid),
    ...vessels(
      "vein",
      [
        [-20, 8, 76, 7],
        [-48, 8, 66, 5],
        [-92, 16, 48, 2.5],
      ],
      [
        [-20, 6, 76, 7],
        [-46, -22, 64, 4.5],
        [-76, -48, 44, 2],
      ],
      [
        [-20, 4, 76, 7],
        [-12, -26, 64, 4],
        [14, -50, 54, 1.5],
      ],
    ),
    ...vessels(
      "portalVein",
      [
        [-34, -16, 16, 7],
        [-52, -10, 32, 6.5],
        [-78, 8, 30, 4],
        [-104, 22, 14, 2],
      ],
      [
        [-52, -10, 32, 6],
        [-76, -20, 44, 4],
        [-98, -36, 52, 2],
      ],
      [
        [-52, -10, 32, 6],
        [-26, -34, 44, 4.5],
        [2, -52, 50, 2],
      ],
    ),
    part(
      "wall",
      union(
        tube([
          [-46, -48, 10, 9],
          [-50, -54, -8, 14],
          [-50, -56, -20, 12],
        ]),
      ),
    ),
    part(
      "gallbladder",
      union(
        tube([
          [-46, -48, 10, 7],
          [-50, -54, -8, 12],
          [-50, -56, -20, 10],
        ]),
      ),
    ),
  ];
};

const spleen = (random: Random, trunk: Trunk): readonly Part[] => {
  const bulk = ellipsoid(near(random, [99, 30, 46], 4), sized(random, [40, 56, 58]));
  return [part("spleen", within(trunk, subtract(bulk, ellipsoid([46, 0, 45], [48, 50, 72])), 2))];
};

const kidney = (random: Random, side: 1 | -1): readonly Part[] => {
  const [x, y, z] = near(random, [62 * side, 45, side > 0 ? -12 : -24], 3);
  const size = sized(random, [27, 28, 54]);
  const bulk = ellipsoid([x, y, z], size);
  const hilum: Point = [x - 22 * side, y - 12, z];
  const pyramids = [-30, -15, 0, 15, 30].flatMap((dz) =>
    [-1, 0, 1].map((turn) =>
      ellipsoid([x + (turn === 0 ? 11 * side : 2 * side), y + 13 * turn, z + dz + 4 * turn], [6.5, 6.5, 6]),
    ),
  );
  const sinus = union([ellipsoid([x - 8 * side, y - 4, z], [12, 9, 26]), ellipsoid(hilum, [12, 8, 12])], 6);
  return [
    part("visceralFat", grow(bulk, 6)),
    part("renalCortex", bulk),
    ...pyramids.map((solid) => part("renalMedulla", solid)),
    part("renalPelvis", sinus),
    part(
      "adrenal",
      union(
        tube([
          [x - 22 * side, y - 20, z + 58, 2],
          [x - 16 * side, y - 8, z + 54, 2.6],
          [x - 10 * side, y + 4, z + 56, 1.8],
        ]),
      ),
    ),
  ];
};

/** A hollow organ: its wall, what it holds, and gas in front of the level where there is any. */
const hollow = (
  knots: readonly Knot[],
  wallMm: number,
  content: Tissue,
  gasFromY: number | null,
  clip: (s: Solid) => Solid,
  rough: number,
  seed: number,
): readonly Part[] => {
  const body = (shrink: number): Solid => {
    const solid = union(tube(knots.map(([x, y, z, r]): Knot => [x, y, z, Math.max(1, r - shrink)])), 3);
    return clip(
      rough === 0 ? solid : ripple(solid, rough, (x, y, z) => noiseAt(x / 11, y / 11, z / 11, seed)),
    );
  };
  const lumen = body(wallMm);
  const gas =
    gasFromY === null
      ? []
      : [
          part(
            "gas",
            intersect(lumen, (_, y) => y - gasFromY),
          ),
        ];
  return [part("wall", body(0)), part(content, lumen), ...gas];
};

const stomach = (random: Random, trunk: Trunk): readonly Part[] => {
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
  return hollow(
    curve(line, 2),
    4,
    "fluid",
    random.between(-62, -40),
    (solid) => within(trunk, solid),
    2,
    random.seed(),
  );
};

const duodenum = (random: Random): readonly Part[] => {
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
  return hollow(
    curve(line, 2),
    2.6,
    "chyme",
    random.next() < 0.5 ? -40 : null,
    (solid) => solid,
    1,
    random.seed(),
  );
};

const colon = (random: Random, trunk: Trunk): readonly Part[] => {
  const clip = (solid: Solid): Solid => within(trunk, solid, 1.5);
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
    hollow(
      curve(line, 2),
      2.4,
      "stool",
      n === 1 ? random.between(-78, -68) : random.between(-8, 8),
      clip,
      3.5,
      random.seed(),
    ),
  );
};

const smallBowel = (random: Random, trunk: Trunk): readonly Part[] => {
  const clip = (solid: Solid): Solid => within(trunk, solid, 2);
  return Array.from({ length: 15 }, (_, n) => {
    const [x, y, z] = [-66 + 33 * (n % 5), -48 + random.between(-16, 14), -78 - 30 * Math.floor(n / 5)];
    const knots = Array.from(
      { length: 5 },
      (_, step): Knot => [
        x + (step - 2) * 12 + random.between(-8, 8),
        y + random.between(-20, 20),
        z + random.between(-16, 16),
        random.between(9, 13),
      ],
    );
    const gas = random.next() < 0.3 ? y - 6 : null;
    return hollow(curve(knots, 2), 2.2, "chyme", gas, clip, 1, random.seed());
  }).flat();
};

const greatVessels = (random: Random): readonly Part[] => {
  const wide = random.between(8.5, 11);
  return [
    ...vessels(
      "artery",
      [
        [8, 20, 140, wide + 1],
        [8, 17, 60, wide],
        [10, 15, -10, wide],
        [9, 17, -90, wide - 1],
        [9, 17, -150, wide - 1],
      ],
      [
        [9, 12, 14, 4],
        [9, -6, 16, 3.6],
        [-8, -12, 20, 2.6],
        [-30, -18, 20, 2.2],
      ],
      [
        [9, -6, 16, 3.2],
        [36, -10, 22, 2.6],
        [76, 18, 38, 2.4],
      ],
      [
        [9, 10, 2, 4.2],
        [8, -8, -8, 3.8],
        [4, -20, -40, 3.6],
        [0, -30, -100, 3],
      ],
      [
        [12, 16, -10, 3.2],
        [42, 38, -11, 3],
      ],
      [
        [6, 16, -14, 3.2],
        [-20, 24, -20, 3],
        [-42, 38, -23, 2.8],
      ],
    ),
    ...vessels(
      "vein",
      [
        [-20, 8, 90, 13],
        [-22, 12, 40, 12],
        [-23, 15, -20, 11],
        [-22, 18, -150, 11],
      ],
      [
        [-20, 12, -16, 5],
        [10, 1, -16, 4.4],
        [40, 30, -12, 5],
      ],
      [
        [-24, 14, -20, 5],
        [-44, 36, -24, 5],
      ],
    ),
    ...vessels(
      "portalVein",
      [
        [-8, -36, -120, 5],
        [-9, -22, -50, 6],
        [-11, -17, -12, 6.5],
        [-20, -17, 4, 7],
        [-34, -16, 16, 7],
      ],
      [
        [-12, -17, -8, 5.5],
        [14, -22, 2, 4.6],
        [40, -12, 10, 4.5],
        [64, 8, 24, 4.2],
        [84, 22, 36, 3.6],
      ],
    ),
  ];
};

/** Everything in the abdomen but the pancreas, in painting order. */
export const makeOrgans = (random: Random, trunk: Trunk): readonly Part[] => [
  ...liver(random, trunk),
  ...spleen(random, trunk),
  ...kidney(random, 1),
  ...kidney(random, -1),
  ...smallBowel(random, trunk),
  ...colon(random, trunk),
  ...stomach(random, trunk),
  ...greatVessels(random),
  ...duodenum(random),
];
