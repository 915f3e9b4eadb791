import assert from "node:assert/strict";
import { lps, zyx } from "../../../src/domain/axes.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import type { Grid } from "../../../src/domain/grid.ts";
import { voxelToLps } from "../../../src/geometry/vector.ts";

/** Header fields of a NIfTI-1 file, by the names of nifti1.h; laid out here independently of the product. */
export type Fields = {
  isLittleEndian: boolean;
  sizeofHdr: number;
  dim: readonly number[];
  datatype: number;
  bitpix: number;
  pixdim: readonly number[];
  voxOffset: number;
  slope: number;
  inter: number;
  units: number;
  qformCode: number;
  sformCode: number;
  quatern: readonly number[];
  qoffset: readonly number[];
  srow: readonly number[];
  magic: string;
};

/** 2 × 3 × 4 int16 voxels, spacing 1 × 2 × 3 mm, axes along R, A and S from (10, 20, 30). */
export const plainFields: Fields = {
  isLittleEndian: true,
  sizeofHdr: 348,
  dim: [3, 2, 3, 4, 1, 1, 1, 1],
  datatype: 4,
  bitpix: 16,
  pixdim: [1, 1, 2, 3, 0, 0, 0, 0],
  voxOffset: 352,
  slope: 1,
  inter: 0,
  units: 2,
  qformCode: 0,
  sformCode: 1,
  quatern: [0, 0, 0],
  qoffset: [10, 20, 30],
  srow: [1, 0, 0, 10, 0, 2, 0, 20, 0, 0, 3, 30],
  magic: "n+1\0",
};

export type Put = (view: DataView, offset: number, value: number, isLittleEndian: boolean) => void;

export const putInt16: Put = (view, offset, value, little) => view.setInt16(offset, value, little);

/** An uncompressed file with these voxels; `put` writes one of them, `bytes` is its size. */
export function niftiFile(
  fields: Partial<Fields> = {},
  values: readonly number[] = Array.from({ length: 24 }, (_, n) => n),
  put: Put = putInt16,
): Uint8Array {
  const f = { ...plainFields, ...fields };
  const start = Number.isFinite(f.voxOffset) ? Math.max(352, Math.min(f.voxOffset, 4096)) : 352;
  const width = Math.max(1, f.bitpix / 8);
  const file = new Uint8Array(start + values.length * width);
  const view = new DataView(file.buffer);
  const int16s = (offset: number, numbers: readonly number[]): void =>
    numbers.forEach((n, i) => {
      view.setInt16(offset + 2 * i, n, f.isLittleEndian);
    });
  const floats = (offset: number, numbers: readonly number[]): void =>
    numbers.forEach((n, i) => {
      view.setFloat32(offset + 4 * i, n, f.isLittleEndian);
    });
  view.setInt32(0, f.sizeofHdr, f.isLittleEndian);
  int16s(40, f.dim);
  int16s(70, [f.datatype, f.bitpix]);
  floats(76, f.pixdim);
  floats(108, [f.voxOffset, f.slope, f.inter]);
  view.setUint8(123, f.units);
  int16s(252, [f.qformCode, f.sformCode]);
  floats(256, [...f.quatern, ...f.qoffset, ...f.srow]);
  [...f.magic].forEach((letter, i) => {
    view.setUint8(344 + i, letter.charCodeAt(0));
  });
  values.forEach((value, n) => {
    put(view, start + n * width, value, f.isLittleEndian);
  });
  return file;
}

/** The largest distance between the same corners of two grids, mm. */
export function cornerDistanceMm(a: Grid, b: Grid): number {
  assert.deepEqual([...a.shape], [...b.shape]);
  let largest = 0;
  for (const k of [0, a.shape[0] - 1]) {
    for (const j of [0, a.shape[1] - 1]) {
      for (const i of [0, a.shape[2] - 1]) {
        const [p, q] = [voxelToLps(a, k, j, i), voxelToLps(b, k, j, i)];
        largest = Math.max(largest, Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
      }
    }
  }
  return largest;
}

/** The grid of an affine given as nibabel or dcm2niix print it: RAS steps along (i,j,k) and the origin. */
export function gridOfRas(
  sizes: readonly [number, number, number],
  rows: readonly (readonly [number, number, number, number])[],
): Grid {
  const column = (n: number): number[] => rows.map((row, r) => (r < 2 ? -1 : 1) * (row[n] ?? Number.NaN));
  const length = (n: number): number => Math.hypot(...column(n));
  const axis = (n: number) => {
    const [l = 0, p = 0, s = 0] = column(n).map((value) => value / length(n));
    return lps(l, p, s);
  };
  const [l = 0, p = 0, s = 0] = column(3);
  return {
    shape: zyx(sizes[2], sizes[1], sizes[0]),
    spacingMm: zyx(length(2), length(1), length(0)),
    originLps: lps(l, p, s),
    axes: zyx(axis(2), axis(1), axis(0)),
  };
}

export const isInvalid = (sentence: RegExp) => (error: unknown) => {
  assert.ok(error instanceof FailureError, String(error));
  assert.equal(error.failure.code, "NIFTI_INVALID");
  assert.match(error.failure.sentence, sentence);
  return true;
};
