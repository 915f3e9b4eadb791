import { failed } from "../domain/failure.ts";

export type ControlPoint = {
  /** Exponentially weighted mean after this value. */
  readonly ewma: number;
  readonly lowerLimit: number;
  readonly upperLimit: number;
};

export type ControlDesign = {
  /** Usual mean and SD of single values; the chart begins at the mean. */
  readonly target: number;
  readonly sd: number;
  /** Weight of the newest value, 0 < lambda ≤ 1. */
  readonly lambda: number;
  /** Half the distance of the limits, in standard deviations of the weighted mean. */
  readonly width: number;
  /** The target is itself the mean of so many values and as uncertain; null: it is known. */
  readonly baselineCases: number | null;
};

/**
 * EWMA control chart: z(t) = λ x(t) + (1 − λ) z(t−1), z(0) = target, limits target ± width · sd ·
 * √(λ/(2−λ) · (1 − (1−λ)^2t) + 1/baselineCases): wider from case to case, and by what a mean of few values leaves open.
 * Throws USAGE for a lambda outside its range or an SD that is not positive.
 * Source: Roberts 1959, https://doi.org/10.1080/00401706.1959.10489860; NIST/SEMATECH e-Handbook 6.3.2.4. What estimated
 * parameters do: Jones, Champ & Rigdon 2001, https://doi.org/10.1198/004017001750386279.
 */
export const ewmaChart = (
  values: readonly number[],
  { target, sd, lambda, width, baselineCases }: ControlDesign,
): readonly ControlPoint[] => {
  if (!(lambda > 0 && lambda <= 1))
    throw failed("USAGE", `A weight of ${lambda} is not in 0 … 1.`, { lambda });
  if (!(sd > 0)) throw failed("USAGE", `A standard deviation of ${sd} gives no limits.`, { sd });
  let ewma = target;
  return values.map((value, index) => {
    ewma = lambda * value + (1 - lambda) * ewma;
    const ofMean = (lambda / (2 - lambda)) * (1 - (1 - lambda) ** (2 * (index + 1)));
    const ofTarget = baselineCases === null ? 0 : 1 / baselineCases;
    const half = width * sd * Math.sqrt(ofMean + ofTarget);
    return { ewma, lowerLimit: target - half, upperLimit: target + half };
  });
};
