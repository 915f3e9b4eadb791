import { norm, subtract } from "../../geometry/vector.ts";
import type { ObjectKind } from "./objectKind.ts";
import { orientationDifference, orientationTolerance } from "./partition.ts";
import type { readSlice, Slice } from "./slice.ts";

/** What is looked at of an object that says it is a slice. */
export type Candidate = {
  readonly kind: ObjectKind;
  /** Null where only metadata are at hand, and they do not say. */
  readonly hasPixels: boolean | null;
  readonly matrix: readonly [number | null, number | null];
  readonly slice: ReturnType<typeof readSlice>;
};

export const isPlaced = <T extends Candidate>(object: T): object is T & { readonly slice: Slice } =>
  !("missing" in object.slice);

const samePlaceMm = 0.01;

const liesOn = (a: Slice, b: Slice): boolean =>
  norm(subtract(a.positionLps, b.positionLps)) < samePlaceMm &&
  orientationDifference(a, b) <= orientationTolerance;

/**
 * Objects that call themselves slices and can be none of the stack (V3): such without position and without pixels, or
 * without position and of a matrix that no slice has, or without pixels at the place of an image. A slice that lost its
 * position has the pixels and the matrix of the others, and one that lost its pixels has a place of its own: those
 * stay, and refuse the series.
 */
export const findStrays = <T extends Candidate>(objects: readonly T[]): ReadonlySet<T> => {
  const slices = objects.filter(({ kind }) => kind === "slice");
  // Archives that name the pixels of some objects of a series name those of all that have any.
  const areNamed = slices.some(({ hasPixels }) => hasPixels === true);
  const isBare = ({ hasPixels }: T): boolean => hasPixels === false || (hasPixels === null && areNamed);
  const images = slices.filter(isPlaced).filter((object) => !isBare(object));
  if (images.length === 0) return new Set();
  const matrices = new Set(images.map(({ matrix }) => matrix.join()));
  return new Set(
    slices.filter((object) => {
      // Metadata that do not say leave it to the reader, which sees the pixels.
      if (!isPlaced(object)) return object.hasPixels !== true || !matrices.has(object.matrix.join());
      return isBare(object) && images.some((image) => liesOn(image.slice, object.slice));
    }),
  );
};
