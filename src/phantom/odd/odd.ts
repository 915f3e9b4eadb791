import type { FailureCode } from "../../domain/failure.ts";
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

/** A series that is refused. */
export const refusedAs = (name: string, expected: FailureCode, files: readonly SeriesFile[]): OddSeries => ({
  name,
  files,
  expected,
  phantom: null,
  part: "",
});

/** A series, or a part of one, that is a volume all the same. */
export const volumeAs = (
  name: string,
  phantom: Phantom,
  files: readonly SeriesFile[],
  part = "",
): OddSeries => ({ name, files, expected: null, phantom, part });
