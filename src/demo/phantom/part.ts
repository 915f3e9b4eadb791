import type { Random } from "./random.ts";
import { curve, intersect, type Knot, type Point, type Solid, tube } from "./shapes.ts";
import type { Tissue } from "./tissues.ts";
import type { Trunk } from "./trunk.ts";

/** One solid of one tissue; parts are painted in order, later ones over earlier ones. */
export type Part = { readonly tissue: Tissue; readonly solid: Solid };

export const part = (tissue: Tissue, solid: Solid): Part => ({ tissue, solid });

/** The part of a solid that lies in the abdomen, `gapMm` off its wall. */
export const within = (trunk: Trunk, solid: Solid, gapMm = 2): Solid =>
  intersect(solid, (x, y, z) => Math.max(trunk.cavity(x, y), trunk.diaphragm(x, y, z)) + gapMm);

/** Tubes of one tissue along smooth lines. */
export const tubes = (tissue: Tissue, ...lines: readonly (readonly Knot[])[]): readonly Part[] =>
  lines.flatMap((line) => tube(curve(line, 3)).map((solid) => part(tissue, solid)));

export const near = (random: Random, [x, y, z]: Point, mm: number): Point => [
  x + random.between(-mm, mm),
  y + random.between(-mm, mm),
  z + random.between(-mm, mm),
];
