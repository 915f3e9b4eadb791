import type { Slice } from "./slices.ts";

/** How many values lie in each bin, from the least value on. */
export type Histogram = { readonly least: number; readonly counts: Uint32Array; readonly total: number };

/** In units of the values. */
export const binWidth = 10;

/** Three times what 16 bits span; what spans more is no CT, and is not worth its memory. */
const mostBins = 20_000;

/** An end that nothing comes near stands for something else: padding, or a marker. */
const loneBins = 30;

const rangeOf = (slices: readonly Slice[]): readonly [number, number] => {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { values } of slices)
    for (const value of values) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
  return [least, most];
};

const isEmpty = (counts: Uint32Array): boolean => counts.every((count) => count === 0);

/** The bins without a lone first and a lone last one, of which the others know nothing. */
const withoutLoneEnds = (counts: Uint32Array): Uint32Array => {
  const own = counts.slice();
  if (own.length <= loneBins) return own;
  if (isEmpty(own.subarray(1, 1 + loneBins))) own[0] = 0;
  if (isEmpty(own.subarray(-1 - loneBins, -1))) own[own.length - 1] = 0;
  return own;
};

/** The values of some slices, without padding; null where they span more than any CT does. */
export const histogramOf = (slices: readonly Slice[]): Histogram | null => {
  const [least, most] = rangeOf(slices);
  const bins = Math.floor((most - least) / binWidth) + 1;
  if (!(bins <= mostBins)) return null;
  const counts = new Uint32Array(bins);
  for (const { values } of slices)
    for (const value of values) (counts[Math.floor((value - least) / binWidth)] as number)++;
  const own = withoutLoneEnds(counts);
  return { least, counts: own, total: own.reduce((sum, count) => sum + count, 0) };
};

/** The share of values from `from` to `to`, each to the bin. */
export const shareIn = ({ least, counts, total }: Histogram, from: number, to: number): number => {
  const [first, end] = [from, to].map((value) => Math.max(0, Math.round((value - least) / binWidth)));
  return counts.subarray(first, end).reduce((sum, count) => sum + count, 0) / total;
};
