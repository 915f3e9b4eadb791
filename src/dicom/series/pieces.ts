import { FailureError, makeFailure } from "../../domain/failure.ts";
import { dot } from "../../geometry/vector.ts";
import type { Located } from "./describe.ts";
import type { Partition } from "./partition.ts";
import { judgePasses } from "./passes.ts";
import { heightsAlong, normalOf, samePositionMm } from "./positions.ts";
import { leastSlices, pairsOf, spacingOf } from "./shares.ts";

/** A partition, with why it is no volume whatever its positions are. */
type Judged<T> = Partition<T> & { readonly failure: FailureError | null };

/** Cosine of some degrees: closer directions are noise, or another stack that is hardly turned. */
const parallelCosine = 0.999;

/** Whether images of one modality lie in parallel planes: others are no pieces of one stack. */
const mayBeOne = (a: Located, b: Located): boolean =>
  a.modality === b.modality && Math.abs(dot(normalOf(a.slice), normalOf(b.slice))) > parallelCosine;

/** Whether parallel planes have rows or columns that point elsewhere: turned or mirrored in the plane. */
const isTurned = ({ slice: a }: Located, { slice: b }: Located): boolean =>
  dot(normalOf(a), normalOf(b)) < 0 || dot(a.alongRow, b.alongRow) < parallelCosine;

/** The attributes by which images are parted, as the standard calls them. */
const attributes: Readonly<Record<string, string>> = {
  SOPClass: "SOPClassUID",
  Matrix: "Rows or Columns",
  FrameOfReference: "FrameOfReferenceUID",
  Orientation: "ImageOrientationPatient",
};

/** The keys in which partitions differ. */
const telling = (partitions: readonly Partition<unknown>[]): readonly string[] => {
  const keys = [...new Set(partitions.flatMap((own) => Object.keys(own.keys)))];
  return keys.filter((key) => new Set(partitions.map((own) => own.keys[key])).size > 1);
};

/** Whether partitions differ in nothing but how their rows and columns are turned. */
const areTurned = (partitions: readonly Partition<Located>[]): boolean => {
  const reference = partitions[0]?.images[0];
  return (
    telling(partitions).join() === "Orientation" &&
    partitions.some(({ images: [first] }) => first && reference && isTurned(first, reference))
  );
};

/** More numbers of images are no news. */
const mostCounts = 4;

const pieces = (partitions: readonly Partition<Located>[], togetherMm: number): FailureError => {
  const images = partitions.flatMap((each) => each.images);
  const slices = partitions.map((each) => each.images.length);
  const counts =
    slices.length > mostCounts
      ? `${Math.min(...slices)} to ${Math.max(...slices)} images each`
      : `${slices.join(" and ")} images`;
  const attribute = telling(partitions)
    .map((key) => attributes[key] ?? key)
    .join(", ");
  const isTurnedStack = areTurned(partitions);
  return new FailureError(
    makeFailure(
      "MIXED_ACQUISITIONS",
      isTurnedStack
        ? `The slices are one even stack, ${togetherMm.toFixed(3)} mm apart, but their rows and columns point in ${partitions.length} ways (${counts}): some are turned or mirrored in their plane.`
        : `The slices are one even stack, ${togetherMm.toFixed(3)} mm apart, in ${partitions.length} pieces that differ in ${attribute} (${counts}): each by itself would lack slices.`,
      {
        attribute,
        slices,
        togetherMm,
        sopInstanceUids: images.map(({ sopInstanceUid }) => sopInstanceUid).sort(),
      },
      isTurnedStack
        ? "Send the series with the rows of all images in one direction."
        : `Send the series with one ${attribute} for all images, or each piece as a series of its own.`,
    ),
  );
};

/** The different positions of images, ascending, mm. */
const placesOf = (images: readonly Located[], heightOf: (image: Located) => number): readonly number[] => {
  const heights = images.map(heightOf).toSorted((a, b) => a - b);
  const sameMm = samePositionMm(heights);
  return heights.filter((mm, n) => n === 0 || mm - (heights[n - 1] ?? mm) >= sameMm);
};

/**
 * Why partitions of parallel planes are no volumes: they are one even stack together, in which each goes on where
 * others end or lies in what they lack. Null where they are none, where they cover the same places, and where each has
 * its slices side by side among the others': then somebody was scanned twice.
 */
const oneStack = <T extends Located>(partitions: readonly Partition<T>[]): FailureError | null => {
  const images = partitions.flatMap((each) => each.images);
  const [reference] = images;
  if (reference === undefined || partitions.length < 2 || images.length < leastSlices) return null;
  const heightOf = heightsAlong(reference);
  const distanceOf = (heights: readonly number[]): number | null =>
    heights.length < leastSlices ? null : spacingOf(heights);
  const places = partitions.map((each) => placesOf(each.images, heightOf));
  const all = placesOf(images, heightOf);
  if (places.flat().length !== all.length) return null;
  const togetherMm = distanceOf(all);
  if (togetherMm === null) return null;
  const alone = places.map(distanceOf);
  const isEachOwn = alone.every((mm) => mm !== null && mm > 1.5 * togetherMm);
  const aloneMm = Math.max(...alone.map((mm) => mm ?? 0));
  if (isEachOwn && judgePasses(images, { aloneMm, togetherMm }) === "several") return null;
  // A lone image beside a stack is left out with a warning, and missed where it leaves a hole.
  const isScrap = places.some(({ length }) => length < leastSlices);
  if (isScrap && !places.every(({ length }) => length < leastSlices) && !areTurned(partitions)) return null;
  return pieces(partitions, togetherMm);
};

/** What joins by twos, in families. */
const joined = <T>(items: readonly T[], areJoined: (a: T, b: T) => boolean): readonly (readonly T[])[] => {
  let families: readonly (readonly T[])[] = items.map((item) => [item]);
  for (const [a, b] of pairsOf(items)) {
    const [p, q] = [a, b].map((item) => families.find((family) => family.includes(item)));
    if (p === undefined || q === undefined || p === q || !areJoined(a, b)) continue;
    families = [...families.filter((family) => family !== p && family !== q), [...p, ...q]];
  }
  return families;
};

const judgeFamily = <T extends Located>(family: readonly Partition<T>[]): readonly Judged<T>[] => {
  const whole = oneStack(family);
  if (whole !== null) return [gathered(family, whole)];
  return joined(family, (a, b) => oneStack([a, b]) !== null).flatMap((own): readonly Judged<T>[] => {
    const failures = pairsOf(own).flatMap((pair) => oneStack(pair) ?? []);
    const failure = oneStack(own) ?? failures[0];
    return failure === undefined ? own.map((each) => ({ ...each, failure: null })) : [gathered(own, failure)];
  });
};

/** Several partitions as one, under the keys that all have. */
const gathered = <T>(family: readonly Partition<T>[], failure: FailureError): Judged<T> => {
  const differing = telling(family);
  return {
    keys: Object.fromEntries(
      Object.entries(family[0]?.keys ?? {}).filter(([key]) => !differing.includes(key)),
    ),
    images: family.flatMap(({ images }) => images),
    failure,
  };
};

/**
 * The partitions, each by itself, but for those that are pieces of one even stack: slices that are stored turned or
 * mirrored in their plane, a table that moved between two frames of reference, a matrix with a row less. Those are one,
 * and refused (MIXED_ACQUISITIONS): each would be a volume with wrong distances, or one that lacks an end.
 */
export const refusePieces = <T extends Located>(
  partitions: readonly Partition<T>[],
): readonly Judged<T>[] => {
  const families: Partition<T>[][] = [];
  for (const own of partitions) {
    const home = families.find(
      ([first]) => first?.images[0] && own.images[0] && mayBeOne(first.images[0], own.images[0]),
    );
    if (home === undefined) families.push([own]);
    else home.push(own);
  }
  return families.flatMap(judgeFamily);
};
