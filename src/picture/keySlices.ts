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

/** One from the middle of each of `count` equal parts of a list; all of a shorter one. */
const spread = (list: readonly number[], count: number): readonly number[] => {
  const wanted = Math.min(count, list.length);
  return Array.from({ length: wanted }, (_, n) => Math.floor(((n + 0.5) * list.length) / wanted)).flatMap(
    (at) => list.slice(at, at + 1),
  );
};

const withSlice = (slices: readonly number[], wanted: number): readonly number[] => {
  if (slices.includes(wanted)) return slices;
  const distances = slices.map((k) => Math.abs(k - wanted));
  return slices.with(distances.indexOf(Math.min(...distances)), wanted);
};

/**
 * Indices of `count` different slices, ascending: spread over those that hold mask, and among them the one with most of
 * it (of equals the first). A mask of fewer slices is shown by these alone, an empty one by slices of the whole volume.
 */
export const keySlices = (mask: Mask, count: number): readonly number[] => {
  const perSlice = areas(mask);
  const all = perSlice.map((_, k) => k);
  const holding = all.filter((k) => (perSlice[k] ?? 0) > 0);
  if (holding.length === 0) return spread(all, count);
  return withSlice(spread(holding, count), perSlice.indexOf(Math.max(...perSlice)));
};
