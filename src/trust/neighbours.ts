import type { Slice } from "./slices.ts";

/** Of a slice: of fewer a crop of one tissue may be made, whose noise is all that differs. Of means: below this a correlation is chance. */
const leastPixels = { slice: 4096, means: 256 };

/** Neighbours, and means over squares of 2 and 4: noise of a pixel hides an image, noise of neighbours is averaged away. */
const scales = 3;

/** Means over squares of two by two; an odd last row or column is left out. */
const halve = ({ values, columns }: Slice): Slice => {
  const rows = values.length / columns;
  const [halfRows, halfColumns] = [rows >> 1, columns >> 1];
  const means = new Float32Array(halfRows * halfColumns);
  for (let row = 0; row < halfRows; row++) {
    const [upper, lower] = [2 * row * columns, (2 * row + 1) * columns];
    for (let column = 0; column < halfColumns; column++) {
      const [above, below] = [upper + 2 * column, lower + 2 * column];
      const pair = (values[above] as number) + (values[above + 1] as number);
      means[row * halfColumns + column] =
        (pair + (values[below] as number) + (values[below + 1] as number)) / 4;
    }
  }
  return { values: means, columns: halfColumns };
};

/** Autocorrelation of neighbours in a row; null where there are too few, or all are equal. */
const correlationOf = ({ values, columns }: Slice): number | null => {
  if (values.length < leastPixels.means || columns < 2) return null;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let [squares, products] = [0, 0];
  for (let start = 0; start < values.length; start += columns) {
    let before = 0;
    for (let at = start; at < start + columns; at++) {
      const value = (values[at] as number) - mean;
      squares += value * value;
      products += before * value;
      before = value;
    }
  }
  const pairs = (columns - 1) / columns;
  return squares === 0 ? null : products / pairs / squares;
};

/**
 * The most that neighbours in a row agree, as their autocorrelation from −1 to 1, in any of the slices and at any scale,
 * so that no shift and no scale of one slice moves it. Near 0 for noise without an image in it. Null where nothing can be
 * told: slices of a few pixels, or of one value.
 */
export const neighbourCorrelation = (slices: readonly Slice[]): number | null => {
  let most: number | null = null;
  for (const slice of slices) {
    if (slice.values.length < leastPixels.slice) continue;
    let scaled = slice;
    for (let scale = 0; scale < scales; scale++, scaled = halve(scaled)) {
      const correlation = correlationOf(scaled);
      if (correlation !== null) most = Math.max(most ?? -1, correlation);
    }
  }
  return most;
};
