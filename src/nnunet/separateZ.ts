import type { Zyx } from "../domain/axes.ts";

/** Spacings that differ by more than this factor are resampled slice by slice (nnU-Net v1 `RESAMPLING_SEPARATE_Z_ANISO_THRESHOLD`). */
const ANISOTROPY_THRESHOLD = 3;

const isAnisotropic = (spacingMm: Zyx<number>): boolean =>
  Math.max(...spacingMm) / Math.min(...spacingMm) > ANISOTROPY_THRESHOLD;

/** The one coarsest axis; null where two or three share the coarsest spacing. */
const coarsestAxis = (spacingMm: Zyx<number>): number | null => {
  const coarsest = Math.max(...spacingMm);
  const axis = spacingMm.indexOf(coarsest);
  return axis === spacingMm.lastIndexOf(coarsest) ? axis : null;
};

/**
 * The axis across which slices are resampled one by one, or null for resampling in three dimensions at once.
 * `original` decides before `target`; `force` overrides both. nnU-Net v1 `resample_patient`, `get_do_separate_z`.
 */
export const separateAxis = (
  force: boolean | null,
  originalMm: Zyx<number>,
  targetMm: Zyx<number>,
): number | null => {
  if (force !== null) return force ? coarsestAxis(originalMm) : null;
  if (isAnisotropic(originalMm)) return coarsestAxis(originalMm);
  return isAnisotropic(targetMm) ? coarsestAxis(targetMm) : null;
};
