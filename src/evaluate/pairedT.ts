import { studentHalfWidth, studentTwoSidedP } from "./distributions.ts";
import {
  differences,
  hasSpread,
  type Interval,
  magnitudeOf,
  mean,
  requirePairs,
  sampleSd,
} from "./samples.ts";

export type PairedT = {
  readonly n: number;
  /** Of first − second, in the unit of the values. */
  readonly meanDifference: number;
  /** Confidence interval of the mean difference. */
  readonly interval: Interval;
  readonly degreesOfFreedom: number;
  readonly t: number | null;
  /** Two-sided. */
  readonly p: number | null;
  /** Cohen's d_z: mean / SD (n − 1) of the differences. */
  readonly cohenDz: number | null;
  /** Why t, p and d_z are null; null where they have a value. */
  readonly why: string | null;
};

/**
 * Student's t-test of paired values: is the mean of first − second zero? Same numbers as scipy.stats.ttest_rel (two-sided)
 * and its `confidence_interval`. Where all differences are the same, t, p and d_z are null (SciPy answers infinity or NaN).
 * d_z divides by the SD of the differences and is not the d of two groups. Source: Student 1908,
 * https://doi.org/10.1093/biomet/6.1.1; Lakens 2013, https://doi.org/10.3389/fpsyg.2013.00863. Throws USAGE for fewer than
 * 2 pairs, different lengths or numbers that are not finite.
 */
export const pairedTTest = (
  first: readonly number[],
  second: readonly number[],
  confidence = 0.95,
): PairedT => {
  requirePairs(first, second, 2);
  const gaps = differences(first, second);
  const n = gaps.length;
  const [meanDifference, sd] = [mean(gaps), sampleSd(gaps)];
  const error = sd / Math.sqrt(n);
  const half = studentHalfWidth(confidence, n - 1) * error;
  const varies = hasSpread(gaps, magnitudeOf([...first, ...second]));
  const t = meanDifference / error;
  return {
    n,
    meanDifference,
    interval: { low: meanDifference - half, high: meanDifference + half },
    degreesOfFreedom: n - 1,
    t: varies ? t : null,
    p: varies ? studentTwoSidedP(t, n - 1) : null,
    cohenDz: varies ? meanDifference / sd : null,
    why: varies ? null : "all differences are equal",
  };
};
