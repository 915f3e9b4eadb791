import type { Zyx } from "../domain/axes.ts";
import { makePass } from "./parabolaPass.ts";

/** Marks columns without any site; no stack has as many slices. */
const none = 65535;

/** Slices from each voxel to the nearest site above or below it. */
const slicesToSite = (sites: Uint8Array, shape: Zyx<number>): Uint16Array => {
  const plane = shape[1] * shape[2];
  const away = new Uint16Array(sites.length);
  for (let at = 0; at < sites.length; at++) {
    const above = at < plane ? none : (away[at - plane] as number);
    away[at] = sites[at] !== 0 ? 0 : above === none ? none : above + 1;
  }
  for (let at = sites.length - plane - 1; at >= 0; at--) {
    const below = away[at + plane] as number;
    if (below + 1 < (away[at] as number)) away[at] = below + 1;
  }
  return away;
};

const squareInto = (squared: Float64Array, slices: Uint16Array, spacingMm: number): void => {
  for (let i = 0; i < squared.length; i++) {
    const away = slices[i] as number;
    squared[i] = away === none ? Number.POSITIVE_INFINITY : (away * spacingMm) ** 2;
  }
};

const count = (marks: Uint8Array): number => {
  let marked = 0;
  for (const mark of marks) marked += mark;
  return marked;
};

/**
 * Exact Euclidean distance (mm) from each point to the nearest site, in the points' memory order. Both are 0/1 arrays of
 * one (z,y,x) shape; spacing along (z,y,x). Infinity where there is no site. Slice by slice, so that only one slice of
 * float64 is held at a time; sums are taken along z, y, x as scipy.ndimage.distance_transform_edt takes them.
 * Source: Felzenszwalb & Huttenlocher 2012, https://doi.org/10.4086/toc.2012.v008a019.
 */
export const distancesMm = (
  points: Uint8Array,
  sites: Uint8Array,
  shape: Zyx<number>,
  spacingMm: Zyx<number>,
): Float64Array => {
  const [depth, height, width] = shape;
  const away = slicesToSite(sites, shape);
  const squared = new Float64Array(height * width);
  const [passY, passX] = [makePass(height, spacingMm[1]), makePass(width, spacingMm[2])];
  const distances = new Float64Array(count(points));
  let found = 0;
  for (let z = 0; z < depth; z++) {
    const plane = z * squared.length;
    const inPlane = points.subarray(plane, plane + squared.length);
    if (!inPlane.includes(1)) continue;
    squareInto(squared, away.subarray(plane, plane + squared.length), spacingMm[0]);
    for (let x = 0; x < width; x++) passY(squared, x, width);
    for (let row = 0; row < squared.length; row += width)
      if (inPlane.subarray(row, row + width).includes(1)) passX(squared, row, 1);
    for (let i = 0; i < squared.length; i++)
      if (inPlane[i] !== 0) distances[found++] = Math.sqrt(squared[i] as number);
  }
  return distances;
};
