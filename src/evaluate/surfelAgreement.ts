import { mapZyx, type Zyx } from "../domain/axes.ts";
import { failed } from "../domain/failure.ts";
import type { Mask } from "../domain/grid.ts";
import { cropMask, unionBox } from "./crop.ts";
import { distancesMm } from "./distancesMm.ts";
import { requireSameGrid } from "./requireSameGrid.ts";
import { type EmptyMask, emptyOne } from "./surfaceDistances.ts";
import { surfelAreasMm2 } from "./surfelAreas.ts";

export type SurfelAgreement = {
  readonly robustHd95Mm: number | null;
  readonly surfaceDice: number;
  readonly emptyMask: EmptyMask;
};

/** Neighbour code of every cube of eight voxels, whose corner is the voxel with the lowest indices. */
const neighbourCodes = (mask: Uint8Array, shape: Zyx<number>): Uint8Array => {
  const [depth, height, width] = shape;
  const plane = height * width;
  const codes = new Uint8Array(mask.length);
  // The mask has a margin of zeros, so every marked voxel has all eight cubes around it inside the array.
  for (let at = plane + width + 1; at < (depth - 1) * plane; at++) {
    if (mask[at] === 0) continue;
    for (let bit = 0; bit < 8; bit++) {
      const cube = at - (bit >> 2) * plane - ((bit >> 1) & 1) * width - (bit & 1);
      codes[cube] = (codes[cube] as number) | (1 << bit);
    }
  }
  return codes;
};

type Surfels = { readonly marks: Uint8Array; readonly areasMm2: Float64Array };

const surfelsOf = (mask: Uint8Array, shape: Zyx<number>, areaOfCode: Float64Array): Surfels => {
  const codes = neighbourCodes(mask, shape);
  const marks = codes.map((code) => (code !== 0 && code !== 255 ? 1 : 0));
  const areasMm2 = new Float64Array(marks.reduce((count, mark) => count + mark, 0));
  let found = 0;
  for (const code of codes) if (code !== 0 && code !== 255) areasMm2[found++] = areaOfCode[code] as number;
  return { marks, areasMm2 };
};

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** Smallest distance that holds the fraction of the area. */
const weightedPercentile = (distances: Float64Array, areas: Float64Array, fraction: number): number => {
  const order = Uint32Array.from(distances.keys()).sort(
    (i, j) => (distances[i] as number) - (distances[j] as number),
  );
  const total = sum(areas);
  let cumulated = 0;
  for (const i of order) {
    cumulated += areas[i] as number;
    if (cumulated / total >= fraction) return distances[i] as number;
  }
  return distances[order.at(-1) as number] as number;
};

const areaWithin = (distances: Float64Array, areas: Float64Array, toleranceMm: number): number => {
  let area = 0;
  for (let i = 0; i < distances.length; i++)
    if ((distances[i] as number) <= toleranceMm) area += areas[i] as number;
  return area;
};

/**
 * Agreement of the surfaces of two masks on one regular grid, by surface elements ("surfels"). A surfel sits in the middle
 * of every cube of eight voxels that is neither empty nor full, weighs its marching-cubes area (`surfelAreasMm2`), and its
 * distance is that to the nearest surfel of the other mask. Beyond the array lies background, so a mask is closed there.
 * `robustHd95Mm`: for each direction the smallest distance that holds 95 % of the area, then the larger of the two.
 * `surfaceDice`: area of both surfaces that lies within `toleranceMm` (inclusive) of the other, over the area of both, 0…1.
 * One mask empty: null and 0; both empty: 0 and 1. Throws USAGE for different grids or a negative tolerance.
 * Source: Nikolov et al. 2018, https://arxiv.org/abs/1809.04430; DeepMind's surface-distance 0.1
 * (`compute_robust_hausdorff`, `compute_surface_dice_at_tolerance`), which answers infinity and NaN for empty masks.
 */
export const surfelAgreement = (first: Mask, second: Mask, toleranceMm: number): SurfelAgreement => {
  requireSameGrid(first, second);
  if (!(toleranceMm >= 0)) throw failed("USAGE", `A tolerance of ${toleranceMm} mm has no meaning.`);
  const box = unionBox(first, second);
  if (box === null) return { robustHd95Mm: 0, surfaceDice: 1, emptyMask: "both" };
  const [inFirst, inSecond] = [cropMask(first, box, 1), cropMask(second, box, 1)];
  const emptyMask = emptyOne(inFirst, inSecond);
  if (emptyMask !== "none") return { robustHd95Mm: null, surfaceDice: 0, emptyMask };
  const shape = mapZyx(box.shape, (length) => length + 2);
  const { spacingMm } = first.grid;
  const areaOfCode = surfelAreasMm2(spacingMm);
  const a = surfelsOf(inFirst, shape, areaOfCode);
  const b = surfelsOf(inSecond, shape, areaOfCode);
  const there = distancesMm(a.marks, b.marks, shape, spacingMm);
  const back = distancesMm(b.marks, a.marks, shape, spacingMm);
  const within = areaWithin(there, a.areasMm2, toleranceMm) + areaWithin(back, b.areasMm2, toleranceMm);
  return {
    robustHd95Mm: Math.max(
      weightedPercentile(there, a.areasMm2, 0.95),
      weightedPercentile(back, b.areasMm2, 0.95),
    ),
    surfaceDice: within / (sum(a.areasMm2) + sum(b.areasMm2)),
    emptyMask,
  };
};
