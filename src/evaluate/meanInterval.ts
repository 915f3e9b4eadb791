import { studentHalfWidth } from "./distributions.ts";
import { percentileOfSorted } from "./percentile.ts";
import { makeDrawIndex } from "./random.ts";
import { hasSpread, type Interval, mean, requireNumbers, sampleSd, skewness } from "./samples.ts";

/** An interval, or why there is none. */
export type IntervalOrWhy =
  | { readonly interval: Interval; readonly why: null }
  | { readonly interval: null; readonly why: string };

/** With fewer values no method that we know holds 95 % of skewed data; `npm run bench:evaluate` prints the table. */
export const LEAST_VALUES = 8;

/** Beyond so many values a correction for skewness holds too, and drawing them again costs more than it tells. */
export const MOST_RESAMPLED = 200;

/** Enough for two digits of an interval's bounds; the seed makes them the same every time. */
export const RESAMPLES = 2000;
const SEED = 20_241_108;

const TAIL_PERCENT = 2.5;

/** On the side to which values are skewed less is cut off: few of them show how far that tail goes. */
export const LONG_TAIL_PERCENT = 0.5;
const SKEWED = 0.2;

/** Which of n values each resample draws, n ≤ 200, one resample after the other. */
export type Resamples = (n: number) => Uint8Array;

/** The same for every list of n values; those of the last n are kept, as a group has many measures of its cases. */
export const makeResamples = (): Resamples => {
  let last = { n: 0, drawn: new Uint8Array() };
  return (n) => {
    if (last.n !== n) {
      const draw = makeDrawIndex(SEED);
      last = { n, drawn: Uint8Array.from({ length: RESAMPLES * n }, () => draw(n)) };
    }
    return last.drawn;
  };
};

const none = (why: string): IntervalOrWhy => ({ interval: null, why });

/** (mean − centre) / standard error of one resample; without spread beyond every bound, on the side where its mean lies. */
const studentised = (values: Float64Array, centre: number, drawn: Uint8Array, from: number): number => {
  const n = values.length;
  let [total, squares] = [0, 0];
  for (let i = 0; i < n; i++) {
    const gap = (values[drawn[from + i] as number] as number) - centre;
    total += gap;
    squares += gap * gap;
  }
  const gap = total / n;
  const variance = (squares - total * gap) / (n - 1);
  return variance > 1e-12 * squares
    ? gap / Math.sqrt(variance / n)
    : Math.sign(gap) * Number.POSITIVE_INFINITY || 0;
};

/** How far the mean of a sample lies from the true one, in standard errors: 95 % of samples lie within these. */
type Bounds = Interval;

/**
 * By drawing cases with replacement (Efron & Tibshirani 1993, section 12.5). Of values with a long tail above, too few in
 * it make mean and error small together: the lower bound lies far out.
 */
const bootstrapT = (values: readonly number[], centre: number, skew: number, drawn: Uint8Array): Bounds => {
  const sample = Float64Array.from(values);
  const sorted = Float64Array.from({ length: RESAMPLES }, (_, i) =>
    studentised(sample, centre, drawn, i * sample.length),
  ).sort();
  return {
    low: percentileOfSorted(sorted, skew > SKEWED ? LONG_TAIL_PERCENT : TAIL_PERCENT),
    high: percentileOfSorted(sorted, 100 - (skew < -SKEWED ? LONG_TAIL_PERCENT : TAIL_PERCENT)),
  };
};

/** Student's with the first term of Edgeworth's expansion; Hall 1992, The Bootstrap and Edgeworth Expansion, section 2.6. */
const corrected = (student: number, skew: number, n: number): Bounds => {
  const shift = (skew * (2 * student ** 2 + 1)) / (6 * Math.sqrt(n));
  return { low: -student - shift, high: student - shift };
};

/**
 * 95 % interval of the mean, in the unit of the values, cut at the `range` that the quantity cannot leave. It is the
 * narrowest that holds both Student's t interval and the bootstrap-t interval, the latter with 0.5 % in place of 2.5 % cut
 * off on the side to which the values are skewed: the first is right for normal values but short for skewed ones, the
 * second the other way round, and both are short of a tail that few values show. Together they cover at least 93 % of normal
 * and bounded values and of such as are skewed up to a lognormal of SD 1. What lies in no value they cannot know: of results
 * that fail once in twenty times ten often show no failure. None, with the reason, for fewer than 8 values, values without
 * spread, or values of which so many are equal that resamples have no spread. Throws USAGE for values that are not finite.
 */
export const meanInterval = (
  values: readonly number[],
  range: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  resamples: Resamples = makeResamples(),
): IntervalOrWhy => {
  requireNumbers(values, 0);
  const n = values.length;
  if (n < LEAST_VALUES)
    return none(`${n} values are too few for an interval that holds; ${LEAST_VALUES} are needed`);
  if (!hasSpread(values)) return none("all values are equal");
  const centre = mean(values);
  const error = sampleSd(values) / Math.sqrt(n);
  const student = studentHalfWidth(1 - (2 * TAIL_PERCENT) / 100, n - 1);
  const skew = skewness(values);
  const skewed =
    n > MOST_RESAMPLED ? corrected(student, skew, n) : bootstrapT(values, centre, skew, resamples(n));
  if (!Number.isFinite(skewed.low) || !Number.isFinite(skewed.high))
    return none("too many values are equal for an interval that holds");
  const interval = {
    low: Math.max(range.low, centre - Math.max(student, skewed.high) * error),
    high: Math.min(range.high, centre + Math.max(student, -skewed.low) * error),
  };
  return { interval, why: null };
};
