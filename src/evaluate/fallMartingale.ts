import { normalCdf, normalQuantile } from "./distributions.ts";

/** One way in which values may have fallen. */
type Fall = {
  /** Its part of what is staked. */
  readonly part: number;
  /** Share of fallen values below the value that the share p of steady ones lies below. */
  readonly below: (p: number) => number;
  /** Where fallen values lie close together they go on doing so; else each lies where it would without the others. */
  readonly clumps: boolean;
};

/**
 * A normal distribution moved down by 1.6 SD; the least of six values in place of one; all in the lowest quarter, as where
 * most results were accepted unchanged and none is any more.
 */
const falls: readonly Fall[] = [
  { part: 0.5, below: (p) => normalCdf(normalQuantile(p) + 1.6), clumps: false },
  { part: 0.4, below: (p) => 1 - (1 - p) ** 6, clumps: true },
  { part: 0.1, below: (p) => Math.min(1, 4 * p), clumps: true },
];

/** Share of fallen values that lie anywhere at all: one high value among them refutes no fall. */
const ANYWHERE = 0.1;

/** Cases in which a fall has to show, from its first on; what was staked on it is lost then. */
const SHOWN_WITHIN = 30;

/** What is staked on a fall at the first case, over what the same number of cases before would earn later. */
const AT_ONCE = 12;

/** So many cases share what is staked; over more of them a little more is, as a fall is always possible. */
const STAKED_OVER = 200;

/** A bet that values are lower from case `start` on, counted from 0. */
type Bet = {
  readonly start: number;
  /** For each case since: how many of the `start` cases before lie lower. */
  readonly positions: readonly number[];
  /** For each way to fall: what the stake has become, and the likelihoods of the positions, summed. */
  readonly wealth: readonly number[];
  readonly seen: readonly number[];
};

/** What is staked on falls that began with one of the last cases. */
export type Bets = readonly Bet[];

export const wealthOf = (bets: Bets): number =>
  bets.reduce((sum, { wealth }) => wealth.reduce((total, each) => total + each, sum), 0);

/** How much more often a fallen value has this many of the `start` steady ones below itself than a steady one. */
const likelihoodOf = ({ below }: Fall, position: number, start: number): number => {
  const gaps = start + 1;
  return ANYWHERE + (1 - ANYWHERE) * gaps * (below((position + 1) / gaps) - below(position / gaps));
};

/** One unit over the first 200 cases, in proportion to 1 / start: a fall is told sooner with more to compare it with. */
const stakeOn = (start: number, calibration: number): number => {
  let total = AT_ONCE / calibration;
  for (let each = calibration + 1; each < calibration + STAKED_OVER; each++) total += 1 / each;
  return (start === calibration ? AT_ONCE : 1) / (start * total);
};

/**
 * By chance each gap between the steady values draws the next one in proportion to 1 + the cases that it drew (Pólya's urn),
 * whatever the distribution of the values: so what a likelihood is divided by is its mean, and the bet is fair.
 */
const won = (bet: Bet, position: number): Bet => {
  const gaps = bet.start + 1;
  const drawn = bet.positions.length;
  const drawnHere = bet.positions.reduce((count, each) => count + (each === position ? 1 : 0), 0);
  const likelihoods = falls.map((fall) => likelihoodOf(fall, position, bet.start));
  const factor = ({ clumps }: Fall, i: number): number =>
    ((likelihoods[i] as number) * (gaps + drawn)) /
    (clumps ? gaps + (bet.seen[i] as number) : gaps * (1 + drawnHere));
  return {
    start: bet.start,
    positions: [...bet.positions, position],
    wealth: falls.map((fall, i) => (bet.wealth[i] as number) * factor(fall, i)),
    seen: likelihoods.map((likelihood, i) => (bet.seen[i] as number) + likelihood),
  };
};

/**
 * The bets after case `newest` (from 0) of cases of which the first `calibration` say what is usual; `isLower` tells which
 * of those before lie lower, ties broken by chance. A bet on a fall is opened before each case, and each is a likelihood
 * ratio of the ranks of all cases so far, a martingale as long as their order is by chance: over the first 200 cases one unit
 * is staked, so that wealth reaches c in them with a chance of 1 / c at most (Ville's inequality), whatever the
 * distribution and however few say what is usual; over the first 1,000 one and a half.
 * Source: rank likelihoods, Savage 1956, https://doi.org/10.1214/aoms/1177728170; conformal test martingales, Vovk et al.
 * 2021, https://proceedings.mlr.press/v152/vovk21b.html; stakes on every time of a change, Shiryaev 1963 and Roberts 1966.
 */
export const betOn = (
  bets: Bets,
  newest: number,
  calibration: number,
  isLower: (index: number) => boolean,
): Bets => {
  const stake = stakeOn(newest, calibration);
  const opened: Bet = {
    start: newest,
    positions: [],
    wealth: falls.map(({ part }) => part * stake),
    seen: falls.map(() => 0),
  };
  const open = [...bets.filter(({ start }) => start > newest - SHOWN_WITHIN), opened];
  let [counted, lower] = [0, 0];
  return open.map((bet) => {
    for (; counted < bet.start; counted++) if (isLower(counted)) lower++;
    return won(bet, lower);
  });
};
