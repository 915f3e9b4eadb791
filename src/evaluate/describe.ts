import { percentileOfSorted } from "./percentile.ts";
import { mean, requireNumbers, sampleSd } from "./samples.ts";

/** In the unit of the values. */
export type Description = {
  readonly n: number;
  readonly mean: number;
  /** Of the sample, divided by n − 1; null for one value. */
  readonly sd: number | null;
  readonly median: number;
  /** 25th and 75th percentile; the interquartile range is their difference. */
  readonly q1: number;
  readonly q3: number;
  readonly min: number;
  readonly max: number;
};

/**
 * Mean, SD and quartiles of a sample; null for no values. Quartiles as numpy.percentile (linear). Throws USAGE for values
 * that are not finite: cases without a distance are left out, and counted, by the caller.
 */
export const describe = (values: readonly number[]): Description | null => {
  requireNumbers(values, 0);
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return {
    n: values.length,
    mean: mean(values),
    sd: values.length > 1 ? sampleSd(values) : null,
    median: percentileOfSorted(sorted, 50),
    q1: percentileOfSorted(sorted, 25),
    q3: percentileOfSorted(sorted, 75),
    min: percentileOfSorted(sorted, 0),
    max: percentileOfSorted(sorted, 100),
  };
};
