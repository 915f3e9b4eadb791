import { type Part, part } from "./part.ts";
import type { Random } from "./random.ts";
import { column, curve, grow, type Knot, tube, union } from "./shapes.ts";
import type { Trunk } from "./trunk.ts";

const spineY = 46;
const vertebraPitchMm = 36;
const discMm = 9;

const vertebra = (z: number): readonly Part[] => {
  const middle = z + (vertebraPitchMm - discMm) / 2;
  const ends = [z, z + vertebraPitchMm - discMm] as const;
  const arch = [-1, 1].flatMap((side) => [
    ...tube([
      [13 * side, spineY + 13, middle + 4, 5],
      [16 * side, spineY + 26, middle, 4.5],
      [side, spineY + 38, middle - 6, 4],
    ]),
    ...tube([
      [16 * side, spineY + 24, middle + 2, 4],
      [40 * side, spineY + 30, middle + 3, 3],
    ]),
  ]);
  const spinous = tube([
    [0, spineY + 36, middle - 6, 4],
    [0, spineY + 56, middle - 12, 4],
  ]);
  return [
    part("cortex", column([0, spineY], [23, 17], ends)),
    part("marrow", column([0, spineY], [21, 15], [z + 1.5, ends[1] - 1.5])),
    ...[...arch, ...spinous].flatMap((solid) => [part("cortex", solid), part("marrow", grow(solid, -2))]),
  ];
};

/** A rib runs in the wall from the spine outwards, forwards and down. */
const rib = (trunk: Trunk, side: 1 | -1, z: number): readonly Part[] => {
  const [wide, deep] = [trunk.halfWidth, trunk.halfDepth];
  const inset = (wide - 134) / wide;
  const line: readonly Knot[] = [
    [0.2 * wide, 0.66 * deep, z, 5],
    [0.62 * wide * (1 - inset * 0.4), 0.7 * deep, z - 6, 5],
    [134, 0.2 * deep, z - 26, 5],
    [128, -0.25 * deep, z - 42, 5],
    [100, -0.62 * deep, z - 52, 4.5],
  ];
  const knots = curve(line, 3).map(([x, y, s, r]): Knot => [side * x, y, s, r]);
  return tube(knots).flatMap((solid) => [part("cortex", solid), part("marrow", grow(solid, -2.2))]);
};

/** Spine with discs and canal, the muscles around it, and the lower ribs, in painting order. */
export const makeSkeleton = (
  random: Random,
  trunk: Trunk,
  [low, high]: readonly [number, number],
): readonly Part[] => {
  const phase = random.between(0, vertebraPitchMm);
  const first = low - vertebraPitchMm - phase;
  const levels = Array.from(
    { length: Math.ceil((high - first) / vertebraPitchMm) + 1 },
    (_, n) => first + n * vertebraPitchMm,
  );
  const all = [low - 40, high + 40] as const;
  const beside = [-1, 1].flatMap((side) => [
    part("muscle", column([33 * side, spineY + 36], [29, 21], all)),
    part("muscle", column([62 * side, spineY + 31], [20, 11], all)),
    part(
      "muscle",
      union(
        tube([
          [28 * side, spineY, 5, 7],
          [36 * side, spineY + 1, -40, 15],
          [44 * side, spineY - 3, -130, 21],
        ]),
      ),
    ),
    // Crura of the diaphragm.
    part(
      "muscle",
      union(
        tube([
          [15 * side, 22, -35, 3],
          [17 * side, 12, 20, 5],
          [22 * side, 4, 70, 4],
        ]),
      ),
    ),
  ]);
  return [
    ...beside,
    part("disc", column([0, spineY], [22.5, 16.5], all)),
    ...levels.flatMap(vertebra),
    part("csf", column([0, spineY + 25], [10.5, 8], all)),
    part("cord", column([0, spineY + 26], [4.5, 3.5], [10, all[1]])),
    ...([1, -1] as const).flatMap((side) =>
      [-15, 12, 39, 66, 93, 120, 147].flatMap((z) => rib(trunk, side, z + phase / 3)),
    ),
  ];
};
