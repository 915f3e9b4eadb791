import type { Grid, Mask } from "../domain/grid.ts";
import { countVoxels } from "./countVoxels.ts";
import { diceOfCounts } from "./dice.ts";
import { kappaOfCounts } from "./kappa.ts";

/** How far a predicted mask covers a reference; A is the prediction, B the reference, |·| counts voxels. */
export type Overlap = {
  /** 2|A∩B| / (|A|+|B|); both empty: 1. */
  readonly dice: number;
  /** |A∩B| / |A∪B|; both empty: 1. */
  readonly jaccard: number;
  /** |A∩B| / |A|; both empty: 1; only the prediction empty: null. */
  readonly precision: number | null;
  /** |A∩B| / |B| (sensitivity); both empty: 1; only the reference empty: null. */
  readonly recall: number | null;
  /** Cohen's kappa over all voxels of the grid, background included; two empty or two full masks: 1. */
  readonly kappa: number;
  readonly volumeMl: number;
  readonly referenceMl: number;
  /** Prediction − reference. */
  readonly volumeDifferenceMl: number;
  /** (Prediction − reference) / reference, a fraction; both empty: 0; only the reference empty: null. */
  readonly relativeVolumeDifference: number | null;
};

const voxelMl = ({ spacingMm: [z, y, x] }: Grid): number => (z * y * x) / 1000;

const ratio = (part: number, whole: number, areBothEmpty: boolean): number | null =>
  whole === 0 ? (areBothEmpty ? 1 : null) : part / whole;

/**
 * Overlap and volumes of two masks on one regular grid (voxel count × product of the spacings). Throws USAGE for different
 * grids. Source: Taha & Hanbury 2015, https://doi.org/10.1186/s12880-015-0068-x; where a denominator is 0, medpy answers
 * 0 and scikit-learn `zero_division`.
 */
export const overlapOf = (predicted: Mask, reference: Mask): Overlap => {
  const counts = countVoxels(predicted, reference);
  const inPredicted = counts.both + counts.onlyFirst;
  const inReference = counts.both + counts.onlySecond;
  const union = inPredicted + counts.onlySecond;
  const areBothEmpty = union === 0;
  const ml = voxelMl(predicted.grid);
  const more = inPredicted - inReference;
  return {
    dice: diceOfCounts(counts),
    jaccard: areBothEmpty ? 1 : counts.both / union,
    precision: ratio(counts.both, inPredicted, areBothEmpty),
    recall: ratio(counts.both, inReference, areBothEmpty),
    kappa: kappaOfCounts(counts),
    volumeMl: inPredicted * ml,
    referenceMl: inReference * ml,
    volumeDifferenceMl: more * ml,
    relativeVolumeDifference: areBothEmpty ? 0 : ratio(more, inReference, false),
  };
};
