import assert from "node:assert/strict";
import { test } from "node:test";
import { voxelCount, zyx } from "../../src/domain/axes.ts";
import { removeSmallComponents } from "../../src/nnunet/postprocess.ts";
import { readNpyUint8 } from "../support/npy.ts";
import { needsShared } from "../support/shared.ts";
import { toZyx, unitFile } from "../support/unitVectors.ts";

const skip = needsShared("vectors", "unit");

test("Only the largest component stays, as in the original", { skip }, () => {
  const { shape, values } = readNpyUint8(unitFile("components_in.npy"));
  removeSmallComponents(values, toZyx(shape), 2.5, { keepLargestComponent: true, minComponentMm3: null });
  assert.deepEqual(values, readNpyUint8(unitFile("components_largest.npy")).values);
});

test("With a minimum of 60 mm³ only smaller components go, as in the original", { skip }, () => {
  const { shape, values } = readNpyUint8(unitFile("components_in.npy"));
  removeSmallComponents(values, toZyx(shape), 2.5, { keepLargestComponent: true, minComponentMm3: 60 });
  assert.deepEqual(values, readNpyUint8(unitFile("components_min_60mm3_voxel_2_5mm3.npy")).values);
});

const shape = zyx(1, 1, 10);

const after = (
  row: readonly number[],
  postprocessing: Parameters<typeof removeSmallComponents>[3],
): number[] => {
  const mask = Uint8Array.from(row);
  removeSmallComponents(mask, shape, 2, postprocessing);
  return [...mask];
};

test("Components that tie for the largest all stay", () => {
  const row = [0, 1, 1, 0, 1, 0, 1, 1, 0, 1];
  const largest = { keepLargestComponent: true, minComponentMm3: null };
  assert.deepEqual(after(row, largest), [0, 1, 1, 0, 0, 0, 1, 1, 0, 0]);
});

test("A component of just the minimum stays, and the largest stays below any minimum", () => {
  const row = [1, 1, 1, 0, 1, 1, 0, 1, 0, 0];
  assert.deepEqual(
    after(row, { keepLargestComponent: true, minComponentMm3: 4 }),
    [1, 1, 1, 0, 1, 1, 0, 0, 0, 0],
  );
  assert.deepEqual(
    after(row, { keepLargestComponent: true, minComponentMm3: 99 }),
    [1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
  );
});

test("Without post-processing, and in an empty mask, nothing changes", () => {
  const row = [1, 0, 1, 1, 0, 0, 0, 0, 0, 1];
  assert.deepEqual(after(row, { keepLargestComponent: false, minComponentMm3: 4 }), row);
  const empty = new Array<number>(voxelCount(shape)).fill(0);
  assert.deepEqual(after(empty, { keepLargestComponent: true, minComponentMm3: null }), empty);
});
