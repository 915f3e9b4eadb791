import assert from "node:assert/strict";
import { test } from "node:test";
import { alignMasks } from "../../src/cohort/alignMasks.ts";
import type { ReadMask } from "../../src/cohort/maskFile.ts";
import { zyx } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import type { Mask } from "../../src/domain/grid.ts";
import { voxelToLps } from "../../src/geometry/vector.ts";
import { boxMask, smallGrid } from "./masks.ts";

const nifti = (mask: Mask): ReadMask => ({
  mask,
  isWholeImage: true,
  frameOfReferenceUid: null,
  labels: [1],
});
const seg = (mask: Mask, frameOfReferenceUid = "1.2"): ReadMask => ({
  mask,
  isWholeImage: false,
  frameOfReferenceUid,
  labels: null,
});

/** Some slices of a mask on a grid of their own, as a SEG has them. */
const slicesOf = ({ grid, voxels }: Mask, from: number, to: number): Mask => {
  const plane = grid.shape[1] * grid.shape[2];
  return {
    grid: {
      ...grid,
      shape: zyx(to - from, grid.shape[1], grid.shape[2]),
      originLps: voxelToLps(grid, from, 0, 0),
    },
    voxels: voxels.slice(from * plane, to * plane),
  };
};

const exact = { resample: false };
const differs = (error: unknown): boolean =>
  error instanceof FailureError && error.failure.code === "GRIDS_DIFFER";

const [a, b] = [boxMask([1, 2, 3], [3, 4, 5]), boxMask([2, 2, 3], [3, 4, 6])];

test("a SEG is compared on the whole image of a NIfTI, from either side", () => {
  for (const [reference, prediction] of [
    [nifti(a), seg(slicesOf(b, 2, 5))],
    [seg(slicesOf(a, 1, 4)), nifti(b)],
  ] as const) {
    const aligned = alignMasks(reference, prediction, exact);
    assert.deepEqual(aligned.reference.grid.shape, smallGrid.shape);
    assert.deepEqual(aligned.reference.voxels, a.voxels);
    assert.deepEqual(aligned.predicted.voxels, b.voxels);
  }
});

test("two SEG are compared on the planes that either has", () => {
  const { reference, predicted } = alignMasks(seg(slicesOf(a, 1, 4)), seg(slicesOf(b, 2, 5)), exact);
  assert.deepEqual(reference.grid.shape, [4, 9, 12]);
  assert.deepEqual(reference.voxels, slicesOf(a, 1, 5).voxels);
  assert.deepEqual(predicted.voxels, slicesOf(b, 1, 5).voxels);
});

test("NIfTI files of different fields of view are refused, or resampled by wish", () => {
  const part = slicesOf(b, 1, 5);
  assert.throws(() => alignMasks(nifti(a), nifti(part), exact), differs);
  assert.throws(() => alignMasks(nifti(part), nifti(a), exact), differs);
  const { reference, predicted } = alignMasks(nifti(a), nifti(part), { resample: true });
  assert.deepEqual(reference.voxels, a.voxels);
  assert.deepEqual(predicted.voxels, b.voxels);
});

test("voxels that do not coincide are refused, or resampled by wish", () => {
  const moved = { ...b, grid: { ...b.grid, originLps: voxelToLps(b.grid, 0, 0.4, 0) } };
  assert.throws(() => alignMasks(nifti(a), nifti(moved), exact), differs);
  assert.deepEqual(alignMasks(nifti(a), nifti(moved), { resample: true }).predicted.voxels, b.voxels);
});

test("positions in two frames of reference say nothing of each other, resampled or not", () => {
  for (const resample of [false, true])
    assert.throws(() => alignMasks(seg(a, "1.2"), seg(b, "1.3"), { resample }), differs);
});
