import type { Zyx } from "../domain/axes.ts";

/** Voxels in C order. */
type Source = { readonly voxels: Float32Array | Uint8Array; readonly shape: Zyx<number> };

export type Sampling = {
  readonly source: Source;
  /** Index in the source, perhaps a fraction, of the first voxel of each plane of the result. */
  readonly corners: readonly Zyx<number>[];
  /** Rows and columns of the result. */
  readonly rows: number;
  readonly columns: number;
  /** Value all around the source. */
  readonly outside: number;
};

/** Plane z of the source into the middle of a plane that has one voxel more on every side. */
const fillBlend = ({ voxels, shape }: Source, z: number, plane: Float64Array): void => {
  const [, rows, columns] = shape;
  const first = Math.floor(z);
  const share = z - first;
  for (let j = 0; j < rows; j++) {
    const from = (first * rows + j) * columns;
    const to = (j + 1) * (columns + 2) + 1;
    if (share === 0) plane.set(voxels.subarray(from, from + columns), to);
    else {
      const next = from + rows * columns;
      for (let i = 0; i < columns; i++)
        plane[to + i] = (voxels[from + i] as number) * (1 - share) + (voxels[next + i] as number) * share;
    }
  }
};

/** Where `count` samples from `start` on begin in a line with one voxel more at either end: the lower neighbours, and the share of the upper ones. */
const placeLine = (start: number, count: number, length: number) => {
  const first = Math.floor(start);
  const clamped = (index: number): number => Math.min(Math.max(index, -1), length) + 1;
  const lower = Int32Array.from({ length: count + 1 }, (_, n) => clamped(first + n));
  return { lower, share: start - first };
};

const sampleRow = (
  plane: Float64Array,
  [above, below]: readonly [number, number],
  down: number,
  across: ReturnType<typeof placeLine>,
  out: Float64Array,
  at: number,
): void => {
  const { lower, share } = across;
  const [w00, w01, w10, w11] = [
    (1 - down) * (1 - share),
    (1 - down) * share,
    down * (1 - share),
    down * share,
  ];
  for (let i = 0; i + 1 < lower.length; i++) {
    const [left, right] = [lower[i] as number, lower[i + 1] as number];
    out[at + i] =
      (plane[above + left] as number) * w00 +
      (plane[above + right] as number) * w01 +
      (plane[below + left] as number) * w10 +
      (plane[below + right] as number) * w11;
  }
};

/**
 * Hands every plane of the result, row by row and in double precision, to `take`: the source sampled linearly at the
 * plane's corner and at whole steps from there; the same array each time. Whole corners give the source's very values.
 * As scipy.ndimage.map_coordinates(order=1, mode="grid-constant"). Slices of the corners lie inside the source.
 */
export const samplePlanes = (
  { source, corners, rows, columns, outside }: Sampling,
  take: (plane: Float64Array, k: number) => void,
): void => {
  const [, height, width] = source.shape;
  const padded = new Float64Array((height + 2) * (width + 2)).fill(outside);
  const plane = new Float64Array(rows * columns);
  corners.forEach(([z, y, x], k) => {
    fillBlend(source, z, padded);
    const down = placeLine(y, rows, height);
    const across = placeLine(x, columns, width);
    for (let j = 0; j < rows; j++) {
      const above = (down.lower[j] as number) * (width + 2);
      const below = (down.lower[j + 1] as number) * (width + 2);
      sampleRow(padded, [above, below], down.share, across, plane, j * columns);
    }
    take(plane, k);
  });
};
