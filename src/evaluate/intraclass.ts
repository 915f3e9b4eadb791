import { failed } from "../domain/failure.ts";
import { fisherQuantile } from "./distributions.ts";
import { type Interval, magnitudeOf, mean, requireNumbers, sum } from "./samples.ts";

type Coefficient = {
  readonly value: number;
  readonly interval: Interval | null;
  /** Why there is no interval; null where there is one. */
  readonly why: string | null;
};

export type Intraclass = {
  readonly subjects: number;
  readonly raters: number;
  /** ICC(2,1): absolute agreement of single ratings, raters drawn at random from many; a rater's bias lowers it. */
  readonly icc21: Coefficient | null;
  /** ICC(3,1): consistency of single ratings, these raters alone; a constant bias does not matter. */
  readonly icc31: Coefficient | null;
  /** Why a coefficient is null; null where both have a value. */
  readonly why: string | null;
};

/** Mean squares of the two-way analysis of variance without replication. */
type MeanSquares = {
  readonly n: number;
  readonly k: number;
  readonly subjects: number;
  readonly raters: number;
  readonly error: number;
};

const square = (value: number): number => value * value;

/** Distances from the first of the list: constants become exact zeros, and large offsets cost no digits. */
const fromFirst = (values: readonly number[]): readonly number[] =>
  values.map((value) => value - (values[0] ?? Number.NaN));

const meanSquares = (ratings: readonly (readonly number[])[]): MeanSquares => {
  const [n, k] = [ratings.length, ratings[0]?.length ?? 0];
  // Of subjects by their first rating, of raters within each subject: where either does not vary, nothing is left over.
  const gaps = ratings.map(fromFirst);
  const gapOfRater = (gaps[0] ?? []).map((_, j) => mean(gaps.map((row) => row[j] ?? Number.NaN)));
  const gapOfAll = mean(gapOfRater);
  const gapOfSubject = gaps.map(mean);
  const rows = fromFirst(ratings.map((row) => row[0] ?? Number.NaN)).map(
    (value, i) => value + (gapOfSubject[i] ?? Number.NaN),
  );
  const centre = mean(rows);
  const residuals = gaps.flatMap((row, i) =>
    row.map((gap, j) => square(gap - (gapOfSubject[i] ?? 0) - (gapOfRater[j] ?? 0) + gapOfAll)),
  );
  // What rounding leaves of nothing must not pass for a tiny error.
  const rounding = square(1e-14 * magnitudeOf(ratings.flat()));
  const orZero = (value: number): number => (value <= rounding ? 0 : value);
  return {
    n,
    k,
    subjects: orZero((k * sum(rows.map((value) => square(value - centre)))) / (n - 1)),
    raters: orZero((n * sum(gapOfRater.map((value) => square(value - gapOfAll)))) / (k - 1)),
    error: orZero(sum(residuals) / ((n - 1) * (k - 1))),
  };
};

/** An interval that can be printed; near the edge of what the F distribution describes there is none. */
const withInterval = (value: number, low: number, high: number): Coefficient =>
  Number.isFinite(low) && Number.isFinite(high) && low <= value && value <= high
    ? { value, interval: { low, high }, why: null }
    : { value, interval: null, why: "so little agreement leaves too few degrees of freedom for an interval" };

const withoutError = (value: number): Coefficient => ({
  value,
  interval: null,
  why: "the ratings part by a constant at most, which leaves no error to build an interval on",
});

const agreement = (squares: MeanSquares, confidence: number): Coefficient | null => {
  const { n, k, subjects, raters, error } = squares;
  const spread = subjects + (k - 1) * error + (k * (raters - error)) / n;
  if (spread === 0) return null;
  const value = (subjects - error) / spread;
  if (error === 0) return withoutError(value);
  const bias = raters / error;
  const rest = n * (1 + (k - 1) * value) - k * value;
  const df1 = n - 1;
  const df2 =
    (df1 * (k - 1) * square(k * value * bias + rest)) / (df1 * square(k * value * bias) + square(rest));
  const upper = (1 + confidence) / 2;
  const [down, up] = [fisherQuantile(upper, df1, df2), fisherQuantile(upper, df2, df1)];
  const others = k * raters + (k * n - k - n) * error;
  return withInterval(
    value,
    (n * (subjects - down * error)) / (down * others + n * subjects),
    (n * (up * subjects - error)) / (others + n * up * subjects),
  );
};

const consistency = (squares: MeanSquares, confidence: number): Coefficient | null => {
  const { n, k, subjects, error } = squares;
  if (subjects + (k - 1) * error === 0) return null;
  const value = (subjects - error) / (subjects + (k - 1) * error);
  if (error === 0) return withoutError(value);
  const [df1, df2, upper] = [n - 1, (n - 1) * (k - 1), (1 + confidence) / 2];
  const low = subjects / error / fisherQuantile(upper, df1, df2);
  const high = (subjects / error) * fisherQuantile(upper, df2, df1);
  return withInterval(value, (low - 1) / (low + k - 1), (high - 1) / (high + k - 1));
};

/**
 * Intraclass correlation of single ratings, one row of ratings per subject and one column per rater, such as volumes in ml;
 * with F-based confidence intervals (for ICC(2,1) with Satterthwaite's degrees of freedom). An interval is null where
 * raters part by a constant at most (no error is left to build it on) or agree so little that no degrees of freedom are
 * left, a coefficient where all ratings are one number; each says why.
 * Same numbers as pingouin's `intraclass_corr` (its "ICC(A,1)" and "ICC(C,1)"). Source: Shrout & Fleiss 1979,
 * https://doi.org/10.1037/0033-2909.86.2.420; McGraw & Wong 1996, https://doi.org/10.1037/1082-989X.1.1.30. Throws USAGE for
 * fewer than 2 subjects or raters, rows of different lengths or numbers that are not finite.
 */
export const intraclassCorrelation = (
  ratings: readonly (readonly number[])[],
  confidence = 0.95,
): Intraclass => {
  const raters = ratings[0]?.length ?? 0;
  if (ratings.length < 2 || raters < 2 || ratings.some((row) => row.length !== raters))
    throw failed(
      "USAGE",
      "Ratings need one row per subject, at least 2, each with the same raters, at least 2.",
    );
  requireNumbers(ratings.flat(), 4);
  const squares = meanSquares(ratings);
  const [icc21, icc31] = [agreement(squares, confidence), consistency(squares, confidence)];
  return {
    subjects: ratings.length,
    raters,
    icc21,
    icc31,
    why: icc21 === null || icc31 === null ? "the ratings do not vary" : null,
  };
};
