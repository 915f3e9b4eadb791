import type { Mask } from "../domain/grid.ts";
import { type Overlap, overlapOf } from "./overlap.ts";
import { type SurfaceDistances, surfaceDistances } from "./surfaceDistances.ts";
import { surfelAgreement } from "./surfelAgreement.ts";

/** One row of a cohort's table. */
export type CaseAgreement = Overlap &
  SurfaceDistances & {
    /** 95 % Hausdorff distance by surface area, mm (DeepMind's); not the same as `hd95Mm`. */
    readonly robustHd95Mm: number | null;
    /** Share of both surfaces within the tolerance, 0…1. */
    readonly surfaceDice: number;
    readonly toleranceMm: number;
  };

/**
 * All agreement of a predicted mask with its reference ("first" and "second" of `emptyMask`), as `overlapOf`,
 * `surfaceDistances` and `surfelAgreement` define it. Throws USAGE for different grids or a negative tolerance.
 */
export const assessCase = (predicted: Mask, reference: Mask, toleranceMm: number): CaseAgreement => {
  const { robustHd95Mm, surfaceDice } = surfelAgreement(predicted, reference, toleranceMm);
  return {
    ...overlapOf(predicted, reference),
    ...surfaceDistances(predicted, reference),
    robustHd95Mm,
    surfaceDice,
    toleranceMm,
  };
};
