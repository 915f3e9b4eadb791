import type { Lps } from "../../domain/axes.ts";
import { cross, dot } from "../../geometry/vector.ts";
import type { Located } from "./describe.ts";
import type { Slice } from "./slice.ts";

export const normalOf = ({ alongRow, alongColumn }: Slice): Lps => cross(alongRow, alongColumn);

/** Position of images of one orientation along the normal of the reference, mm. */
export const heightsAlong = (reference: Located): ((image: Located) => number) => {
  const normal = normalOf(reference.slice);
  return ({ slice }) => dot(slice.positionLps, normal);
};

/** Rounding of decimal strings: closer along the normal than any scanner reconstructs. */
const leastSamePositionMm = 0.01;
/** Images of one position never lie further apart than this, however thick the slices are. */
export const mostSamePositionMm = 0.1;

/**
 * Within how many mm images lie at one position: 1 % of the distance of the slices (S1). Time points whose headers are
 * rounded otherwise stray by some hundredths of a millimetre, which is nothing at 7 mm and a slice at 0.1 mm.
 */
export const samePositionMm = (ascendingMm: readonly number[]): number => {
  const gaps = ascendingMm.slice(1).map((mm, n) => mm - (ascendingMm[n] ?? mm));
  const slicesMm = gaps.filter((gap) => gap > mostSamePositionMm);
  const smallest = slicesMm.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(smallest)) return leastSamePositionMm;
  return Math.max(leastSamePositionMm, Math.min(mostSamePositionMm, 0.01 * smallest));
};
