import { type Lps, lps, type Zyx, zyx } from "../domain/axes.ts";
import type { Grid } from "../domain/grid.ts";

export const add = (a: Lps, b: Lps): Lps => lps(a[0] + b[0], a[1] + b[1], a[2] + b[2]);

export const subtract = (a: Lps, b: Lps): Lps => lps(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

export const scale = (a: Lps, factor: number): Lps => lps(a[0] * factor, a[1] * factor, a[2] * factor);

export const dot = (a: Lps, b: Lps): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export const cross = (a: Lps, b: Lps): Lps =>
  lps(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]);

export const norm = (a: Lps): number => Math.hypot(a[0], a[1], a[2]);

/** The unit vector along `a`. A zero vector has none and comes back as NaN. */
export const normalise = (a: Lps): Lps => scale(a, 1 / norm(a));

/** Centre of voxel (k,j,i) in LPS mm; indices may be fractions. */
export const voxelToLps = (grid: Grid, k: number, j: number, i: number): Lps => {
  const alongZ = scale(grid.axes[0], k * grid.spacingMm[0]);
  const alongY = scale(grid.axes[1], j * grid.spacingMm[1]);
  const alongX = scale(grid.axes[2], i * grid.spacingMm[2]);
  return add(add(add(grid.originLps, alongZ), alongY), alongX);
};

/** Continuous (z,y,x) indices of an LPS point, mm: the exact inverse of `voxelToLps`, also where axes are not quite orthogonal. */
export const lpsToVoxel = (grid: Grid, point: Lps): Zyx<number> => {
  const [z, y, x] = grid.axes;
  const offset = subtract(point, grid.originLps);
  const determinant = dot(z, cross(y, x));
  return zyx(
    dot(offset, cross(y, x)) / determinant / grid.spacingMm[0],
    dot(offset, cross(x, z)) / determinant / grid.spacingMm[1],
    dot(offset, cross(z, y)) / determinant / grid.spacingMm[2],
  );
};
