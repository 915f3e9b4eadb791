import type { CorrectedCase, Drift, DriftPoint } from "../domain/quality.ts";
import { ewmaChart } from "../evaluate/controlChart.ts";
import { studentHalfWidth } from "../evaluate/distributions.ts";
import { mean, sampleSd } from "../evaluate/samples.ts";

const LAMBDA = 0.2;
/** What a normal distribution holds within three standard deviations. */
const THREE_SIGMA = 0.997_300_203_936_74;
/** So many cases must follow the baseline before anything is said. */
const LEAST_AFTER = 5;

const percent = (dice: number): string => `${(100 * dice).toFixed(1)} %`;

/**
 * Whether the Dice of corrected cases, in the order of their correction, falls below what is usual: the first
 * `baselineCases` say what is, an EWMA chart (λ = 0.2) watches the others. The limits are those of three standard
 * deviations, widened for mean and SD being known from few cases alone (Student's t). Only worsening alarms.
 * Of a steady normal series 2 in 100 alarm within 40 cases, of a very skewed one 12; a fall by 2 SD is found after 6.
 */
export const driftOf = (
  cases: readonly CorrectedCase[],
  scanner: string | null,
  baselineCases: number,
): Drift => {
  const dices = cases.map(({ agreement }) => agreement.dice);
  const least = baselineCases + LEAST_AFTER;
  const unjudged = { scanner, cases: cases.length, target: null, sd: null, points: [] };
  if (cases.length < least)
    return {
      ...unjudged,
      status: "too-few",
      sentence: `${cases.length} corrected case(s) are too few to judge; ${least} are needed.`,
    };
  const baseline = dices.slice(0, baselineCases);
  const [target, sd] = [mean(baseline), sampleSd(baseline)];
  if (!(sd > 0))
    return {
      ...unjudged,
      status: "no-spread",
      target,
      sd,
      sentence: `The first ${baselineCases} cases all have a Dice of ${percent(target)}, which says not what is usual.`,
    };
  const chart = ewmaChart(dices.slice(baselineCases), {
    target,
    sd,
    lambda: LAMBDA,
    width: studentHalfWidth(THREE_SIGMA, baselineCases - 1),
    baselineCases,
  });
  const points = chart.flatMap(({ ewma, lowerLimit }, index) => {
    const each = cases[baselineCases + index];
    if (each === undefined) return [];
    const { correctionSopInstanceUid, month, agreement } = each;
    return [{ correctionSopInstanceUid, month, dice: agreement.dice, ewma, lowerLimit }];
  });
  return { scanner, cases: cases.length, target, sd, points, ...judge(points, target) };
};

/**
 * Noise carries a weighted mean to and fro across its limit: an alarm holds until the mean is back within a third of the
 * limit's distance from what is usual. What has recovered is told without one.
 */
const judge = (points: Drift["points"], target: number): Pick<Drift, "status" | "sentence"> => {
  const isBelow = ({ ewma, lowerLimit }: DriftPoint): boolean => ewma < lowerLimit;
  const newest = points.at(-1);
  const now = `The weighted mean Dice is ${percent(newest?.ewma ?? target)} (usual: ${percent(target)}).`;
  const lastUsual = points.findLastIndex(
    ({ ewma, lowerLimit }) => target - ewma <= (target - lowerLimit) / 3,
  );
  const fall = points.slice(lastUsual + 1).find(isBelow);
  if (fall !== undefined)
    return {
      status: "alarm",
      sentence: `${now} It fell below its limit of ${percent(fall.lowerLimit)} with a correction of ${fall.month}.`,
    };
  const earlier = points.findLast(isBelow);
  return {
    status: "steady",
    sentence:
      earlier === undefined ? now : `${now} It was below its limit in ${earlier.month} and has recovered.`,
  };
};
