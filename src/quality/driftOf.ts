import type { AuditRules, CorrectedCase, Drift, DriftPoint } from "../domain/quality.ts";
import { ewmaChart } from "../evaluate/controlChart.ts";
import { studentHalfWidth } from "../evaluate/distributions.ts";
import { type Bets, betOn, wealthOf } from "../evaluate/fallMartingale.ts";
import { mean, sampleSd } from "../evaluate/samples.ts";
import { tieBreakOf } from "./tieBreak.ts";

const LAMBDA = 0.2;
/** What a normal distribution holds within three standard deviations. */
const THREE_SIGMA = 0.997_300_203_936_74;
/** So many cases must follow the baseline before anything is said. */
const LEAST_AFTER = 5;
/** A steady series reaches this wealth within 200 cases with a chance of 1 in 50 at most. */
const ALARM_WEALTH = 50;
/**
 * Dice spreads by no less than the smallest edit that people make on purpose: one slice of a pancreas on fifty, erased or
 * added, costs 0.01. Sites that accept results as they are would else take any touch for a fall.
 */
const LEAST_SD = 0.01;

const percent = (dice: number): string => `${(100 * dice).toFixed(1)} %`;

const leastCases = (baselineCases: number): number => baselineCases + LEAST_AFTER;

/**
 * All scanners together, then each in the order of their names. Where several are judged, each is asked for so much more
 * evidence that a site where nothing changes hears any alarm with a chance of 1 in 50.
 */
export const driftsOf = (
  cases: readonly CorrectedCase[],
  { baselineCases }: Pick<AuditRules, "baselineCases">,
): readonly Drift[] => {
  const scanners = [...Map.groupBy(cases, ({ scanner }) => scanner)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const judged = scanners.filter(([, members]) => members.length >= leastCases(baselineCases)).length;
  // One scanner alone is the same statistic as all together.
  const statistics = scanners.length === 1 ? 1 : 1 + judged;
  return [
    driftOf(cases, null, baselineCases, statistics),
    ...scanners.map(([scanner, members]) => driftOf(members, scanner, baselineCases, statistics)),
  ];
};

/**
 * Whether the Dice of corrected cases, in the order of their correction, falls below what is usual: the first
 * `baselineCases` say what is, and bets on a fall at every case since weigh by ranks the evidence that they do not lie lower
 * by chance: a promise kept for any distribution, Dice of 1 in most cases among them, and for any size of the baseline. A
 * fall of 2 SD is found within 10 cases in 95 % of sites from a baseline of 50 on, in about 90 % with 20. The EWMA chart (λ = 0.2, limits of three standard deviations, widened by Student's t) is for people.
 * Only worsening alarms, and what lies within a third of the chart's limit from the usual is no worsening.
 * `npm run bench:evaluate` prints how often steady sites alarm, and after how many cases a fall is found.
 */
export const driftOf = (
  cases: readonly CorrectedCase[],
  scanner: string | null,
  baselineCases: number,
  statistics = 1,
): Drift => {
  const dices = cases.map(({ agreement }) => agreement.dice);
  const least = leastCases(baselineCases);
  const alarmWealth = ALARM_WEALTH * statistics;
  if (cases.length < least)
    return {
      scanner,
      cases: cases.length,
      alarmWealth,
      target: null,
      sd: null,
      points: [],
      status: "too-few",
      sentence: `${cases.length} corrected case(s) are too few to judge; ${least} are needed.`,
    };
  const baseline = dices.slice(0, baselineCases);
  const [target, sd] = [mean(baseline), sampleSd(baseline)];
  const chart = ewmaChart(dices.slice(baselineCases), {
    target,
    sd: Math.max(sd, LEAST_SD),
    lambda: LAMBDA,
    width: studentHalfWidth(THREE_SIGMA, baselineCases - 1),
    baselineCases,
  });
  const draws = cases.map(({ correctionSopInstanceUid }) => tieBreakOf(correctionSopInstanceUid));
  const isLower = (a: number, b: number): boolean => {
    const [one, other] = [dices[a] as number, dices[b] as number];
    return one === other ? (draws[a] as number) < (draws[b] as number) : one < other;
  };
  let bets: Bets = [];
  let alarm: DriftPoint | null = null;
  const points: DriftPoint[] = [];
  for (const [index, { ewma, lowerLimit }] of chart.entries()) {
    const { correctionSopInstanceUid, month, agreement } = cases[baselineCases + index] as CorrectedCase;
    const newest = baselineCases + index;
    bets = betOn(bets, newest, baselineCases, (before) => isLower(before, newest));
    const wealth = wealthOf(bets);
    const isLow = !isUsual({ ewma, lowerLimit }, target);
    const isAlarm: boolean = isLow && (alarm !== null || wealth >= alarmWealth);
    const point: DriftPoint = {
      correctionSopInstanceUid,
      month,
      dice: agreement.dice,
      ewma,
      lowerLimit,
      wealth,
      isAlarm,
    };
    points.push(point);
    // What has recovered is judged anew.
    if (alarm !== null && !isAlarm) bets = [];
    alarm = isAlarm ? (alarm ?? point) : null;
  }
  const judgement = {
    status: alarm === null ? "steady" : "alarm",
    sentence: say(points, target, alarm),
  } as const;
  return { scanner, cases: cases.length, alarmWealth, target, sd, points, ...judgement };
};

/** Noise carries a weighted mean to and fro: within a third of the limit's distance it is what it was. */
const isUsual = ({ ewma, lowerLimit }: Pick<DriftPoint, "ewma" | "lowerLimit">, target: number): boolean =>
  target - ewma <= (target - lowerLimit) / 3;

const say = (points: readonly DriftPoint[], target: number, alarm: DriftPoint | null): string => {
  const isBelow = ({ ewma, lowerLimit }: DriftPoint): boolean => ewma < lowerLimit;
  const newest = points.at(-1);
  const now = `The weighted mean Dice is ${percent(newest?.ewma ?? target)} (usual: ${percent(target)}).`;
  if (alarm !== null) {
    const lastUsual = points.findLastIndex((point) => isUsual(point, target));
    const fall = points.slice(lastUsual + 1).find(isBelow);
    return fall === undefined
      ? `${now} Since ${alarm.month} cases are lower than chance explains.`
      : `${now} It fell below its limit of ${percent(fall.lowerLimit)} with a correction of ${fall.month}.`;
  }
  const last = points.findLast(isBelow);
  if (last === undefined) return now;
  return newest !== undefined && isUsual(newest, target)
    ? `${now} It was below its limit in ${last.month} and has recovered.`
    : `${now} It was below its limit in ${last.month}; so far chance may explain that.`;
};
