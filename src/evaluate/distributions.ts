import { compiled, incbet, incbi, ndtr, ndtri } from "cephes";

await compiled;

/** P(Z ≤ z) of the standard normal distribution; 0 below z = −27, where it is less than 1e-160, and for −∞. */
export const normalCdf = (z: number): number => ndtr(Math.min(Math.max(z, -40), 40));

/** z with P(Z ≤ z) = p; −∞ and ∞ for p of 0 and 1. */
export const normalQuantile = (p: number): number =>
  p <= 0 ? Number.NEGATIVE_INFINITY : p >= 1 ? Number.POSITIVE_INFINITY : ndtri(p);

/** P(|T| ≥ |t|) of Student's t with `df` degrees of freedom (any positive number). */
export const studentTwoSidedP = (t: number, df: number): number => incbet(df / 2, 0.5, df / (df + t * t));

/** t > 0 with P(|T| ≤ t) = confidence, 0 < confidence < 1: half the width of an interval, in standard errors. */
export const studentHalfWidth = (confidence: number, df: number): number => {
  const x = incbi(df / 2, 0.5, 1 - confidence);
  return Math.sqrt((df * (1 - x)) / x);
};

/** cephes' inverse of the incomplete beta function; 0 where the answer is too small for it. */
const inverseBeta = (a: number, b: number, p: number): number => {
  try {
    return incbi(a, b, p);
  } catch {
    return 0;
  }
};

/**
 * f with P(F ≤ f) = p of Fisher's F with `df1` and `df2` degrees of freedom (any positive numbers); Infinity or 0 where
 * they leave the numbers that can be computed, as they do for degrees of freedom far below 1.
 */
export const fisherQuantile = (p: number, df1: number, df2: number): number => {
  const x = inverseBeta(df1 / 2, df2 / 2, p);
  if (x <= 0.5) return (df2 * x) / (df1 * (1 - x));
  // Close to 1 its own complement has the digits.
  const complement = inverseBeta(df2 / 2, df1 / 2, 1 - p);
  return (df2 * (1 - complement)) / (df1 * complement);
};
