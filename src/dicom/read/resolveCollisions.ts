import type { Located } from "./describe.ts";
import { type DigestOf, dropCopies, dropLikeCopies } from "./duplicates.ts";
import { type Split, splitByInstanceOrder, splitByKeys } from "./splitCollisions.ts";

/** Images at one position each, in ascending order of the positions. */
type Groups<T> = readonly (readonly T[])[];

/** Whether every position has one image. */
export const isAlone = <T>(groups: Groups<T>): boolean => groups.every(({ length }) => length === 1);

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
  const single = groups.map((group) => dropCopies(group, digestOf));
  if (isAlone(single)) return { whole: single.flat() };
  const byOrder = splitByInstanceOrder(groups) ?? splitByInstanceOrder(unlike);
  return byOrder && { split: byOrder, isLastResort: true };
};
