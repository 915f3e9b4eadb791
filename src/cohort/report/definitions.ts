import { LEAST_VALUES, LONG_TAIL_PERCENT, MOST_RESAMPLED, RESAMPLES } from "../../evaluate/meanInterval.ts";
import { type Html, html } from "../../html/html.ts";

type Definition = readonly [term: string, words: string];

const definitionsWith = (toleranceMm: number): readonly Definition[] => [
  ["Dice", "Twice the voxels that both masks share, over the voxels of both, in percent."],
  [
    "HD95",
    "95th percentile of the distances from every surface voxel of either mask to the nearest surface voxel of the other, both directions joined into one list, in mm. A surface voxel is one that a 6-connected erosion removes. Tools that take the larger of the two directions' percentiles report other values.",
  ],
  [
    "Robust HD95",
    "The larger of the two directions' 95th percentiles, with every element of the surface weighted by its area in mm² (surfels). It does not depend on how many voxels a piece of surface has, and is not the same as HD95.",
  ],
  ["ASSD", "Mean of the same joined list of distances as HD95, in mm."],
  [
    "Surface Dice",
    `Share of the area of both surfaces that lies within ${toleranceMm} mm of the other one, in percent: the normalised surface distance (NSD) by area. Tools that count surface voxels instead of their area report other values under the same name.`,
  ],
  [
    "Precision, recall",
    "Share of the predicted voxels that the reference holds, and of the reference's voxels that were predicted; none where there are no such voxels.",
  ],
  [
    "Kappa",
    "Cohen's kappa over all voxels of the grid. The background counts as agreement, so that it depends on how much of it the images show; for a small organ it lies close to Dice.",
  ],
  [
    "Empty masks",
    "Both empty: Dice 100 % and distances 0. One empty: Dice 0 and no distance; such a case is left out of the means of distances, and n tells how many remain. Every other number counts it.",
  ],
  [
    "Volume bias and limits",
    "Bland and Altman: mean of prediction − reference, and bias ± 1.96 SD, between which 95 % of differences of a normal distribution lie.",
  ],
  [
    "R²",
    "Squared correlation of predicted and reference volumes: how well any straight line fits, blind to a bias or a wrong scale. R² of identity is 1 − squared errors / squared deviations of the reference from its mean; it can be negative.",
  ],
  ["CCC", "Lin's concordance correlation coefficient: correlation times closeness to the line of identity."],
  [
    "ICC(2,1), ICC(3,1)",
    "Intraclass correlations of single ratings, for absolute agreement and for consistency; a constant bias lowers only the former.",
  ],
  [
    "Intervals",
    `95 %. Those of means of agreement are the narrowest that hold both Student's t interval and the bootstrap-t interval over cases (${RESAMPLES} resamples, seeded; on the side to which values are skewed ${LONG_TAIL_PERCENT} % are cut off, not 2.5; beyond ${MOST_RESAMPLED} cases Student's, corrected for skewness): the first is right for normal values, the second for skewed ones, and percentile or BCa intervals promise too much for the few cases of a centre. In simulations they cover at least 93 % from ${LEAST_VALUES} cases on for normal, uniform and exponential values, shares near 1, and values as skewed as a lognormal of SD 1. Below ${LEAST_VALUES} cases none is given, as no method that we know holds there. No interval of a mean holds for every distribution (Bahadur and Savage 1956): a failure of one case in twenty that none of the compared cases shows is in no interval either, so look at minimum and maximum, and have more cases. Those of bias and mean differences use Student's t, those of ICC the F distribution.`,
  ],
  [
    "SD, quartiles",
    "SD divides by n − 1; quartiles are linear between neighbours. The mean of a group is over cases, not over voxels.",
  ],
];

/** What each number means, since tools differ. */
export const renderDefinitions = (toleranceMm: number): Html =>
  html`<dl class="definitions">${definitionsWith(toleranceMm).map(([term, words]) => html`<div><dt>${term}</dt><dd>${words}</dd></div>\n`)}</dl>`;
