import { bootstrap } from "./bootstrap.ts";
import { type Interval, mean } from "./samples.ts";

/** Enough for two digits of an interval's bounds; the seed makes them the same every time. */
const resampling = { seed: 20_241_108, resamples: 2000 };

/**
 * 95 % bootstrap interval of the mean (BCa, else percentile), in the unit of the values; null for fewer than two. Throws
 * USAGE for values that are not finite.
 */
export const meanInterval = (values: readonly number[]): Interval | null => {
  if (values.length < 2) return null;
  const { bca, percentile } = bootstrap(values, mean, resampling);
  return bca ?? percentile;
};
