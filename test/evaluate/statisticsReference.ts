import { readFileSync } from "node:fs";

type Triple = readonly [number, number, number];

type PairFacts = {
  readonly first: readonly number[];
  readonly second: readonly number[];
  readonly described: Readonly<Record<"mean" | "sd" | "median" | "q1" | "q3", number>>;
  readonly correlation: Readonly<Record<"pearsonR" | "pearsonR2" | "identityR2" | "concordance", number>>;
  readonly blandAltman: readonly [Triple, Triple, Triple];
  readonly pairedT: {
    readonly t: number;
    readonly p: number;
    readonly interval: readonly [number, number];
    readonly cohenDz: number;
  };
  readonly wilcoxon: { readonly statistic: number; readonly p: number; readonly rankBiserial: number };
};

type IntervalFacts = {
  readonly values: readonly number[];
  /** Null: without bound on that side. */
  readonly range: readonly [number | null, number | null];
  readonly interval: readonly [number, number];
};

type OrNone<T> = T extends number ? number | null : { readonly [K in keyof T]: OrNone<T[K]> } | null;

/** Where a package has no finite answer, or none at all, stands null. */
type DegenerateFacts = Pick<PairFacts, "first" | "second"> & {
  readonly [K in "correlation" | "blandAltman" | "pairedT" | "wilcoxon"]: OrNone<PairFacts[K]>;
};

/** What makeStatistics.py wrote down. */
export const statisticsReference = JSON.parse(
  readFileSync(new URL("reference/statistics.json", import.meta.url), "utf8"),
) as {
  readonly tables: {
    readonly studentP: readonly Triple[];
    readonly studentHalfWidth: readonly Triple[];
    readonly fisher: readonly (readonly [number, number, number, number])[];
    readonly normalCdf: readonly (readonly [number, number])[];
    readonly normalQuantile: readonly (readonly [number, number])[];
  };
  /** Values, percent, percentile. */
  readonly percentiles: readonly (readonly [readonly number[], number, number])[];
  readonly pairs: readonly PairFacts[];
  readonly intraclass: readonly {
    readonly ratings: readonly (readonly number[])[];
    readonly icc21: Triple;
    readonly icc31: Triple;
  }[];
  readonly kappa: readonly { readonly table: readonly (readonly number[])[]; readonly kappa: number }[];
  readonly bootstrapT: readonly IntervalFacts[];
  /** More values than are drawn again. */
  readonly edgeworth: readonly IntervalFacts[];
  readonly degenerate: {
    readonly pairs: readonly DegenerateFacts[];
    readonly ratings: readonly {
      readonly ratings: readonly (readonly number[])[];
      readonly icc21: OrNone<Triple>;
      readonly icc31: OrNone<Triple>;
    }[];
    readonly fisher: readonly (readonly [number, number, number, number])[];
  };
};
