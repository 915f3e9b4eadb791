import { type Failure, FailureError, makeFailure } from "../domain/failure.ts";
import type { Volume } from "../domain/grid.ts";
import type { ModelClass } from "../domain/plan.ts";
import type { Warning } from "../domain/warning.ts";

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

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const rounded = (share: number): number => Number(share.toFixed(4));

/** How often each value occurs; null as soon as there are too many for a label map. */
const countKinds = (voxels: Float32Array): ReadonlyMap<number, number> | null => {
  const counts = new Map<number, number>();
  for (const value of voxels) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if (counts.size > labelMap.mostKinds) return null;
  }
  return counts;
};

/** Of two neighbours in a row that are both no background, the most frequent value, how many are equal. */
const equalNeighbours = ({ voxels, grid }: Volume, counts: ReadonlyMap<number, number>): number => {
  const [background] = [...counts].reduce((most, other) => (other[1] > most[1] ? other : most));
  const columns = grid.shape[2];
  let [pairs, equal] = [0, 0];
  for (let at = 1; at < voxels.length; at++) {
    const [left, right] = [voxels[at - 1] as number, voxels[at] as number];
    if (at % columns === 0 || left === background || right === background) continue;
    pairs++;
    if (left === right) equal++;
  }
  return pairs === 0 ? 1 : equal / pairs;
};

const mismatch = (sentence: string, details: Readonly<Record<string, unknown>>): Failure =>
  makeFailure("SEQUENCE_MISMATCH", sentence, details);

const judgeKinds = (volume: Volume, modelClass: ModelClass): Failure | null => {
  const counts = countKinds(volume.voxels);
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
  for (const value of voxels) if (value >= least && value <= most) count++;
  return count / voxels.length;
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
export const judgeValues = (volume: Volume, modelClass: ModelClass): Failure | null =>
  judgeKinds(volume, modelClass) ??
  (modelClass === "CT" ? judgeHounsfield(volume) : judgeMr(volume, modelClass));

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
