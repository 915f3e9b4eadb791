import { voxelCount, type Zyx, zyx } from "../domain/axes.ts";
import {
  type AxisSpline,
  makeAxisSpline,
  PAD,
  resampleLine,
  resampleRows,
  type SplineOrder,
} from "./spline.ts";
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

/** A function that gives slice k of the window at another in-plane shape; its result lives until the next call. */
const planeResampler = (source: Strided, shape: Zyx<number>, order: SplineOrder) => {
  const [, height, width] = source.shape;
  const across = makeAxisSpline(order, width, shape[2]);
  const down = makeAxisSpline(order, height, shape[1]);
  const line = new Float64Array(width + 2 * PAD);
  const rows = new Float64Array((height + 2 * PAD) * shape[2]);
  const plane = new Float64Array(shape[1] * shape[2]);
  return (k: number): Float64Array => {
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
    return plane;
  };
};

/** The window with `depth` samples along its slowest axis, in double precision. */
const resampleSlowest = (source: Strided, depth: number, order: SplineOrder): Strided<Float64Array> => {
  const [from, height, width] = source.shape;
  const axis: AxisSpline = makeAxisSpline(order, from, depth);
  const result = new Float64Array(depth * height * width);
  const rows = new Float64Array((from + 2 * PAD) * width);
  for (let j = 0; j < height; j++) {
    for (let k = 0; k < from; k++) readRow(source, k, j, rows, (k + PAD) * width);
    resampleRows(axis, rows, width, result, j * width, height * width);
  }
  return whole(result, zyx(depth, height, width));
};

const resampleTogether = (source: Strided, target: Strided, order: SplineOrder, finish: Finish): void => {
  const depth = target.shape[0];
  const range = order === 3 ? rangeOf(source, 0, source.shape[0]) : null;
  // The slowest axis first: its double-precision copy then has the input's plane size, which is the smaller one on the way back.
  const stack = source.shape[0] === depth ? source : resampleSlowest(source, depth, order);
  const planeAt = planeResampler(stack, target.shape, order);
  for (let k = 0; k < depth; k++) {
    const plane = planeAt(k);
    if (range !== null) clip(plane, range);
    finish(plane);
    writePlane(target, k, plane);
  }
};

const resampleSlices = (source: Strided, target: Strided, order: SplineOrder, finish: Finish): void => {
  const nearest = makeAxisSpline(0, source.shape[0], target.shape[0]);
  const planeAt = planeResampler(source, target.shape, order);
  let last = -1;
  let plane: Float64Array = new Float64Array(0);
  for (let k = 0; k < target.shape[0]; k++) {
    const slice = (nearest.first[k] as number) - PAD;
    if (slice !== last) {
      plane = planeAt(slice);
      if (order === 3) clip(plane, rangeOf(source, slice, slice + 1));
      finish(plane);
      last = slice;
    }
    writePlane(target, k, plane);
  }
};

/** In plane first, because each slice is clipped to its own range before the slices mix. */
const resampleSlicesThenMix = (
  source: Strided,
  target: Strided,
  order: SplineOrder,
  orderBetween: SplineOrder,
  finish: Finish,
): void => {
  const shape = zyx(source.shape[0], target.shape[1], target.shape[2]);
  const slices = whole(new Float64Array(voxelCount(shape)), shape);
  resampleSlices(source, slices, order, leaveAsIs);
  const mixed = resampleSlowest(slices, target.shape[0], orderBetween);
  resampleTogether(mixed, target, 0, finish);
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
  if (separate === null) resampleTogether(from, to, order, finish);
  else if (separate.order === 0 || from.shape[0] === to.shape[0]) resampleSlices(from, to, order, finish);
  else resampleSlicesThenMix(from, to, order, separate.order, finish);
};

/** `resampleInto` a fresh float32 array of `shape`, C order. */
export const resample = (source: Strided, shape: Zyx<number>, resampling: Resampling): Float32Array => {
  const voxels = new Float32Array(voxelCount(shape));
  resampleInto(source, whole(voxels, shape), resampling);
  return voxels;
};
