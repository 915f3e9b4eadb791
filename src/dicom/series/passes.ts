import type { Located } from "./describe.ts";
import { closeWithin } from "./spacing.ts";

/** Centres further apart than this many thicknesses leave gaps that no protocol of the abdomen has. */
const widestGap = 1.5;
/**
 * Slices of one 2-D acquisition lie beside each other; those that are closer than this many thicknesses were taken
 * twice.
 */
const closestGap = 0.75;
/** MR images that were all taken within one held breath are of one moment, whatever the order of their slices. */
const breathHoldSeconds = 20;

/** The thickest slice of all, mm; null where no header says. */
export const thickestMm = (images: readonly Located[]): number | null =>
  images.reduce<number | null>((most, { slice: { sliceThicknessMm: own } }) => {
    if (own === null || !(own > 0)) return most;
    return Math.max(own, most ?? own);
  }, null);

/**
 * The largest distance within one stack, and that of all positions together, null where they lie at no even ones; mm.
 */
export type Distances = { readonly aloneMm: number; readonly togetherMm: number | null };

/**
 * What the slices themselves tell of stacks that lie between each other's positions: whether they are passes over one
 * volume, as MR makes them (concatenations, packages, odd and even slices), or several volumes. Where each stack by
 * itself has its slices side by side there are several; where only all of them together have, there is one.
 */
export const judgePasses = (
  images: readonly Located[],
  { aloneMm, togetherMm }: Distances,
): "several" | "one" | "unknown" => {
  const [first] = images;
  const stated = Math.abs(first?.slice.spacingBetweenSlicesMm ?? 0);
  const thicknessMm = thickestMm(images) ?? 0;
  if (stated > 0 && closeWithin(stated, aloneMm)) return "several";
  // CT takes its slices one after the other: only MR passes several times over one volume.
  const mayPassTwice = first?.modality === "MR" && togetherMm !== null;
  if (mayPassTwice && stated > 0 && closeWithin(stated, togetherMm)) return "one";
  if (thicknessMm > 0 && aloneMm <= widestGap * thicknessMm) return "several";
  if (mayPassTwice && thicknessMm > 0 && togetherMm >= closestGap * thicknessMm) return "one";
  const times = images.map(({ traits }) => traits.acquisitionSeconds ?? Number.NaN);
  const lastedSeconds = Math.max(...times) - Math.min(...times);
  return mayPassTwice && lastedSeconds <= breathHoldSeconds ? "one" : "unknown";
};
