import { failed } from "../domain/failure.ts";

/** Bounds of a confidence interval, in the unit of what is estimated. */
export type Interval = { readonly low: number; readonly high: number };

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** NaN for no values. */
export const mean = (values: readonly number[]): number => sum(values) / values.length;

/** Values from the first one on: constants become exact zeros, and large offsets cost no digits. */
const shifted = (values: readonly number[]): readonly number[] => {
  const [first = 0] = values;
  return values.map((value) => value - first);
};

/** Σ (a − mean of a)(b − mean of b) of two lists of one length; exactly 0 where one of them is constant. */
export const coMoment = (a: readonly number[], b: readonly number[]): number => {
  const [fromA, fromB] = [shifted(a), shifted(b)];
  const [meanA, meanB] = [mean(fromA), mean(fromB)];
  return fromA.reduce((total, value, i) => total + (value - meanA) * ((fromB[i] ?? Number.NaN) - meanB), 0);
};

/** Standard deviation of a sample, divided by n − 1. */
export const sampleSd = (values: readonly number[]): number =>
  Math.sqrt(coMoment(values, values) / (values.length - 1));

/** Skewness of a sample, m₃ / m₂^1.5 of its central moments, positive for a tail above; 0 without spread. */
export const skewness = (values: readonly number[]): number => {
  const centre = mean(values);
  const moment = (power: number): number => mean(values.map((value) => (value - centre) ** power));
  return moment(3) / moment(2) ** 1.5 || 0;
};

/** The largest distance from 0; 0 for no values. */
export const magnitudeOf = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Whether values differ by more than the rounding of what they were computed from, numbers as large as `magnitude`. */
export const hasSpread = (values: readonly number[], magnitude = magnitudeOf(values)): boolean => {
  const [first = 0] = values;
  return values.some((value) => Math.abs(value - first) > 8 * Number.EPSILON * magnitude);
};

/** Refuses what no statistic can be made of. Throws USAGE for fewer than `least` values or one that is not finite. */
export const requireNumbers = (values: readonly number[], least: number): void => {
  if (values.length < least)
    throw failed("USAGE", `${values.length} values are too few; ${least} are needed.`);
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw failed("USAGE", `Value ${odd + 1} of ${values.length} is not a finite number.`);
};

/** Refuses lists that are no pairs. Throws USAGE for different lengths and as `requireNumbers`. */
export const requirePairs = (a: readonly number[], b: readonly number[], least: number): void => {
  if (a.length !== b.length)
    throw failed("USAGE", `${a.length} and ${b.length} values cannot be paired one to one.`);
  requireNumbers(a, least);
  requireNumbers(b, least);
};

/** a − b, pair by pair. */
export const differences = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a.map((value, i) => value - (b[i] ?? Number.NaN));
