import { failed } from "../domain/failure.ts";
import type { VoxelCounts } from "./countVoxels.ts";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Cohen's unweighted kappa of a square table: rows are the first rater's categories, columns the second's, entries count
 * items. 1 − observed / expected disagreement, so nothing cancels where agreement is near 1. 1 where both raters put
 * every item into one and the same category (0/0; scikit-learn's `cohen_kappa_score` gives NaN). Throws USAGE for a table
 * that is not square or is empty. Source: Cohen 1960, https://doi.org/10.1177/001316446002000104.
 */
export const cohenKappa = (table: readonly (readonly number[])[]): number => {
  const rows = table.map(sum);
  const items = sum(rows);
  if (items === 0 || table.some((row) => row.length !== table.length))
    throw failed("USAGE", `Kappa needs a square table of counts; this one has ${table.length} rows.`);
  const columns = table.map((_, j) => sum(table.map((row) => row[j] ?? 0)));
  let [observed, expected] = [0, 0];
  for (const [i, row] of table.entries()) {
    for (const [j, count] of row.entries()) {
      if (i === j) continue;
      observed += count;
      expected += ((rows[i] ?? 0) * (columns[j] ?? 0)) / items;
    }
  }
  return expected === 0 ? 1 : 1 - observed / expected;
};

/**
 * Voxel-wise kappa of two masks over the whole grid: the shared background counts as agreement, so the value depends on
 * how much empty space the images show, and for a small organ it is close to Dice. Two empty or two full masks: 1; one
 * empty: 0.
 */
export const kappaOfCounts = ({ both, onlyFirst, onlySecond, neither }: VoxelCounts): number =>
  cohenKappa([
    [both, onlyFirst],
    [onlySecond, neither],
  ]);
