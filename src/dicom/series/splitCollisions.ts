import { alike } from "./alike.ts";
import type { Located } from "./describe.ts";
import { traitNames } from "./traits.ts";

type Keys = Readonly<Record<string, string>>;

/** Images of one orientation at one position, in ascending order of the positions. */
export type Groups<T> = readonly (readonly T[])[];

/** Whether every position has one image. */
export const isAlone = <T>(groups: Groups<T>): boolean => groups.every(({ length }) => length === 1);

/** One of the volumes that share their positions: one image for each, in ascending order. */
export type Sharer<T> = { readonly keys: Keys; readonly images: readonly T[] };

export type Split<T> = readonly Sharer<T>[];

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

export type Value = string | number | null;

/** Ascending; numbers before texts. */
export const compare = (a: Value, b: Value): number =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : a === b ? 0 : 1;

/** A value as it may stand in a name: header text is neither long nor markup there. */
const safe = (value: Value): string =>
  String(value ?? "none")
    .replace(/[^\w.+-]/g, "_")
    .slice(0, 32);

/** What stands for different values in names, in their order: numbers where the names of two would be the same. */
export const labelsOf = (values: readonly Value[]): readonly string[] => {
  const labels = values.map(safe);
  return new Set(labels).size === labels.length ? labels : numbered(values);
};

export const numbered = (values: readonly unknown[]): readonly string[] =>
  values.map((_, n) => String(n + 1));

/** By the equal values of one attribute, or those that are equal but for noise: each value once at every position. */
const byValue = <T extends Located>(
  groups: Groups<T>,
  key: string,
  readValue: (image: T) => Value,
): Split<T> | null =>
  byEqual(groups, key, readValue) ?? byEqual(groups, key, withoutNoise(groups, key, readValue));

const withoutNoise = <T>(
  groups: Groups<T>,
  key: string,
  readValue: (image: T) => Value,
): ((image: T) => Value) => {
  const same = alike(key, groups.flat().map(readValue));
  return (image) => same(readValue(image));
};

const byEqual = <T extends Located>(
  groups: Groups<T>,
  key: string,
  readValue: (image: T) => Value,
): Split<T> | null => {
  const values = [...new Set(groups.flat().map(readValue))].toSorted(compare);
  if (values.length < 2) return null;
  const ranks = byRank(groups, (image) => values.indexOf(readValue(image)));
  if (ranks === null || ranks.length !== values.length) return null;
  const labels = labelsOf(values);
  return ranks.map((images, rank) => ({ keys: { [key]: labels[rank] ?? "" }, images }));
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
  return ranks.map((images, rank) => ({ keys: { [key]: String(rank + 1) }, images }));
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
  return ranks?.map((images, rank) => ({ keys: { [key]: String(rank + 1) }, images })) ?? null;
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

/** By what frames of one object are numbered by: that of their positions repeats nowhere, and so splits nothing. */
const byDimension = <T extends Located>(groups: Groups<T>): Split<T> | null => {
  const dimensions = Math.max(0, ...groups.flat().map(({ traits }) => traits.dimensionIndices.length));
  for (let n = 0; n < dimensions; n++) {
    const split = byValue(
      groups,
      `DimensionIndex${n + 1}`,
      ({ traits }) => traits.dimensionIndices[n] ?? null,
    );
    if (split !== null) return split;
  }
  return null;
};

/** By the first attribute whose values, or the first time whose stretches, fit. */
const byOneKey = <T extends Located>(groups: Groups<T>): Split<T> | null => {
  for (const name of traitNames) {
    const split = byValue(groups, name, ({ traits }) => traits.values[name]);
    if (split !== null) return split;
  }
  return (
    byOrder(groups, "AcquisitionTime", ({ traits }) => traits.acquisitionSeconds) ??
    byOrder(groups, "ContentTime", ({ traits }) => traits.contentSeconds) ??
    byDimension(groups)
  );
};

/** The images of each value of an attribute that every position has; null where it is no such attribute. */
const byShares = <T>(groups: Groups<T>, readValue: (image: T) => Value) => {
  const values = [...new Set(groups.flat().map(readValue))].toSorted(compare);
  if (values.length < 2) return null;
  const labels = labelsOf(values);
  const shares = values.map((value, n) => ({
    value: labels[n] ?? "",
    groups: groups.map((group) => group.filter((image) => readValue(image) === value)),
  }));
  return shares.every((share) => share.groups.every(({ length }) => length > 0)) ? shares : null;
};

const keyNames = <T>(split: Split<T>): string => Object.keys(split[0]?.keys ?? {}).join();

/** By two keys, such as echoes at several times: each value of the first splits by one and the same second. */
const byTwoKeys = <T extends Located>(groups: Groups<T>): Split<T> | null => {
  for (const name of traitNames) {
    const readValue = ({ traits }: T): Value => traits.values[name];
    const shares = byShares(groups, readValue) ?? byShares(groups, withoutNoise(groups, name, readValue));
    const splits = shares?.map((share) => ({ ...share, split: byOneKey(share.groups) })) ?? [];
    const [first] = splits;
    const isWhole = splits.every(
      ({ split }) => split !== null && keyNames(split) === keyNames(first?.split ?? []),
    );
    if (first === undefined || !isWhole) continue;
    return splits.flatMap(({ value, split }) =>
      (split ?? []).map(({ keys, images }) => ({ keys: { [name]: value, ...keys }, images })),
    );
  }
  return null;
};

/**
 * The volumes that lie at the same positions, by the first attribute whose values, or the first time whose stretches,
 * give each position one image of every volume, or by two of them; null where nothing does.
 */
export const splitByKeys = <T extends Located>(groups: Groups<T>): Split<T> | null =>
  byOneKey(groups) ?? byTwoKeys(groups);

/** By the order in which the images were numbered: the last resort. */
export const splitByInstanceOrder = <T extends Located>(groups: Groups<T>): Split<T> | null => {
  const order = running(groups);
  if (order === null) return null;
  return byOrder(groups, "InstanceOrder", order) ?? byTurns(groups, "InstanceOrder", order);
};
