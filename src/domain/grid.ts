import type { Lps, Zyx } from "./axes.ts";

/**
 * Geometry without voxels. Voxel (k,j,i) lies at origin + k·spacing.z·axes.z + j·spacing.y·axes.y + i·spacing.x·axes.x.
 */
export type Grid = {
  /** Voxels along (z,y,x). */
  readonly shape: Zyx<number>;
  /** Centre-to-centre distance along (z,y,x), mm. */
  readonly spacingMm: Zyx<number>;
  /** Centre of voxel (0,0,0), LPS mm. */
  readonly originLps: Lps;
  /** Unit vectors along the array axes (z,y,x) in LPS. */
  readonly axes: Zyx<Lps>;
};

/**
 * Parallel planes as stored, perhaps unevenly spaced, perhaps not straight above each other: voxel (k,j,i) lies at
 * planesLps[k] + j·spacing.y·axes.y + i·spacing.x·axes.x. The grid that it extends is nominal along z: its axis is the
 * planes' normal, its spacing the usual distance. A uniform grid is the special case of `gridPlanes`.
 */
export type Stack = Grid & {
  /** Centre of each plane's first voxel, LPS mm, in ascending order along the normal; the first is the origin. */
  readonly planesLps: readonly Lps[];
};

/** One channel on a grid: float32, z slowest, x fastest. CT in HU, MR in rescaled stored values. */
export type Volume = { readonly grid: Grid; readonly voxels: Float32Array };

/** 0 background, 1 pancreas; z slowest, x fastest. */
export type Mask = {
  readonly grid: Grid;
  readonly voxels: Uint8Array;
  /** Probability of pancreas × 255 for each voxel, where asked for; 128 and more exactly inside the mask. */
  readonly probability?: Uint8Array;
};
