import type { Mask } from "../domain/grid.ts";

/** Voxels of the mask in each slice. */
const areas = ({ voxels, grid: { shape } }: Mask): readonly number[] => {
  const size = shape[1] * shape[2];
  return Array.from({ length: shape[0] }, (_, k) => {
    let area = 0;
    for (let at = k * size; at < (k + 1) * size; at++) if (voxels[at] !== 0) area++;
    return area;
  });
};

/** A stretch of `length` slices around the middle of another, moved so far that it lies in the stack. */
const widened = (from: number, to: number, length: number, slices: number): readonly [number, number] => {
  const start = Math.floor((from + to - length) / 2);
  const first = Math.max(0, Math.min(start, slices - length));
  return [first, first + length];
};

/** One slice from the middle of each of `count` equal parts of [from, to). */
const spread = (from: number, to: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, n) => from + Math.floor(((n + 0.5) * (to - from)) / count));

const withSlice = (slices: readonly number[], wanted: number): readonly number[] => {
  if (slices.includes(wanted)) return slices;
  const distances = slices.map((k) => Math.abs(k - wanted));
  return slices.with(distances.indexOf(Math.min(...distances)), wanted);
};

/**
 * Indices of `count` different slices, ascending: spread over the mask's extent and among them the one with most mask
 * (of equals the first). A mask of fewer slices is shown with its neighbours, an empty one by slices of the whole
 * volume; a volume of fewer slices gives them all.
 */
export const keySlices = (mask: Mask, count: number): readonly number[] => {
  const slices = mask.grid.shape[0];
  const wanted = Math.min(count, slices);
  const perSlice = areas(mask);
  const most = Math.max(...perSlice);
  if (most === 0) return spread(0, slices, wanted);
  const first = perSlice.findIndex((area) => area > 0);
  const end = perSlice.findLastIndex((area) => area > 0) + 1;
  const [from, to] = end - first < wanted ? widened(first, end, wanted, slices) : [first, end];
  return withSlice(spread(from, to, wanted), perSlice.indexOf(most));
};
