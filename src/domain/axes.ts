/**
 * Axis order as a type. Memory is z-slowest, x-fastest; world is LPS in mm. NIfTI turns to RAS only inside `nifti/`.
 */
declare const axis: unique symbol;

/** A triple in array order: slice (z), row (y), column (x). */
export type Zyx<T> = readonly [T, T, T] & { readonly [axis]: "zyx" };

/** A point or direction in DICOM patient space: left, posterior, superior; mm unless it is a unit vector. */
export type Lps = readonly [number, number, number] & { readonly [axis]: "lps" };

export const zyx = <T>(z: T, y: T, x: T): Zyx<T> => [z, y, x] as unknown as Zyx<T>;

export const lps = (l: number, p: number, s: number): Lps => [l, p, s] as unknown as Lps;

/** Number of voxels of a (z,y,x) shape. */
export const voxelCount = (shape: Zyx<number>): number => shape[0] * shape[1] * shape[2];

export const mapZyx = <A, B>(triple: Zyx<A>, f: (value: A, index: 0 | 1 | 2) => B): Zyx<B> =>
  zyx(f(triple[0], 0), f(triple[1], 1), f(triple[2], 2));
