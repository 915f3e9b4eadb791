import { mapZyx, type Zyx } from "../domain/axes.ts";
import type { Grid } from "../domain/grid.ts";

/** Finer than any scanner, and half the height of a pancreas. */
export const spacingLimitsMm = { least: 0.001, most: 100 } as const;
/** Longer than anybody, and than any field of view. */
const longestMm = 3000;
/** No table travels so far from its origin. */
export const farthestMm = 100_000;

export type GridFault = { readonly sentence: string; readonly details: Readonly<Record<string, unknown>> };

const words = (values: Zyx<number>, digits: number): string =>
  values.map((value) => String(Number(value.toPrecision(digits)))).join(" × ");

/** Why a grid cannot be that of an image of a patient, with the numbers in mm; null where it can. Written (z,y,x). */
export const gridFault = ({ shape, spacingMm, originLps }: Grid): GridFault | null => {
  const extentMm = mapZyx(spacingMm, (mm, axis) => mm * shape[axis]);
  const { least, most } = spacingLimitsMm;
  if (!spacingMm.every((mm) => mm >= least && mm <= most))
    return {
      sentence: `Voxels of ${words(spacingMm, 4)} mm are no image of a patient: ${least} to ${most} mm are.`,
      details: { spacingMm, leastMm: least, mostMm: most },
    };
  if (!extentMm.every((mm) => mm <= longestMm))
    return {
      sentence: `The volume would be ${words(extentMm, 4)} mm large; no image of a patient is longer than ${longestMm} mm.`,
      details: { extentMm, longestMm },
    };
  if (!originLps.every((mm) => Math.abs(mm) <= farthestMm))
    return {
      sentence: `The first voxel lies at ${originLps.map((mm) => Number(mm.toPrecision(4))).join(", ")} mm; no scanner reaches beyond ${farthestMm} mm.`,
      details: { originLps, farthestMm },
    };
  return null;
};
