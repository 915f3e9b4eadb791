import { type Failure, FailureError, makeFailure } from "../domain/failure.ts";
import type { Volume } from "../domain/grid.ts";
import type { ModelClass } from "../domain/plan.ts";
import type { Warning } from "../domain/warning.ts";
import { type CtPeaks, findCtPeaks } from "./ctPeaks.ts";
import { type Histogram, histogramOf, shareIn } from "./histogram.ts";
import { countKinds, equalNeighbours } from "./kinds.ts";
import { neighbourCorrelation } from "./neighbours.ts";
import { sampleSlices } from "./slices.ts";

/**
 * Values that cannot be what a class says, whatever the header calls them. Only contradictions: what is merely unusual
 * passes. Shares are of all voxels, so that noise, a shift of some tens of units or another scale of a real image moves
 * them by little; each limit stands with what it must not refuse.
 */

/**
 * Labels count in small whole numbers and fill their regions: of 42 values 99 % of neighbours are equal. The coarsest
 * image met, a CT in 8-bit JPEG, has 79 values and 52 %; images in 16 bits have thousands and 1 to 13 %.
 */
const labelMap = { mostKinds: 256, leastEqual: 0.9 };

/** A mask, or nothing at all; not even a phantom without noise has so few. */
const fewestKinds = 3;

/**
 * Fat lies below −80 HU and air near −1000; a volume about a pancreas holds 50 % of both, and even one cut close to the
 * organ has its fat. Soft tissue is 30 to 97 % of real series, and 1 % of a coarse phantom in a field of view of 2 m.
 */
const hounsfield = { fatBelow: -30, leastBelow: 0.01, soft: [-150, 250], leastSoft: 0.004 } as const;

/** With soft tissue at its Hounsfield units. MR, whose values are magnitudes, has nothing so far below zero. */
const airOfCt = { range: [-1100, -850], leastShare: 0.02 } as const;

/** Where the lower peak of a CT may lie, or at least some air, if all else says that its values lie elsewhere. */
const nearAirOfCt = { range: [-1300, -700], leastShare: 0.02 } as const;

/** Noise in real headers has 0.00 to 0.14, the least of an image 0.74: a T2 in voxels of 8 mm under noise. */
const leastCorrelation = 0.3;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const rounded = (share: number): number => Number(share.toFixed(4));

const mismatch = (sentence: string, details: Readonly<Record<string, unknown>>): Failure =>
  makeFailure("SEQUENCE_MISMATCH", sentence, details);

const judgeKinds = (volume: Volume, modelClass: ModelClass): Failure | null => {
  const counts = countKinds(volume.voxels, labelMap.mostKinds);
  if (counts === null) return null;
  const kinds = counts.size;
  if (kinds < fewestKinds) {
    const values = [...counts.keys()].toSorted((a, b) => a - b);
    const what = kinds === 2 ? "a binary mask" : "an empty image";
    return mismatch(`The only values are ${values.join(" and ")}: ${what}, and no ${modelClass}.`, {
      values,
    });
  }
  const equalShare = equalNeighbours(volume, counts);
  if (equalShare < labelMap.leastEqual) return null;
  return mismatch(
    `${kinds} different values, and ${percent(equalShare)} of neighbours are equal: a label map, and no ${modelClass}.`,
    { kinds, equalShare: rounded(equalShare) },
  );
};

const shareOf = (voxels: Float32Array, [least, most]: readonly [number, number]): number => {
  let count = 0;
  // Counted by index: an iterator takes four times as long over every voxel.
  for (let at = 0; at < voxels.length; at++) {
    const value = voxels[at] as number;
    if (value >= least && value <= most) count++;
  }
  return count / voxels.length;
};

const judgeNoise = (correlation: number | null, modelClass: ModelClass): Failure | null => {
  if (correlation === null || correlation >= leastCorrelation) return null;
  return mismatch(
    `Neighbours do not resemble each other (correlation ${correlation.toFixed(2)}): noise without an image in it, and no ${modelClass}.`,
    { correlation: rounded(correlation) },
  );
};

const isAirOfCt = (histogram: Histogram, { air, softTissue }: CtPeaks): boolean => {
  const [least, most] = nearAirOfCt.range;
  const lower = Math.min(air, softTissue);
  if (lower >= least && lower <= most) return true;
  return shareIn(histogram, least, most) >= nearAirOfCt.leastShare;
};

/** A CT that lost its intercept, or was inverted, has all that a CT has, in other places. */
const judgePeaks = (histogram: Histogram | null, modelClass: ModelClass): Failure | null => {
  const peaks = histogram && findCtPeaks(histogram);
  if (histogram === null || peaks === null) return null;
  if (modelClass === "CT" && isAirOfCt(histogram, peaks)) return null;
  const [air, softTissue] = [Math.round(peaks.air), Math.round(peaks.softTissue)];
  const what =
    modelClass === "CT"
      ? "these are no Hounsfield units of a CT"
      : `a CT without its Hounsfield units, and no ${modelClass}`;
  return mismatch(
    `The values gather at ${air} and ${softTissue}, as air and soft tissue of a CT do at -1000 and 50: ${what}.`,
    { air, softTissue, airShare: rounded(peaks.airShare), softTissueShare: rounded(peaks.softTissueShare) },
  );
};

const judgeHounsfield = ({ voxels }: Volume): Failure | null => {
  const lowShare = shareOf(voxels, [Number.NEGATIVE_INFINITY, hounsfield.fatBelow]);
  const softShare = shareOf(voxels, hounsfield.soft);
  if (lowShare >= hounsfield.leastBelow && softShare >= hounsfield.leastSoft) return null;
  const missing =
    lowShare < hounsfield.leastBelow
      ? `Only ${percent(lowShare)} of the values lie below ${hounsfield.fatBelow}, where air and fat are`
      : `Only ${percent(softShare)} of the values lie from ${hounsfield.soft.join(" to ")}, where soft tissue is`;
  return mismatch(`${missing}: these are no Hounsfield units of a CT.`, {
    belowFatShare: rounded(lowShare),
    softTissueShare: rounded(softShare),
  });
};

const judgeMr = ({ voxels }: Volume, modelClass: ModelClass): Failure | null => {
  const airShare = shareOf(voxels, airOfCt.range);
  const softShare = shareOf(voxels, hounsfield.soft);
  if (airShare < airOfCt.leastShare || softShare < hounsfield.leastSoft) return null;
  return mismatch(
    `${percent(airShare)} of the values are air and ${percent(softShare)} soft tissue in Hounsfield units: a CT, and no ${modelClass}.`,
    { airShare: rounded(airShare), softTissueShare: rounded(softShare) },
  );
};

/** SEQUENCE_MISMATCH where the values of a volume cannot be those of an image of this class, with the numbers; else null. */
export const judgeValues = (volume: Volume, modelClass: ModelClass): Failure | null => {
  const isCt = modelClass === "CT";
  const known =
    judgeKinds(volume, modelClass) ?? (isCt ? judgeHounsfield(volume) : judgeMr(volume, modelClass));
  if (known !== null) return known;
  const slices = sampleSlices(volume);
  return judgeNoise(neighbourCorrelation(slices), modelClass) ?? judgePeaks(histogramOf(slices), modelClass);
};

/**
 * Throws SEQUENCE_MISMATCH where the values contradict the class; where a person insists, that is a warning of the result.
 */
export const requireValues = (
  volume: Volume,
  modelClass: ModelClass,
  { allowMismatch }: { readonly allowMismatch: boolean },
): readonly Warning[] => {
  const failure = judgeValues(volume, modelClass);
  if (failure === null) return [];
  if (!allowMismatch) throw new FailureError(failure);
  const { sentence, details } = failure;
  const forced = `${sentence} It was segmented because a person asked for it.`;
  return [{ code: "SEQUENCE_MISMATCH", sentence: forced, details }];
};
