import { studentHalfWidth } from "./distributions.ts";
import { differences, type Interval, mean, requirePairs, sampleSd } from "./samples.ts";

type Estimate = { readonly value: number; readonly interval: Interval };

export type BlandAltman = {
  readonly n: number;
  /** SD of the differences, divided by n − 1. */
  readonly sd: number;
  readonly bias: Estimate;
  readonly lowerLimit: Estimate;
  readonly upperLimit: Estimate;
};

const around = (value: number, half: number): Estimate => ({
  value,
  interval: { low: value - half, high: value + half },
});

/**
 * Bias (mean of first − second) and 95 % limits of agreement, bias ± 1.96·SD, each with a confidence interval, in the unit
 * of the values. Standard errors as Bland & Altman 1986, https://doi.org/10.1016/S0140-6736(86)90837-8: SD/√n for the bias
 * and √(3/n)·SD for a limit, times Student's t with n − 1 degrees of freedom; pingouin's `plot_blandaltman` draws the same.
 * Throws USAGE for fewer than 2 pairs, different lengths or numbers that are not finite.
 */
export const blandAltman = (
  first: readonly number[],
  second: readonly number[],
  confidence = 0.95,
): BlandAltman => {
  requirePairs(first, second, 2);
  const gaps = differences(first, second);
  const n = gaps.length;
  const [bias, sd] = [mean(gaps), sampleSd(gaps)];
  const half = (studentHalfWidth(confidence, n - 1) * sd) / Math.sqrt(n);
  return {
    n,
    sd,
    bias: around(bias, half),
    lowerLimit: around(bias - 1.96 * sd, Math.sqrt(3) * half),
    upperLimit: around(bias + 1.96 * sd, Math.sqrt(3) * half),
  };
};
