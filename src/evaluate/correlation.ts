import { coMoment, differences, mean, requirePairs } from "./samples.ts";

export type Correlation = {
  readonly n: number;
  readonly pearsonR: number | null;
  /** pearsonR²: how well some straight line fits; blind to a bias or a wrong scale. */
  readonly pearsonR2: number | null;
  /** 1 − Σ(predicted − reference)² / Σ(reference − mean reference)²: how well the line of identity fits; can be negative. */
  readonly identityR2: number | null;
  /** Lin's concordance, −1…1: correlation × closeness to the line of identity. */
  readonly concordance: number | null;
  /** Why some are null; null where all have a value. */
  readonly why: string | null;
};

/**
 * Agreement of paired measurements, such as volumes in ml; all four numbers are without unit. `pearsonR2` is the R² of a
 * regression of one on the other (numpy.corrcoef squared, SciPy's `linregress().rvalue**2`); `identityR2` is scikit-learn's
 * `r2_score(reference, predicted)`: papers call both R². `concordance` = 2·s_xy / (s_x² + s_y² + (mean x − mean y)²) with
 * moments divided by n (Lin 1989, https://doi.org/10.2307/2532051). Null where a denominator is 0: constant values have no
 * correlation. Throws USAGE for fewer than 2 pairs, different lengths or numbers that are not finite.
 */
export const correlate = (predicted: readonly number[], reference: readonly number[]): Correlation => {
  requirePairs(predicted, reference, 2);
  const n = reference.length;
  const covariance = coMoment(predicted, reference);
  const [ofPredicted, ofReference] = [coMoment(predicted, predicted), coMoment(reference, reference)];
  const spread = Math.sqrt(ofPredicted) * Math.sqrt(ofReference);
  const pearsonR = spread === 0 ? null : Math.max(-1, Math.min(1, covariance / spread));
  const errors = differences(predicted, reference).reduce((total, error) => total + error * error, 0);
  const bias = mean(predicted) - mean(reference);
  const outOfLine = ofPredicted + ofReference + n * bias * bias;
  return {
    n,
    pearsonR,
    pearsonR2: pearsonR === null ? null : pearsonR ** 2,
    identityR2: ofReference === 0 ? null : 1 - errors / ofReference,
    concordance: outOfLine === 0 ? null : (2 * covariance) / outOfLine,
    why:
      spread > 0 && ofReference > 0 && outOfLine > 0 ? null : "values that do not vary have no correlation",
  };
};
