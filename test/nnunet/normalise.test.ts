import assert from "node:assert/strict";
import { test } from "node:test";
import { normalise } from "../../src/nnunet/normalise.ts";
import { readNpyFloat32 } from "../support/npy.ts";
import { maxDifference } from "../support/numbers.ts";
import { needsShared } from "../support/shared.ts";
import { readUnitVectors, unitFile } from "../support/unitVectors.ts";

const skip = needsShared("vectors", "unit");

test("CT normalisation clips and scales with the plan's numbers as the original does", { skip }, (t) => {
  const { percentile_00_5, percentile_99_5, mean, sd } = readUnitVectors().norm_ct;
  const { values } = readNpyFloat32(unitFile("norm_in.npy"));
  normalise(values, { kind: "ct", mean, sd, lower: percentile_00_5, upper: percentile_99_5 }, null);
  const difference = maxDifference(values, readNpyFloat32(unitFile("norm_ct.npy")).values);
  t.diagnostic(`max |Δ| ${difference}`);
  assert.ok(difference <= 1e-6);
});

test("Z-score normalisation uses the whole array's own statistics as the original does", { skip }, (t) => {
  const { values } = readNpyFloat32(unitFile("norm_in.npy"));
  normalise(values, { kind: "zscore" }, null);
  const difference = maxDifference(values, readNpyFloat32(unitFile("norm_zscore.npy")).values);
  t.diagnostic(`max |Δ| ${difference}`);
  assert.ok(difference <= 2e-6);
});

test("With a mask, the z-score is taken inside it and the outside becomes 0", () => {
  const voxels = Float32Array.from([100, 1, 3, -50]);
  normalise(voxels, { kind: "zscore" }, Uint8Array.from([0, 1, 1, 0]));
  assert.deepEqual([...voxels], [0, -1, 1, 0]);
});

test("With a mask, CT values keep the plan's scale inside it and the outside becomes 0", () => {
  const voxels = Float32Array.from([100, 1, 300]);
  normalise(voxels, { kind: "ct", mean: 10, sd: 2, lower: 0, upper: 30 }, Uint8Array.from([0, 1, 1]));
  assert.deepEqual([...voxels], [0, -4.5, 10]);
});

test("A flat image, and one with nothing inside its mask, become 0 and not NaN", () => {
  const flat = new Float32Array(9).fill(0.1);
  normalise(flat, { kind: "zscore" }, null);
  assert.deepEqual([...flat], new Array(9).fill(0));
  const outside = Float32Array.from([1, 2]);
  normalise(outside, { kind: "zscore" }, new Uint8Array(2));
  assert.deepEqual([...outside], [0, 0]);
});

test("Without normalisation the values stay", () => {
  const voxels = Float32Array.from([1, -2]);
  normalise(voxels, { kind: "none" }, Uint8Array.from([0, 1]));
  assert.deepEqual([...voxels], [1, -2]);
});
