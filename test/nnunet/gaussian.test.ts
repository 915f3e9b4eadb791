import assert from "node:assert/strict";
import { test } from "node:test";
import { type Zyx, zyx } from "../../src/domain/axes.ts";
import { importanceMap } from "../../src/nnunet/gaussian.ts";
import { readNpyFloat32 } from "../support/npy.ts";
import { maxDifference } from "../support/numbers.ts";
import { needsShared } from "../support/shared.ts";
import { readUnitVectors, unitFile } from "../support/unitVectors.ts";

const skip = needsShared("vectors", "unit");

test("The importance map of a small patch is the original's", { skip }, (t) => {
  const difference = maxDifference(
    importanceMap(zyx(5, 7, 9)),
    readNpyFloat32(unitFile("gaussian_5x7x9.npy")).values,
  );
  t.diagnostic(`max |Δ| ${difference}`);
  assert.ok(difference <= 1e-7);
});

/** The planes through the middle of each axis, flattened and joined. */
const midPlanes = (map: Float32Array, [depth, height, width]: Zyx<number>): number[] => {
  const at = (k: number, j: number, i: number): number => map[(k * height + j) * width + i] ?? Number.NaN;
  const grid = (rows: number, columns: number, value: (row: number, column: number) => number): number[] =>
    Array.from({ length: rows * columns }, (_, n) => value(Math.floor(n / columns), n % columns));
  const [k, j, i] = [Math.floor(depth / 2), Math.floor(height / 2), Math.floor(width / 2)];
  return [
    ...grid(height, width, (row, column) => at(k, row, column)),
    ...grid(depth, width, (row, column) => at(row, j, column)),
    ...grid(depth, height, (row, column) => at(row, column, i)),
  ];
};

test("The importance maps of whole patches are the original's in their middle planes, sum and minimum", {
  skip,
}, (t) => {
  for (const patch of [zyx(16, 96, 96), zyx(8, 80, 96)]) {
    const name = `gaussian_${patch.join("x")}`;
    const map = importanceMap(patch);
    const expected = readNpyFloat32(unitFile(`${name}_mid_planes.npy`)).values;
    const difference = maxDifference(midPlanes(map, patch), expected);
    t.diagnostic(`${name}: max |Δ| ${difference}`);
    assert.ok(difference <= 1e-7);
    const facts = readUnitVectors().gaussian[name] ?? { min: 0, sum: 0 };
    assert.ok(Math.abs(map.reduce((a, b) => a + b, 0) - facts.sum) < 1e-3);
    assert.ok(Math.abs(map.reduce((a, b) => Math.min(a, b)) / facts.min - 1) < 1e-6);
  }
});

test("No weight is 0 and the middle voxel has weight 1, whatever the patch's length", () => {
  for (let length = 1; length <= 320; length++) {
    const map = importanceMap(zyx(1, 2, length));
    assert.ok(map.every((weight) => weight > 0));
    assert.equal(map[length + Math.floor(length / 2)], 1);
  }
});
