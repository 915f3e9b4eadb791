import { failed } from "../domain/failure.ts";
import { normalCdf, normalQuantile } from "./distributions.ts";
import { percentileOfSorted } from "./percentile.ts";
import { makeDrawIndex } from "./random.ts";
import { type Interval, mean, sum } from "./samples.ts";

export type Bootstrap = {
  /** The statistic of the sample itself. */
  readonly estimate: number;
  /** SD (n − 1) of the resampled statistics. */
  readonly standardError: number;
  readonly percentile: Interval;
  /** Bias-corrected and accelerated; null where the sample gives no such correction. */
  readonly bca: Interval | null;
};

export type BootstrapOptions = {
  readonly seed: number;
  readonly resamples?: number;
  readonly confidence?: number;
};

const resample = <T>(
  sample: readonly T[],
  statistic: Statistic<T>,
  count: number,
  seed: number,
): Float64Array => {
  const draw = makeDrawIndex(seed);
  return Float64Array.from({ length: count }, () =>
    statistic(sample.map(() => sample[draw(sample.length)] as T)),
  ).sort();
};

type Statistic<T> = (sample: readonly T[]) => number;

/** How skewed the statistic is, from leaving out one subject at a time. */
const acceleration = <T>(sample: readonly T[], statistic: Statistic<T>): number => {
  const left = sample.map((_, out) => statistic(sample.filter((__, i) => i !== out)));
  const centre = mean(left);
  const cubes = sum(left.map((value) => (centre - value) ** 3));
  const squares = sum(left.map((value) => (centre - value) ** 2));
  return cubes / squares ** 1.5 / 6;
};

/** The share of resamples below the estimate; ties count half. */
const shareBelow = (sorted: Float64Array, estimate: number): number => {
  const below = sorted.filter((value) => value < estimate).length;
  const notAbove = sorted.filter((value) => value <= estimate).length;
  return (below + notAbove) / (2 * sorted.length);
};

const between = (sorted: Float64Array, low: number, high: number): Interval => ({
  low: percentileOfSorted(sorted, 100 * low),
  high: percentileOfSorted(sorted, 100 * high),
});

/**
 * Confidence intervals of any statistic of a sample by drawing subjects with replacement, `resamples` times (9999), from a
 * seeded generator: one seed, one answer. A subject may be a number, or a pair where both belong together. `percentile`
 * and `bca` as in scipy.stats.bootstrap (Efron & Tibshirani 1993, chapters 13 and 14; quantiles as numpy, linear); SciPy's
 * numbers differ by the draws alone. Throws USAGE for fewer than 2 subjects or a statistic that is not finite on some
 * resample.
 */
export const bootstrap = <T>(
  sample: readonly T[],
  statistic: Statistic<T>,
  { seed, resamples = 9999, confidence = 0.95 }: BootstrapOptions,
): Bootstrap => {
  if (sample.length < 2)
    throw failed("USAGE", `${sample.length} subjects cannot be resampled; 2 are needed.`);
  const estimate = statistic(sample);
  const sorted = resample(sample, statistic, resamples, seed);
  if (![estimate, ...sorted].every(Number.isFinite))
    throw failed("USAGE", "The statistic has no finite value on some of the resamples.");
  const centre = mean([...sorted]);
  const tail = (1 - confidence) / 2;
  const bias = normalQuantile(shareBelow(sorted, estimate));
  const skew = acceleration(sample, statistic);
  const corrected = (z: number): number => normalCdf(bias + (bias + z) / (1 - skew * (bias + z)));
  const [low, high] = [corrected(normalQuantile(tail)), corrected(-normalQuantile(tail))];
  return {
    estimate,
    standardError: Math.sqrt(sum([...sorted].map((value) => (value - centre) ** 2)) / (resamples - 1)),
    percentile: between(sorted, tail, 1 - tail),
    bca: Number.isFinite(bias) && Number.isFinite(skew) ? between(sorted, low, high) : null,
  };
};
