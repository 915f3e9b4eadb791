import type { Volume } from "../domain/grid.ts";

/** A plane of a volume, row by row; or its means over small squares. */
export type Slice = { readonly values: Float32Array; readonly columns: number };

/** What is true of a volume's values is true of these: reading all would cost more than it tells. */
const mostSlices = 12;

/** Slices evenly spread over a volume, views of its voxels: the middles of as many equal parts. */
export const sampleSlices = ({ voxels, grid }: Volume): readonly Slice[] => {
  const [slices, rows, columns] = grid.shape;
  const count = Math.min(slices, mostSlices);
  return Array.from({ length: count }, (_, n) => {
    const k = Math.floor(((n + 0.5) * slices) / count);
    return { values: voxels.subarray(k * rows * columns, (k + 1) * rows * columns), columns };
  });
};
