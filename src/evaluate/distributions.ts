import { compiled, incbet, incbi, ndtr, ndtri } from "cephes";

await compiled;

/** P(Z ≤ z) of the standard normal distribution; 0 below z = −27, where it is less than 1e-160. */
export const normalCdf = (z: number): number => ndtr(z);

/** z with P(Z ≤ z) = p; p = 0 and 1 give ∓Infinity. */
export const normalQuantile = (p: number): number =>
  p <= 0 ? Number.NEGATIVE_INFINITY : p >= 1 ? Number.POSITIVE_INFINITY : ndtri(p);

/** P(|T| ≥ |t|) of Student's t with `df` degrees of freedom (any positive number). */
export const studentTwoSidedP = (t: number, df: number): number => incbet(df / 2, 0.5, df / (df + t * t));

/** t > 0 with P(|T| ≤ t) = confidence, 0 < confidence < 1: half the width of an interval, in standard errors. */
export const studentHalfWidth = (confidence: number, df: number): number => {
  const x = incbi(df / 2, 0.5, 1 - confidence);
  return Math.sqrt((df * (1 - x)) / x);
};

/** f with P(F ≤ f) = p of Fisher's F with `df1` and `df2` degrees of freedom (any positive numbers). */
export const fisherQuantile = (p: number, df1: number, df2: number): number => {
  const x = incbi(df1 / 2, df2 / 2, p);
  return (df2 * x) / (df1 * (1 - x));
};
