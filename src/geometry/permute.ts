import { mapZyx, type Zyx } from "../domain/axes.ts";

/** Value of one axis, 0 (z), 1 (y) or 2 (x). */
export const along = <T>(triple: Zyx<T>, axis: number): T => triple[axis as 0 | 1 | 2];

/** The triple in another axis order: entry i comes from axis `axes[i]`. */
export const permute = <T>(triple: Zyx<T>, axes: Zyx<number>): Zyx<T> =>
  mapZyx(axes, (axis) => along(triple, axis));
