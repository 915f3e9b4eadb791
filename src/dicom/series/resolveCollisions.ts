import { FailureError, failed } from "../../domain/failure.ts";
import { attempt } from "./attempt.ts";
import type { Located } from "./describe.ts";
import { type DigestOf, dropCopies, dropLikeCopies } from "./duplicates.ts";
import { splitByMoments } from "./moments.ts";
import { type Groups, isAlone, type Split, splitByInstanceOrder, splitByKeys } from "./splitCollisions.ts";

/** The same digest, for which the pixels of an image are read no more than once. */
export const remembered = <T>(digestOf: DigestOf<T>): DigestOf<T> => {
  if (digestOf === null) return null;
  const known = new Map<T, string>();
  return (image) => {
    const digest = known.get(image) ?? digestOf(image);
    known.set(image, digest);
    return digest;
  };
};

/**
 * Throws ONE_POSITION for images that all lie at one position, TOO_FEW_SLICES for those that lie at too few: they are
 * no stacks of a slice or two each, but what watches a bolus come or an organ move (G12, S8).
 */
export const requirePositions = (groups: Groups<Located>, minSlices: number): void => {
  const images = groups.flat();
  if (groups.length === images.length) return;
  const details = {
    images: images.length,
    positions: groups.length,
    sopInstanceUids: [...new Set(images.map(({ sopInstanceUid }) => sopInstanceUid))].sort(),
  };
  if (groups.length === 1)
    throw failed(
      "ONE_POSITION",
      `All ${images.length} images lie at one position, as in bolus tracking; they are no stack of slices.`,
      details,
    );
  if (groups.length < minSlices)
    throw failed(
      "TOO_FEW_SLICES",
      `${images.length} images lie at ${groups.length} positions; slices at ${minSlices} at least are needed.`,
      { slices: groups.length, minSlices, ...details },
    );
};

/**
 * What images that share positions are: several volumes, or one with copies, which `whole` is without (G11, G12); null
 * where nothing tells.
 */
export const resolveCollisions = <T extends Located>(
  groups: Groups<T>,
  digestOf: DigestOf<T>,
): { readonly split: Split<T>; readonly isLastResort: boolean } | { readonly whole: readonly T[] } | null => {
  // Headers first: pixels cannot tell the empty end slices of two phases from copies.
  const byHeaders = splitByKeys(groups);
  if (byHeaders !== null) return { split: byHeaders, isLastResort: false };
  const unlike = groups.map((group) => dropLikeCopies(group, digestOf));
  const byKeys = splitByKeys(unlike);
  if (byKeys !== null) return { split: byKeys, isLastResort: false };
  // Acquisitions that overlap in part share some positions and not others, and have no rank at most of them.
  const byMoments = attempt(() => splitByMoments(unlike));
  if (byMoments !== null && !(byMoments instanceof FailureError))
    return { split: byMoments, isLastResort: false };
  const single = groups.map((group) => dropCopies(group, digestOf));
  if (isAlone(single)) return { whole: single.flat() };
  const byOrder = splitByInstanceOrder(groups) ?? splitByInstanceOrder(unlike);
  return byOrder && { split: byOrder, isLastResort: true };
};
