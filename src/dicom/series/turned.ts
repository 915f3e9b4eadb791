import { FailureError, makeFailure } from "../../domain/failure.ts";
import { dot } from "../../geometry/vector.ts";
import type { Located } from "./describe.ts";
import type { Partition } from "./partition.ts";
import { judgePasses } from "./passes.ts";
import { heightsAlong, normalOf } from "./positions.ts";
import { spacingOf } from "./shares.ts";

/** A partition, with why it is no volume whatever its positions are. */
type Judged<T> = Partition<T> & { readonly failure: FailureError | null };

/** Cosine of some degrees: closer directions are noise, or another stack that is hardly turned. */
const parallelCosine = 0.999;

/** Whether planes are parallel, and their rows or columns point elsewhere: turned or mirrored in the plane. */
const isTurned = ({ slice: a }: Located, { slice: b }: Located): boolean => {
  const cosine = dot(normalOf(a), normalOf(b));
  const isMirrored = cosine < 0;
  return Math.abs(cosine) > parallelCosine && (isMirrored || dot(a.alongRow, b.alongRow) < parallelCosine);
};

/** Whether two partitions differ in nothing but how they are turned. */
const isTurnedTwin = <T extends Located>(a: Partition<T>, b: Partition<T>): boolean => {
  const keys = [a, b].flatMap((own) => Object.keys(own.keys));
  const [p, q] = [a.images[0], b.images[0]];
  const isSame = keys.every((key) => key === "Orientation" || a.keys[key] === b.keys[key]);
  return isSame && p !== undefined && q !== undefined && isTurned(p, q);
};

/**
 * Why partitions that differ in the direction of their rows and columns alone are no volumes: they are one even stack
 * together. Null where they are none, and where each has its slices side by side: then somebody was scanned twice.
 */
const turnedStack = <T extends Located>(partitions: readonly Partition<T>[]): FailureError | null => {
  const images = partitions.flatMap((each) => each.images);
  const [reference] = images;
  if (reference === undefined || partitions.length < 2) return null;
  const heightOf = heightsAlong(reference);
  const distanceOf = (own: readonly T[]): number | null =>
    own.length < 3 ? null : spacingOf(own.map(heightOf).toSorted((a, b) => a - b));
  const togetherMm = distanceOf(images);
  if (togetherMm === null) return null;
  const alone = partitions.map((each) => distanceOf(each.images));
  const isEachOwn = alone.every((mm) => mm !== null && mm > 1.5 * togetherMm);
  const aloneMm = Math.max(...alone.map((mm) => mm ?? 0));
  if (isEachOwn && judgePasses(images, { aloneMm, togetherMm }) === "several") return null;
  const slices = partitions.map((each) => each.images.length);
  return new FailureError(
    makeFailure(
      "MIXED_ACQUISITIONS",
      `The slices are one even stack, ${togetherMm.toFixed(3)} mm apart, but their rows and columns point in ${partitions.length} ways (${slices.join(" and ")} images): some are turned or mirrored in their plane.`,
      {
        attribute: "ImageOrientationPatient",
        slices,
        togetherMm,
        sopInstanceUids: images.map(({ sopInstanceUid }) => sopInstanceUid).sort(),
      },
      "Send the series with the rows of all images in one direction.",
    ),
  );
};

/**
 * The partitions, each by itself, but for those that are one even stack of which some slices are stored turned or
 * mirrored in their plane: those are one, and refused (MIXED_ACQUISITIONS). They would be volumes at twice the distance,
 * or halves.
 */
export const refuseTurned = <T extends Located>(
  partitions: readonly Partition<T>[],
): readonly Judged<T>[] => {
  const families: Partition<T>[][] = [];
  for (const own of partitions) {
    const home = families.find(([first]) => first !== undefined && isTurnedTwin(first, own));
    if (home === undefined) families.push([own]);
    else home.push(own);
  }
  return families.flatMap((family): readonly Judged<T>[] => {
    const failure = turnedStack(family);
    if (failure === null) return family.map((own) => ({ ...own, failure }));
    const { Orientation: _, ...keys } = family[0]?.keys ?? {};
    return [{ keys, images: family.flatMap(({ images }) => images), failure }];
  });
};
