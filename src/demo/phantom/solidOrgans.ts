import { near, type Part, part, tubes, within } from "./part.ts";
import type { Random } from "./random.ts";
import { ellipsoid, grow, type Knot, type Point, type Solid, subtract, tube, union } from "./shapes.ts";
import type { Trunk } from "./trunk.ts";

const sized = (random: Random, [x, y, z]: Point): Point => {
  const factor = random.between(0.92, 1.08);
  return [x * factor, y * factor, z * factor];
};

const hepaticVeins: readonly (readonly Knot[])[] = [
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
];

const portalBranches: readonly (readonly Knot[])[] = [
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
];

const gallbladderLine: readonly Knot[] = [
  [-46, -48, 10, 9],
  [-50, -54, -8, 14],
  [-50, -56, -20, 12],
];

const gallbladder = (shrinkMm: number): Solid =>
  union(tube(gallbladderLine.map(([x, y, z, r]): Knot => [x, y, z, r - shrinkMm])));

/** The liver with its veins, and the gallbladder. */
export const liver = (random: Random, trunk: Trunk): readonly Part[] => {
  const right = ellipsoid(near(random, [-72, 0, 32], 4), sized(random, [66, 84, 78]));
  const left = ellipsoid(near(random, [-8, -50, 52], 4), sized(random, [66, 34, 36]));
  const caudate = ellipsoid([-24, -6, 48], [14, 15, 22]);
  const solid = within(trunk, union([right, left, caudate], 14));
  return [
    part("liver", solid),
    ...tubes("vein", ...hepaticVeins),
    ...tubes("portalVein", ...portalBranches),
    part("wall", gallbladder(0)),
    part("gallbladder", gallbladder(2)),
  ];
};

export const spleen = (random: Random, trunk: Trunk): readonly Part[] => {
  const bulk = ellipsoid(near(random, [99, 30, 46], 4), sized(random, [40, 56, 58]));
  return [part("spleen", within(trunk, subtract(bulk, ellipsoid([46, 0, 45], [48, 50, 72]))))];
};

/** A kidney in its fat, with the adrenal gland on it. */
export const kidney = (random: Random, side: 1 | -1): readonly Part[] => {
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
