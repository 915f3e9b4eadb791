/**
 * What is staked on the next values being lower than usual: with a stake s on the lowest share a of values, wealth is
 * multiplied by 1 − s + s / a for a p-value below a, else by 1 − s; the last bet risks nothing. Each has a mean of 1 over a
 * uniform p-value, and none multiplies by more than 17: no single case can alarm. Linear bets 1 + ε (p − ½) at most double,
 * so that nine cases at least pass before a fall is told.
 */
const bets: readonly { readonly share: number; readonly stake: number }[] = [
  { share: 0.05, stake: 0.85 },
  { share: 0.12, stake: 0.85 },
  { share: 0.25, stake: 0.8 },
  { share: 0.4, stake: 0.8 },
  { share: 1, stake: 0 },
];

/** Share of the wealth that moves between bets after each value, so that a fall is found whenever it begins. */
const JUMP = 0.01;

/**
 * For each value after the first `calibration`: the share of values until then, itself among them, that are lower; ties
 * count by the share of them that `tieBreaks` says, a uniform number in 0 … 1 for each value. Where the order of all values
 * is by chance, however they are distributed, these are independent and uniform. Source: Vovk, Gammerman & Shafer,
 * Algorithmic Learning in a Random World, 2nd ed. 2022, chapter 8.
 */
export const conformalPValues = (
  values: readonly number[],
  tieBreaks: readonly number[],
  calibration: number,
): readonly number[] =>
  values.slice(calibration).map((value, index) => {
    const count = calibration + index + 1;
    let lower = 0;
    let equal = 0;
    for (let i = 0; i < count; i++) {
      const other = values[i] as number;
      if (other < value) lower++;
      else if (other === value) equal++;
    }
    return (lower + equal * (tieBreaks[count - 1] as number)) / count;
  });

/** What each bet holds. */
export type Stakes = readonly number[];

/** One unit, shared evenly. */
export const newStakes = (): Stakes => bets.map(() => 1 / bets.length);

export const wealthOf = (stakes: Stakes): number => stakes.reduce((sum, stake) => sum + stake, 0);

/**
 * The bets after one more p-value. Wealth is a martingale as long as values are exchangeable: that it ever reaches c has
 * a chance of 1 / c at most (Ville's inequality), at any size of the calibration. Source: the simple jumper of Vovk et al.
 * 2021, Retrain or not retrain, https://proceedings.mlr.press/v152/vovk21b.html, with one-sided bets.
 */
export const betOn = (stakes: Stakes, pValue: number): Stakes => {
  const won = bets.map(
    ({ share, stake }, i) =>
      (stakes[i] as number) * (1 - stake + (pValue < share || share === 1 ? stake / share : 0)),
  );
  const even = (JUMP * wealthOf(won)) / bets.length;
  return won.map((each) => (1 - JUMP) * each + even);
};
