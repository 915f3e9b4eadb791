import type { Located } from "./describe.ts";
import { traitNames } from "./traits.ts";

/** Images of one orientation at one position, in ascending order of the positions. */
type Groups<T> = readonly (readonly T[])[];

/** One of the volumes that share their positions: one image for each, in ascending order. */
export type Sharer<T> = { readonly value: string; readonly images: readonly T[] };

export type Split<T> = { readonly key: string; readonly sharers: readonly Sharer<T>[] };

/** An image for each position from every group of `rank`, or null where a position has another number. */
const byRank = <T>(
  groups: Groups<T>,
  rankOf: (image: T, group: readonly T[]) => number,
): readonly T[][] | null => {
  const count = groups[0]?.length ?? 0;
  if (count < 2 || groups.some(({ length }) => length !== count)) return null;
  const ranks = Array.from({ length: count }, (): T[] => []);
  for (const group of groups) {
    for (const image of group) {
      const rank = rankOf(image, group);
      ranks[rank]?.push(image);
    }
  }
  return ranks.every(({ length }) => length === groups.length) ? ranks : null;
};

type Value = string | number | null;

const compare = (a: Value, b: Value): number =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : a === b ? 0 : 1;

const safe = (value: Value): string =>
  String(value)
    .replace(/[^\w.+-]/g, "_")
    .slice(0, 32);

/** By the equal values of one attribute: each value once at every position. */
const byValue = <T extends Located>(
  groups: Groups<T>,
  key: string,
  readValue: (image: T) => Value,
): Split<T> | null => {
  const values = [...new Set(groups.flat().map(readValue))].toSorted(compare);
  if (values.length < 2) return null;
  const ranks = byRank(groups, (image) => values.indexOf(readValue(image)));
  if (ranks === null || ranks.length !== values.length) return null;
  return { key, sharers: ranks.map((images, rank) => ({ value: safe(values[rank] ?? ""), images })) };
};

/** By a quantity that never overlaps between volumes, such as a time that runs on from the first volume to the next. */
const byOrder = <T extends Located>(
  groups: Groups<T>,
  key: string,
  orderOf: (image: T) => number | null,
): Split<T> | null => {
  if (groups.flat().some((image) => orderOf(image) === null)) return null;
  const order = (image: T): number => orderOf(image) ?? 0;
  const ranks = byRank(groups, (image, group) => group.filter((other) => order(other) < order(image)).length);
  if (ranks === null) return null;
  const ends = ranks.map(
    (images) => [Math.min(...images.map(order)), Math.max(...images.map(order))] as const,
  );
  const isApart = ends.every(([least], rank) => rank === 0 || least > (ends[rank - 1]?.[1] ?? 0));
  if (!isApart) return null;
  return { key, sharers: ranks.map((images, rank) => ({ value: String(rank + 1), images })) };
};

/** By turns: the images of each position follow each other, first all of the first position. */
const byTurns = <T extends Located>(
  groups: Groups<T>,
  key: string,
  orderOf: (image: T) => number,
): Split<T> | null => {
  const sorted = groups.flat().toSorted((a, b) => orderOf(a) - orderOf(b));
  const place = new Map(sorted.map((image, index) => [image, index]));
  const isRun = (group: readonly T[]): boolean => {
    const places = group.map((image) => place.get(image) ?? 0);
    return Math.max(...places) - Math.min(...places) === group.length - 1;
  };
  if (!groups.every(isRun)) return null;
  const ranks = byRank(
    groups,
    (image, group) => group.filter((other) => orderOf(other) < orderOf(image)).length,
  );
  return ranks && { key, sharers: ranks.map((images, rank) => ({ value: String(rank + 1), images })) };
};

/** Object after object, frame after frame; null where the objects have no numbers of their own. */
const running = (groups: Groups<Located>): ((image: Located) => number) | null => {
  const images = groups.flat();
  const numbers = images.map(({ traits, frameNumber }) =>
    traits.instanceNumber === null ? null : traits.instanceNumber * 2 ** 20 + (frameNumber ?? 0),
  );
  if (numbers.includes(null) || new Set(numbers).size !== numbers.length) return null;
  return ({ traits, frameNumber }) => (traits.instanceNumber ?? 0) * 2 ** 20 + (frameNumber ?? 0);
};

export const instanceOrderKey = "InstanceOrder";

/**
 * The volumes that lie at the same positions, by the first attribute whose values, or the first order whose stretches,
 * give each position one image of every volume; null where none does. The order in which images were numbered is the
 * last resort.
 */
export const splitCollisions = <T extends Located>(groups: Groups<T>): Split<T> | null => {
  for (const name of traitNames) {
    const split = byValue(groups, name, ({ traits }) => traits.values[name]);
    if (split !== null) return split;
  }
  const byTime =
    byOrder(groups, "AcquisitionTime", ({ traits }) => traits.acquisitionSeconds) ??
    byOrder(groups, "ContentTime", ({ traits }) => traits.contentSeconds);
  if (byTime !== null) return byTime;
  const order = running(groups);
  if (order === null) return null;
  return byOrder(groups, instanceOrderKey, order) ?? byTurns(groups, instanceOrderKey, order);
};
