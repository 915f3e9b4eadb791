import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { voxelCount, zyx } from "../../src/domain/axes.ts";
import { boxShape } from "../../src/geometry/strided.ts";
import { preprocess } from "../../src/nnunet/preprocess.ts";
import { anyGrid, axialGrid } from "../support/grids.ts";
import { readNpyFloat32 } from "../support/npy.ts";
import { maxDifference, noise, rangeOf } from "../support/numbers.ts";
import {
  caseFile,
  plainPlan,
  readCaseFacts,
  readCaseVolume,
  referenceCases,
} from "../support/referenceCases.ts";
import { needsShared } from "../support/shared.ts";
import { readUnitVectors, toZyx, unitFile } from "../support/unitVectors.ts";

for (const { name, plan } of referenceCases) {
  test(`A whole case is preprocessed as by the original: ${name}`, {
    skip: needsShared("vectors", name),
  }, (t) => {
    const input = preprocess(readCaseVolume(name), plan);
    const expected = readNpyFloat32(caseFile(name, "preprocessed.npy"));
    assert.deepEqual([...input.shape], expected.shape.slice(1));
    assert.deepEqual([...input.history.cropBox], readCaseFacts(name).crop_bbox_zyx);
    const difference = maxDifference(input.voxels, expected.values);
    t.diagnostic(`max |Δ| ${difference}`);
    assert.ok(difference <= 1e-4, `max |Δ| ${difference}`);
  });
}

test("The way of resampling is chosen from the spacings as by the original", {
  skip: needsShared("vectors", "unit"),
}, () => {
  for (const { name, original_spacing_zyx, target_spacing_zyx } of readUnitVectors().resample) {
    const source = readNpyFloat32(unitFile(`resample_${name}_in.npy`));
    const expected = readNpyFloat32(unitFile(`resample_${name}_out.npy`));
    const grid = axialGrid(toZyx(source.shape), toZyx(original_spacing_zyx));
    const plan = { ...plainPlan, targetSpacingMm: toZyx(target_spacing_zyx) };
    const { shape, voxels } = preprocess({ grid, voxels: source.values }, plan);
    assert.deepEqual([...shape], expected.shape, name);
    assert.ok(maxDifference(voxels, expected.values) <= 1e-6 * rangeOf(source.values), name);
  }
});

test("The crop box around a body with a hole is the original's", {
  skip: needsShared("vectors", "unit"),
}, () => {
  const { shape, values } = readNpyFloat32(unitFile("crop_in.npy"));
  const { history } = preprocess({ grid: axialGrid(toZyx(shape), zyx(1, 1, 1)), voxels: values }, plainPlan);
  assert.deepEqual([...history.cropBox], readUnitVectors().crop_bbox);
});

test("An image of zeros is kept whole", () => {
  const grid = axialGrid(zyx(2, 3, 4), zyx(1, 1, 1));
  const { voxels, history } = preprocess(
    { grid, voxels: new Float32Array(24) },
    { ...plainPlan, normalization: { kind: "zscore" } },
  );
  assert.deepEqual(boxShape(history.cropBox), zyx(2, 3, 4));
  assert.deepEqual([...voxels], new Array(24).fill(0));
});

test("The source volume is never written to, even when no step has to move a voxel", () => {
  const grid = axialGrid(zyx(3, 4, 5), zyx(1, 1, 1));
  const voxels = noise(60);
  preprocess({ grid, voxels }, { ...plainPlan, normalization: { kind: "zscore" } });
  assert.deepEqual(voxels, noise(60));
});

test("Axes are transposed as the plan says, spacings with them", () => {
  const grid = axialGrid(zyx(4, 6, 8), zyx(1, 2, 2.5));
  const voxels = noise(192);
  const plan = {
    ...plainPlan,
    transposeForward: zyx(2, 0, 1),
    transposeBackward: zyx(1, 2, 0),
    targetSpacingMm: zyx(2.5, 1, 2),
  };
  const input = preprocess({ grid, voxels }, plan);
  assert.deepEqual(input.shape, zyx(8, 4, 6));
  assert.equal(input.voxels[(3 * 4 + 1) * 6 + 5], voxels[(1 * 6 + 5) * 8 + 3]);
});

test("With a mask for normalisation, a cavity counts as inside and the outside becomes 0", () => {
  const shape = zyx(5, 5, 5);
  const voxels = new Float32Array(125).fill(2);
  voxels[62] = 0;
  voxels[0] = 0;
  const plan = { ...plainPlan, useMaskForNorm: true, normalization: { kind: "zscore" } as const };
  const result = preprocess({ grid: axialGrid(shape, zyx(1, 1, 1)), voxels }, plan).voxels;
  const mean = (123 * 2) / 124;
  const sd = Math.sqrt((123 * (2 - mean) ** 2 + mean ** 2) / 124);
  assert.equal(result[0], 0);
  assert.ok(Math.abs((result[62] ?? 0) - (0 - mean) / sd) < 1e-5);
  assert.ok(Math.abs((result[1] ?? 0) - (2 - mean) / sd) < 1e-5);
});

test("A stack thinner than half a target voxel keeps one", () => {
  const grid = axialGrid(zyx(1, 6, 6), zyx(1, 1, 1));
  const { shape } = preprocess({ grid, voxels: noise(36) }, { ...plainPlan, targetSpacingMm: zyx(3, 1, 1) });
  assert.deepEqual(shape, zyx(1, 6, 6));
});

test("O3: an oriented plan sees the same array whichever way the source was stored", () => {
  fc.assert(
    fc.property(anyGrid, (grid) => {
      const voxels = noise(voxelCount(grid.shape)).map((value) => value + 10);
      const lps = preprocess(
        { grid, voxels },
        { ...plainPlan, orientation: "LPS", targetSpacingMm: zyx(2, 2, 2) },
      );
      const { reorientation } = lps.history;
      assert.equal(lps.voxels.length, voxelCount(lps.shape));
      const again = preprocess(
        { grid, voxels },
        { ...plainPlan, orientation: "LPS", targetSpacingMm: lps.history.spacingMm },
      );
      assert.deepEqual(again.shape, boxShape(again.history.cropBox));
      assert.deepEqual([...again.voxels].sort(), [...voxels].sort());
      assert.equal(reorientation.sourceGrid, grid);
    }),
  );
});
