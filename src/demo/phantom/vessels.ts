import { type Part, tubes } from "./part.ts";
import type { Random } from "./random.ts";
import type { Knot } from "./shapes.ts";

type Line = readonly Knot[];

const aorta = (radius: number): Line => [
  [8, 20, 140, radius + 1],
  [8, 17, 60, radius],
  [10, 15, -10, radius],
  [9, 17, -90, radius - 1],
  [9, 17, -150, radius - 1],
];

const celiacAndHepaticArtery: Line = [
  [9, 12, 14, 4],
  [9, -6, 16, 3.6],
  [-8, -12, 20, 2.6],
  [-30, -18, 20, 2.2],
];

const splenicArtery: Line = [
  [9, -6, 16, 3.2],
  [36, -10, 22, 2.6],
  [76, 18, 38, 2.4],
];

const superiorMesentericArtery: Line = [
  [9, 10, 2, 4.2],
  [8, -8, -8, 3.8],
  [4, -20, -40, 3.6],
  [0, -30, -100, 3],
];

const leftRenalArtery: Line = [
  [12, 16, -10, 3.2],
  [42, 38, -11, 3],
];

const rightRenalArtery: Line = [
  [6, 16, -14, 3.2],
  [-20, 24, -20, 3],
  [-42, 38, -23, 2.8],
];

const cava: Line = [
  [-20, 8, 90, 13],
  [-22, 12, 40, 12],
  [-23, 15, -20, 11],
  [-22, 18, -150, 11],
];

const leftRenalVein: Line = [
  [-20, 12, -16, 5],
  [10, 1, -16, 4.4],
  [40, 30, -12, 5],
];

const rightRenalVein: Line = [
  [-24, 14, -20, 5],
  [-44, 36, -24, 5],
];

const mesentericAndPortalVein: Line = [
  [-8, -36, -120, 5],
  [-9, -22, -50, 6],
  [-11, -17, -12, 6.5],
  [-20, -17, 4, 7],
  [-34, -16, 16, 7],
];

const splenicVein: Line = [
  [-12, -17, -8, 5.5],
  [14, -22, 2, 4.6],
  [40, -12, 10, 4.5],
  [64, 8, 24, 4.2],
  [84, 22, 36, 3.6],
];

/** Aorta and cava with the branches that pass the pancreas, and the portal vein with its tributaries. */
export const greatVessels = (random: Random): readonly Part[] => [
  ...tubes(
    "artery",
    aorta(random.between(8.5, 11)),
    celiacAndHepaticArtery,
    splenicArtery,
    superiorMesentericArtery,
    leftRenalArtery,
    rightRenalArtery,
  ),
  ...tubes("vein", cava, leftRenalVein, rightRenalVein),
  ...tubes("portalVein", mesentericAndPortalVein, splenicVein),
];
