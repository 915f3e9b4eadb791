import { mapZyx, type Zyx, zyx } from "../domain/axes.ts";
import { permute } from "./permute.ts";

export type Voxels = Uint8Array | Float32Array | Float64Array;

/**
 * A window on an array: voxel (k,j,i) is `voxels[offset + k·strides.z + j·strides.y + i·strides.x]`.
 * Crops, flips and axis permutations are new windows, never copies.
 */
export type Strided<T extends Voxels = Voxels> = {
  readonly voxels: T;
  readonly shape: Zyx<number>;
  readonly offset: number;
  readonly strides: Zyx<number>;
};

/** Half-open index range [from, to) along each axis. */
export type Box = Zyx<readonly [from: number, to: number]>;

export const boxShape = (box: Box): Zyx<number> => mapZyx(box, ([from, to]) => to - from);

/** The whole of an array in C order (z slowest). */
export const whole = <T extends Voxels>(voxels: T, shape: Zyx<number>): Strided<T> => ({
  voxels,
  shape,
  offset: 0,
  strides: zyx(shape[1] * shape[2], shape[2], 1),
});

export const cropped = <T extends Voxels>(window: Strided<T>, box: Box): Strided<T> => {
  const [z, y, x] = window.strides;
  const offset = window.offset + box[0][0] * z + box[1][0] * y + box[2][0] * x;
  return { ...window, shape: boxShape(box), offset };
};

/** Axis i of the result is axis `axes[i]` of the window. */
export const permuted = <T extends Voxels>(window: Strided<T>, axes: Zyx<number>): Strided<T> => ({
  ...window,
  shape: permute(window.shape, axes),
  strides: permute(window.strides, axes),
});

export const flipped = <T extends Voxels>(window: Strided<T>, flips: Zyx<boolean>): Strided<T> => {
  const { shape, strides } = window;
  const turns = mapZyx(flips, (flip, axis) => (flip ? (shape[axis] - 1) * strides[axis] : 0));
  return {
    ...window,
    offset: window.offset + turns[0] + turns[1] + turns[2],
    strides: mapZyx(flips, (flip, axis) => (flip ? -strides[axis] : strides[axis])),
  };
};

/** Writes row (k,j) of the window into `row`, from `at` on. */
export const readRow = (window: Strided, k: number, j: number, row: Float64Array, at: number): void => {
  const { voxels, shape, offset, strides } = window;
  const start = offset + k * strides[0] + j * strides[1];
  const [step, width] = [strides[2], shape[2]];
  for (let i = 0; i < width; i++) row[at + i] = voxels[start + i * step] as number;
};

/** Writes a plane of values (y,x), C order, into plane k of the window. */
export const writePlane = (window: Strided, k: number, plane: Float64Array): void => {
  const { voxels, shape, offset, strides } = window;
  const [step, width] = [strides[2], shape[2]];
  for (let j = 0; j < shape[1]; j++) {
    const start = offset + k * strides[0] + j * strides[1];
    for (let i = 0; i < width; i++) voxels[start + i * step] = plane[j * width + i] as number;
  }
};

/** Copies every voxel of one window to the same place of another of equal shape. */
export const copyWindow = (from: Strided, to: Strided): void => {
  const [depth, height, width] = from.shape;
  const [fromStep, toStep] = [from.strides[2], to.strides[2]];
  for (let k = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      const read = from.offset + k * from.strides[0] + j * from.strides[1];
      const write = to.offset + k * to.strides[0] + j * to.strides[1];
      for (let i = 0; i < width; i++)
        to.voxels[write + i * toStep] = from.voxels[read + i * fromStep] as number;
    }
  }
};

/** Smallest box around the voxels that are not 0, or null where all are. */
export const boundingBox = (window: Strided): Box | null => {
  const { voxels, shape, offset, strides } = window;
  const low = [shape[0], shape[1], shape[2]];
  const high = [-1, -1, -1];
  for (let k = 0; k < shape[0]; k++) {
    for (let j = 0; j < shape[1]; j++) {
      const start = offset + k * strides[0] + j * strides[1];
      let first = 0;
      while (first < shape[2] && voxels[start + first * strides[2]] === 0) first++;
      if (first === shape[2]) continue;
      let last = shape[2] - 1;
      while (voxels[start + last * strides[2]] === 0) last--;
      low[0] = Math.min(low[0] as number, k);
      low[1] = Math.min(low[1] as number, j);
      low[2] = Math.min(low[2] as number, first);
      high[0] = k;
      high[1] = Math.max(high[1] as number, j);
      high[2] = Math.max(high[2] as number, last);
    }
  }
  if (high[0] === -1) return null;
  return mapZyx(shape, (_, axis) => [low[axis] as number, (high[axis] as number) + 1] as const);
};
