import { FailureError } from "../../domain/failure.ts";
import { attempt } from "./attempt.ts";
import { closeWithin, fitSpacing } from "./spacing.ts";

/** An image with the number of its position among all positions, and where that lies along the normal. */
export type Placed<T> = { readonly image: T; readonly place: number; readonly positionMm: number };

/** The images of one value, in the order of the positions. */
export type Share<T> = {
  readonly value: string;
  /** Not so for the images of which the attribute says nothing. */
  readonly isStated: boolean;
  readonly placed: readonly Placed<T>[];
};

/** The images of one value that are an even stack by themselves. */
export type Stack<T> = Share<T> & { readonly spacingMm: number };

/** Fewer images are no stack of which anything can be said (S9). */
export const leastSlices = 3;

const placesOf = <T>({ placed }: Share<T>): readonly number[] => placed.map(({ place }) => place);

/** Whether they cover the same stretch of the patient, in whole or in part. */
export const overlap = <T>(a: Share<T>, b: Share<T>): boolean => {
  const [p, q] = [placesOf(a), placesOf(b)];
  return Math.max(...p) >= Math.min(...q) && Math.max(...q) >= Math.min(...p);
};

export const sharePositions = <T>(a: Share<T>, b: Share<T>): boolean => {
  const places = new Set(placesOf(a));
  return placesOf(b).some((place) => places.has(place));
};

export const pairsOf = <T>(items: readonly T[]): readonly (readonly [T, T])[] =>
  items.flatMap((a, n) => items.slice(n + 1).map((b) => [a, b] as const));

/** The even distance of positions in ascending order, mm; null where there is none. */
export const spacingOf = (positionsMm: readonly number[]): number | null => {
  const fit = attempt(() =>
    fitSpacing(positionsMm.map((positionMm) => ({ sopInstanceUid: "", positionMm }))),
  );
  return fit instanceof FailureError ? null : fit.spacingMm;
};

/** The share, where it is an even stack without two images at one position; else nothing. */
export const asStack = <T>(share: Share<T>): readonly Stack<T>[] => {
  const places = placesOf(share);
  if (places.length < leastSlices || new Set(places).size < places.length) return [];
  const spacingMm = spacingOf(share.placed.map(({ positionMm }) => positionMm));
  return spacingMm === null ? [] : [{ ...share, spacingMm }];
};

/** Whether one stack goes on where the other ends, as the slabs of one volume do. */
export const continues = <T>(a: Stack<T>, b: Stack<T>): boolean => {
  if (overlap(a, b)) return false;
  const ends = [a, b].flatMap(({ placed }) => [placed[0]?.positionMm ?? 0, placed.at(-1)?.positionMm ?? 0]);
  const [, low = 0, high = 0] = ends.toSorted((p, q) => p - q);
  return closeWithin(high - low, a.spacingMm) && closeWithin(high - low, b.spacingMm);
};

/** Whether the slices of all lie at the same distance. */
export const haveOneDistance = <T>([first, ...others]: readonly Stack<T>[]): boolean =>
  first !== undefined && others.every(({ spacingMm }) => closeWithin(spacingMm, first.spacingMm));

/**
 * Whether the images of each value lie at a distance of their own, but for some that are lost, and those of others between
 * them. Else the values scatter, as a number does that the scanner fits to each slice.
 */
export const areWoven = <T>(shares: readonly Share<T>[], togetherMm: number): boolean =>
  shares.every(({ placed }) => {
    const gaps = placed.slice(1).map(({ positionMm }, n) => positionMm - (placed[n]?.positionMm ?? 0));
    const alikeOf = (mm: number): number => gaps.filter((gap) => closeWithin(gap, mm)).length;
    const wide = gaps.filter((gap) => gap > 1.5 * togetherMm);
    return 2 * Math.max(0, ...wide.map(alikeOf)) >= gaps.length;
  });
