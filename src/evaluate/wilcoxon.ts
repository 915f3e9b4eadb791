import { normalCdf } from "./distributions.ts";
import { differences, requirePairs, sum } from "./samples.ts";

export type Wilcoxon = {
  /** Pairs that differ; equal pairs are left out. */
  readonly n: number;
  /** Sums of the ranks of the positive and of the negative differences of first − second. */
  readonly positiveRanks: number;
  readonly negativeRanks: number;
  /** The smaller of the two sums. */
  readonly statistic: number;
  /** Two-sided. */
  readonly p: number;
  readonly method: "exact" | "normal";
  /** (positive − negative) / (positive + negative), −1…1; null where no pair differs. */
  readonly rankBiserial: number | null;
};

type Ranks = { readonly ranks: readonly number[]; readonly tieSizes: readonly number[] };

/** Ranks from 1, ties share the mean of theirs; and how many values share each. */
const rank = (values: readonly number[]): Ranks => {
  const sorted = Float64Array.from(values).sort();
  const places = new Map<number, { first: number; count: number }>();
  for (const [at, value] of sorted.entries()) {
    const place = places.get(value);
    if (place === undefined) places.set(value, { first: at + 1, count: 1 });
    else place.count++;
  }
  const rankOf = ({ first, count }: { first: number; count: number }): number => first + (count - 1) / 2;
  return {
    ranks: values.map((value) => rankOf(places.get(value) ?? { first: Number.NaN, count: 1 })),
    tieSizes: [...places.values()].map(({ count }) => count),
  };
};

/**
 * Under the hypothesis every sign is a fair coin: counts the 2^n signings by their positive rank sum. Twice the ranks are
 * whole also where ties share them; the counts stay exact up to n = 53.
 */
const exactP = (ranks: readonly number[], positive: number): number => {
  const doubled = ranks.map((value) => Math.round(2 * value));
  const total = sum(doubled);
  const signings = new Float64Array(total + 1);
  signings[0] = 1;
  for (const step of doubled)
    for (let at = total; at >= step; at--)
      signings[at] = (signings[at] as number) + (signings[at - step] as number);
  const observed = Math.round(2 * positive);
  const lower = sum([...signings.subarray(0, observed + 1)]);
  const upper = sum([...signings.subarray(observed)]);
  return Math.min(1, (2 * Math.min(lower, upper)) / 2 ** ranks.length);
};

const normalP = ({ ranks, tieSizes }: Ranks, positive: number): number => {
  const n = ranks.length;
  const ties = sum(tieSizes.map((size) => size ** 3 - size));
  const error = Math.sqrt((n * (n + 1) * (2 * n + 1) - ties / 2) / 24);
  return 2 * normalCdf(-Math.abs((positive - (n * (n + 1)) / 4) / error));
};

/**
 * Wilcoxon's signed-rank test of paired values, two-sided, with the defaults of scipy.stats.wilcoxon (1.13 and later):
 * equal pairs are left out (Wilcoxon's own way), tied differences share their mean rank. Exact for up to 50 pairs without
 * ties and equal pairs, and for up to 13 pairs with them (all signings); otherwise normal with the tie correction and
 * without continuity correction. p = 1 where no pair differs. The matched rank-biserial correlation is the effect size
 * (Kerby 2014, https://doi.org/10.2466/11.IT.3.1; pingouin's RBC). Throws USAGE for no pairs, different lengths or numbers
 * that are not finite. Source: Wilcoxon 1945, https://doi.org/10.2307/3001968.
 */
export const wilcoxonTest = (first: readonly number[], second: readonly number[]): Wilcoxon => {
  requirePairs(first, second, 1);
  const gaps = differences(first, second).filter((gap) => gap !== 0);
  const ranked = rank(gaps.map(Math.abs));
  const { ranks, tieSizes } = ranked;
  const positiveRanks = sum(ranks.filter((_, i) => (gaps[i] ?? 0) > 0));
  const total = sum(ranks);
  const isClean = gaps.length === first.length && tieSizes.every((size) => size === 1);
  const isExact = first.length <= (isClean ? 50 : 13) || gaps.length === 0;
  return {
    n: gaps.length,
    positiveRanks,
    negativeRanks: total - positiveRanks,
    statistic: Math.min(positiveRanks, total - positiveRanks),
    p: isExact ? exactP(ranks, positiveRanks) : normalP(ranked, positiveRanks),
    method: isExact ? "exact" : "normal",
    rankBiserial: total === 0 ? null : (2 * positiveRanks - total) / total,
  };
};
