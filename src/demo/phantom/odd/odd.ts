import { zyx } from "../../../domain/axes.ts";
import type { FailureCode } from "../../../domain/failure.ts";
import type { Phantom } from "../makePhantom.ts";
import type { SeriesFile } from "../writeSeries.ts";

export type OddSeries = {
  readonly name: string;
  readonly files: readonly SeriesFile[];
  /** The code with which selection or, after it, reading refuses the series; null where it is a volume like any other. */
  readonly expected: FailureCode | null;
  /** Which volume of the series is meant, by its name among the parts; "" where it is the only one. */
  readonly part: string;
  /** Where the volume is, for series that give one. */
  readonly phantom: Phantom | null;
};

/** The stack of nearly every odd series: enough to be read and segmented, small enough for many. */
export const small = { shape: zyx(24, 96, 96), spacingMm: zyx(8, 4.2, 4.2) } as const;

/** A series that is made only where someone wants it: painting takes most of a second. */
export type OddRecipe = { readonly name: string; readonly make: () => OddSeries };

/** The value, made when first asked for and then kept. */
export const lazily = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** A series that is refused. */
export const refusedAs = (
  name: string,
  expected: FailureCode,
  files: () => readonly SeriesFile[],
): OddRecipe => ({
  name,
  make: () => ({ name, files: files(), expected, phantom: null, part: "" }),
});

/** A series, or a part of one, that is a volume all the same. */
export const volumeAs = (
  name: string,
  make: () => { readonly phantom: Phantom; readonly files: readonly SeriesFile[] },
  part = "",
): OddRecipe => ({ name, make: () => ({ name, ...make(), expected: null, part }) });
