import { alike } from "./alike.ts";
import type { Located } from "./describe.ts";
import { heightsAlong } from "./positions.ts";
import type { Placed, Share } from "./shares.ts";
import { compare, labelsOf, numbered, type Value } from "./splitCollisions.ts";
import type { TraitName } from "./traits.ts";

/** A scanner, or the hosts that reconstruct, write times of one acquisition that differ by as much. */
const leastPauseSeconds = 1;

/** The number of the run of times to which an image belongs: runs are parted by the widest pauses. */
const runsOf = (
  images: readonly Located[],
  secondsOf: (image: Located) => number | null,
): ((image: Located) => Value) => {
  const known = images.map(secondsOf);
  const times = [...new Set(known.filter((seconds) => seconds !== null))].toSorted((a, b) => a - b);
  const pauses = times.slice(1).map((seconds, n) => seconds - (times[n] ?? 0));
  const widest = Math.max(0, ...pauses);
  const starts = times.filter((_, n) => n > 0 && (pauses[n - 1] ?? 0) >= widest / 2);
  if (widest <= leastPauseSeconds) return (image) => (secondsOf(image) === null ? null : 1);
  return (image) => {
    const own = secondsOf(image);
    return own === null ? null : 1 + starts.filter((start) => start <= own).length;
  };
};

/** More sweeps along the stack than this are numbers in no order. */
const mostSweeps = 4;

/**
 * The number of the sweep along the stack to which a CT image belongs, as InstanceNumber counts the images: a sweep ends
 * where the count turns back. None where numbers repeat or are in no order.
 */
const sweepsOf = (images: readonly Located[]): ((image: Located) => Value) => {
  const [reference] = images;
  const numbers = images.map(({ modality, traits }) => (modality === "CT" ? traits.instanceNumber : null));
  if (reference === undefined || numbers.includes(null) || new Set(numbers).size < images.length)
    return () => null;
  const heightOf = heightsAlong(reference);
  const counted = images.toSorted((a, b) => (a.traits.instanceNumber ?? 0) - (b.traits.instanceNumber ?? 0));
  const sweeps: Located[][] = [];
  for (const image of counted) {
    const sweep = sweeps.at(-1);
    const [first, second] = (sweep ?? []).map(heightOf);
    const step = heightOf(image) - heightOf(sweep?.at(-1) ?? image);
    const goesOn = second === undefined || first === undefined || step * (second - first) > 0;
    if (sweep !== undefined && goesOn) sweep.push(image);
    else sweeps.push([image]);
  }
  if (sweeps.length > mostSweeps) return () => null;
  return (image) => 1 + sweeps.findIndex((sweep) => sweep.includes(image));
};

const plainOf = (value: unknown): Value => {
  if (value === undefined || value === null) return null;
  return typeof value === "number" ? value : [value].flat().join("+");
};

/** How the values are read that are no single attribute of each image. */
const readers: Readonly<Record<string, (images: readonly Located[]) => (image: Located) => Value>> = {
  AcquisitionTime: (images) => runsOf(images, ({ traits }) => traits.acquisitionSeconds),
  // The images of an MR sequence are computed in any order.
  ContentTime: (images) =>
    runsOf(images, ({ modality, traits }) => (modality === "CT" ? traits.contentSeconds : null)),
  InstanceNumber: sweepsOf,
  DimensionIndexValues:
    () =>
    ({ modality, traits }) =>
      modality === "CT" ? (traits.dimensionIndices[0] ?? null) : null,
  PixelDataCharacteristics:
    () =>
    ({ kept }) =>
      plainOf([kept["ImageType"] ?? []].flat().slice(0, 2)) || null,
};

const readerOf = (name: string, images: readonly Located[]): ((image: Located) => Value) =>
  readers[name]?.(images) ??
  (({ traits, kept }) => (name in traits.values ? traits.values[name as TraitName] : plainOf(kept[name])));

/** What stands for values that are the same, whatever their order. */
const leastOf = (values: readonly Value[]): Value => values.toSorted(compare)[0] ?? null;

/**
 * The images by what one attribute says, those of which it says nothing being of one kind; null where it says the same of
 * all. What people type, and moments of an examination, stand for themselves by a number alone.
 */
export const sharesOf = <T extends Located>(
  name: string,
  isSpoken: boolean,
  placed: readonly Placed<T>[],
): readonly Share<T>[] | null => {
  const read = readerOf(
    name,
    placed.map(({ image }) => image),
  );
  const same = alike(
    name,
    placed.map(({ image }) => read(image)),
  );
  const byValue = Map.groupBy(placed, ({ image }) => same(read(image)));
  if (byValue.size < 2) return null;
  const groups = [...byValue.values()]
    .map((own) => ({ value: leastOf(own.map(({ image }) => read(image))), own }))
    .toSorted((a, b) => compare(a.value, b.value));
  const values = groups.map(({ value }) => value);
  const labels = isSpoken ? labelsOf(values) : numbered(values);
  return groups.map(({ value, own }, n) => ({
    value: labels[n] ?? "",
    isStated: value !== null,
    placed: own,
  }));
};
