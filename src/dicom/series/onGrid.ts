import { FailureError, makeFailure } from "../../domain/failure.ts";
import { cross, dot } from "../../geometry/vector.ts";
import { orientationDifference, orientationTolerance } from "./partition.ts";
import { samePositionMm } from "./positions.ts";
import { leastSlices, spacingOf } from "./shares.ts";
import type { Slice } from "./slice.ts";
import { type Candidate, isPlaced } from "./strays.ts";

type Named = Candidate & { readonly sopInstanceUid: string };

const ascending = (heights: readonly number[]): readonly number[] => heights.toSorted((a, b) => a - b);

const distinct = (heights: readonly number[]): readonly number[] => {
  const sorted = ascending(heights);
  const sameMm = samePositionMm(sorted);
  return sorted.filter((mm, n) => n === 0 || mm - (sorted[n - 1] ?? mm) >= sameMm);
};

/**
 * Refuses a series of which some objects are labelled as no slices, but lie on the grid of the slices, in their gaps or
 * where they end, with their matrix and orientation: without them the stack would have a hole, another distance, or an
 * end that nobody misses. Throws MIXED_ACQUISITIONS.
 */
export const requireNoneOnGrid = (slices: readonly Named[], dropped: readonly Named[]): void => {
  const placed = slices.filter(isPlaced);
  const [reference] = placed;
  if (reference === undefined) return;
  const isLikeIt = (object: Named & { readonly slice: Slice }): boolean =>
    orientationDifference(object.slice, reference.slice) <= orientationTolerance &&
    object.matrix.join() === reference.matrix.join();
  const normal = cross(reference.slice.alongRow, reference.slice.alongColumn);
  const heightOf = ({ slice }: { readonly slice: Slice }): number => dot(slice.positionLps, normal);
  const own = distinct(placed.filter(isLikeIt).map(heightOf));
  const sameMm = samePositionMm(own);
  const others = dropped
    .filter(isPlaced)
    .filter((object) => isLikeIt(object) && own.every((mm) => Math.abs(mm - heightOf(object)) >= sameMm));
  const together = distinct([...own, ...others.map(heightOf)]);
  const togetherMm = spacingOf(together);
  if (others.length === 0 || own.length < leastSlices || togetherMm === null) return;
  const kinds = [...new Set(others.map(({ kind }) => kind))].sort();
  throw new FailureError(
    makeFailure(
      "MIXED_ACQUISITIONS",
      `${others.length} of ${slices.length + dropped.length} objects are labelled as no slices (${kinds.join(", ")}), but are one even stack with the others, ${togetherMm.toFixed(3)} mm apart: without them the stack would lack slices.`,
      { kinds, togetherMm, sopInstanceUids: others.map(({ sopInstanceUid }) => sopInstanceUid).sort() },
      "Send the slices with the ImageType, SOP class and modality of the others, or what is no slice of them as a series of its own.",
    ),
  );
};
