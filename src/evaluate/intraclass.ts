import { failed } from "../domain/failure.ts";
import { fisherQuantile } from "./distributions.ts";
import { type Interval, mean, requireNumbers, sum } from "./samples.ts";

type Coefficient = { readonly value: number; readonly interval: Interval | null };

export type Intraclass = {
  readonly subjects: number;
  readonly raters: number;
  /** ICC(2,1): absolute agreement of single ratings, raters drawn at random from many; a rater's bias lowers it. */
  readonly icc21: Coefficient | null;
  /** ICC(3,1): consistency of single ratings, these raters alone; a constant bias does not matter. */
  readonly icc31: Coefficient | null;
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

const meanSquares = (ratings: readonly (readonly number[])[]): MeanSquares => {
  const [n, k] = [ratings.length, ratings[0]?.length ?? 0];
  const grand = mean(ratings.flat());
  const rows = ratings.map(mean);
  const columns = (ratings[0] ?? []).map((_, j) => mean(ratings.map((row) => row[j] ?? Number.NaN)));
  const residuals = ratings.flatMap((row, i) =>
    row.map((value, j) => square(value - (rows[i] ?? 0) - (columns[j] ?? 0) + grand)),
  );
  // What rounding leaves of nothing must not pass for a tiny error.
  const rounding = square(1e-14 * Math.max(...ratings.flat().map(Math.abs)));
  const orZero = (value: number): number => (value <= rounding ? 0 : value);
  return {
    n,
    k,
    subjects: orZero((k * sum(rows.map((value) => square(value - grand)))) / (n - 1)),
    raters: orZero((n * sum(columns.map((value) => square(value - grand)))) / (k - 1)),
    error: orZero(sum(residuals) / ((n - 1) * (k - 1))),
  };
};

const agreement = (squares: MeanSquares, confidence: number): Coefficient | null => {
  const { n, k, subjects, raters, error } = squares;
  const spread = subjects + (k - 1) * error + (k * (raters - error)) / n;
  if (spread === 0) return null;
  const value = (subjects - error) / spread;
  if (error === 0) return { value, interval: null };
  const bias = raters / error;
  const rest = n * (1 + (k - 1) * value) - k * value;
  const df1 = n - 1;
  const df2 =
    (df1 * (k - 1) * square(k * value * bias + rest)) / (df1 * square(k * value * bias) + square(rest));
  const upper = (1 + confidence) / 2;
  const [down, up] = [fisherQuantile(upper, df1, df2), fisherQuantile(upper, df2, df1)];
  const others = k * raters + (k * n - k - n) * error;
  return {
    value,
    interval: {
      low: (n * (subjects - down * error)) / (down * others + n * subjects),
      high: (n * (up * subjects - error)) / (others + n * up * subjects),
    },
  };
};

const consistency = (squares: MeanSquares, confidence: number): Coefficient | null => {
  const { n, k, subjects, error } = squares;
  if (subjects + (k - 1) * error === 0) return null;
  const value = (subjects - error) / (subjects + (k - 1) * error);
  if (error === 0) return { value, interval: null };
  const [df1, df2, upper] = [n - 1, (n - 1) * (k - 1), (1 + confidence) / 2];
  const low = subjects / error / fisherQuantile(upper, df1, df2);
  const high = (subjects / error) * fisherQuantile(upper, df2, df1);
  return { value, interval: { low: (low - 1) / (low + k - 1), high: (high - 1) / (high + k - 1) } };
};

/**
 * Intraclass correlation of single ratings, one row of ratings per subject and one column per rater, such as volumes in ml;
 * with F-based confidence intervals (for ICC(2,1) with Satterthwaite's degrees of freedom). An interval is null where
 * raters part by a constant at most (no error is left to build it on), a coefficient where all ratings are one number.
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
  return {
    subjects: ratings.length,
    raters,
    icc21: agreement(squares, confidence),
    icc31: consistency(squares, confidence),
  };
};
