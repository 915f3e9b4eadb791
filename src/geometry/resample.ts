import { voxelCount, type Zyx, zyx } from "../domain/axes.ts";
import { makeAxisSpline, PAD, resampleLine, resampleRows, type SplineOrder } from "./spline.ts";
import { permuted, readRow, type Strided, whole, writePlane } from "./strided.ts";

export type Resampling = {
  /** Cubic results are clipped to the range of their input, as skimage.transform.resize does. */
  readonly order: SplineOrder;
  /** When given, slices across `axis` are resampled one by one with `order`, then along `axis` with its own order. */
  readonly separate: { readonly axis: number; readonly order: SplineOrder } | null;
};

type Range = { readonly min: number; readonly max: number };

type Finish = (plane: Float64Array) => void;

const leaveAsIs: Finish = () => {};

const slowestFirst = (axis: number): Zyx<number> => {
  if (axis === 1) return zyx(1, 0, 2);
  return axis === 2 ? zyx(2, 0, 1) : zyx(0, 1, 2);
};

const rangeOf = (window: Strided, from: number, to: number): Range => {
  const row = new Float64Array(window.shape[2]);
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let k = from; k < to; k++) {
    for (let j = 0; j < window.shape[1]; j++) {
      readRow(window, k, j, row, 0);
      for (let i = 0; i < row.length; i++) {
        const value = row[i] as number;
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
  }
  return { min, max };
};

const clip = (values: Float64Array, { min, max }: Range): void => {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < min) values[i] = min;
    else if (value > max) values[i] = max;
  }
};

/** Fills a plane with slice k of the source at another in-plane shape. */
type PlaneResampler = (k: number, plane: Float64Array) => void;

const makePlaneResampler = (source: Strided, shape: Zyx<number>, order: SplineOrder): PlaneResampler => {
  const [, height, width] = source.shape;
  const across = makeAxisSpline(order, width, shape[2]);
  const down = makeAxisSpline(order, height, shape[1]);
  const line = new Float64Array(width + 2 * PAD);
  const rows = new Float64Array((height + 2 * PAD) * shape[2]);
  return (k, plane) => {
    for (let j = 0; j < height; j++) {
      const at = (j + PAD) * shape[2];
      if (width === shape[2]) {
        readRow(source, k, j, rows, at);
        continue;
      }
      readRow(source, k, j, line, PAD);
      resampleLine(across, line, rows, at);
    }
    if (height === shape[1]) plane.set(rows.subarray(PAD * shape[2], (PAD + height) * shape[2]));
    else resampleRows(down, rows, shape[2], plane);
  };
};

const blend = (a: Float64Array, b: Float64Array, shareOfB: number, out: Float64Array): void => {
  const shareOfA = 1 - shareOfB;
  for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) * shareOfA + (b[i] as number) * shareOfB;
};

/**
 * Slice by slice with `order`, and between slices nearest or linear. Each slice is resampled at most once, and only where
 * a target plane needs it.
 */
const resampleSlices = (
  source: Strided,
  target: Strided,
  order: SplineOrder,
  between: 0 | 1,
  finish: Finish,
): void => {
  const [depth, planeSize] = [source.shape[0], target.shape[1] * target.shape[2]];
  const axis = makeAxisSpline(between, depth, target.shape[0]);
  const resamplePlane = makePlaneResampler(source, target.shape, order);
  // Neighbours differ in parity, so that the two slices of a blend never share a place.
  const held = [new Float64Array(planeSize), new Float64Array(planeSize)] as const;
  const heldSlice = [-1, -1];
  const sliceAt = (k: number): Float64Array => {
    const place = (k % 2) as 0 | 1;
    if (heldSlice[place] !== k) {
      resamplePlane(k, held[place]);
      if (order === 3) clip(held[place], rangeOf(source, k, k + 1));
      heldSlice[place] = k;
    }
    return held[place];
  };
  const plane = new Float64Array(planeSize);
  for (let k = 0; k < target.shape[0]; k++) {
    const first = (axis.first[k] as number) - PAD;
    const shareOfNext = between === 0 ? 0 : (axis.weights[2 * k + 1] as number);
    if (shareOfNext === 0) plane.set(sliceAt(first));
    else blend(sliceAt(first), sliceAt(first + 1), shareOfNext, plane);
    finish(plane);
    writePlane(target, k, plane);
  }
};

/** The window with `depth` samples along its slowest axis, by a cubic spline, in double precision. */
const resampleSlowest = (source: Strided, depth: number): Strided<Float64Array> => {
  const [from, height, width] = source.shape;
  const axis = makeAxisSpline(3, from, depth);
  const result = new Float64Array(depth * height * width);
  const rows = new Float64Array((from + 2 * PAD) * width);
  for (let j = 0; j < height; j++) {
    for (let k = 0; k < from; k++) readRow(source, k, j, rows, (k + PAD) * width);
    resampleRows(axis, rows, width, result, j * width, height * width);
  }
  return whole(result, zyx(depth, height, width));
};

/** A cubic needs every slice of a column at once, hence one double-precision copy whenever the depth changes. */
const resampleCubic = (source: Strided, target: Strided, finish: Finish): void => {
  const range = rangeOf(source, 0, source.shape[0]);
  const depth = target.shape[0];
  const stack = source.shape[0] === depth ? source : resampleSlowest(source, depth);
  const resamplePlane = makePlaneResampler(stack, target.shape, 3);
  const plane = new Float64Array(target.shape[1] * target.shape[2]);
  for (let k = 0; k < depth; k++) {
    resamplePlane(k, plane);
    clip(plane, range);
    finish(plane);
    writePlane(target, k, plane);
  }
};

/** In plane first, because each slice is clipped to its own range before the slices mix. */
const resampleSlicesThenCubic = (
  source: Strided,
  target: Strided,
  order: SplineOrder,
  finish: Finish,
): void => {
  const shape = zyx(source.shape[0], target.shape[1], target.shape[2]);
  const slices = whole(new Float64Array(voxelCount(shape)), shape);
  resampleSlices(source, slices, order, 0, leaveAsIs);
  resampleSlices(resampleSlowest(slices, target.shape[0]), target, 0, 0, finish);
};

/**
 * Fills `target` with `source` resampled to its shape; arithmetic in double precision.
 * `finish` may change each finished plane (double precision) before it is rounded into the target.
 * nnU-Net v1 `resample_data_or_seg`: `skimage.transform.resize(mode="edge", anti_aliasing=False)` in 3-D or per slice,
 * and between slices `scipy.ndimage.map_coordinates(mode="nearest")`.
 */
export const resampleInto = (
  source: Strided,
  target: Strided,
  { order, separate }: Resampling,
  finish: Finish = leaveAsIs,
): void => {
  const axes = slowestFirst(separate?.axis ?? 0);
  const [from, to] = [permuted(source, axes), permuted(target, axes)];
  const between = separate === null ? order : separate.order;
  if (separate === null && order === 3) resampleCubic(from, to, finish);
  else if (between !== 3) resampleSlices(from, to, order, between, finish);
  else resampleSlicesThenCubic(from, to, order, finish);
};

/** `resampleInto` a fresh float32 array of `shape`, C order. */
export const resample = (source: Strided, shape: Zyx<number>, resampling: Resampling): Float32Array => {
  const voxels = new Float32Array(voxelCount(shape));
  resampleInto(source, whole(voxels, shape), resampling);
  return voxels;
};
