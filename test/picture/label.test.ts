import assert from "node:assert/strict";
import test from "node:test";
import { lps, zyx } from "../../src/domain/axes.ts";
import { sliceNumber, slicePosition } from "../../src/picture/label.ts";

const place = { shape: zyx(64, 11, 21), spacingMm: zyx(3, 2, 1), originLps: lps(-100, 50, -412.3) };

test("slices are counted from 1", () => {
  const grid = { ...place, axes: zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0)) };
  assert.equal(sliceNumber(grid, 0), "slice 1/64");
  assert.equal(sliceNumber(grid, 63), "slice 64/64");
});

test("a slice's position is told on the patient axis that the stack runs along", () => {
  const axial = { ...place, axes: zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0)) };
  assert.equal(slicePosition(axial, 22), "z -346.3 mm"); // -412.3 + 22 × 3
  const coronal = { ...place, axes: zyx(lps(0, -1, 0), lps(0, 0, -1), lps(1, 0, 0)) };
  assert.equal(slicePosition(coronal, 10), "y 20.0 mm"); // 50 - 10 × 3
  const sagittal = { ...place, axes: zyx(lps(1, 0, 0), lps(0, 1, 0), lps(0, 0, -1)) };
  assert.equal(slicePosition(sagittal, 1), "x -97.0 mm");
});

test("an oblique slice's position is that of its middle", () => {
  const grid = { ...place, axes: zyx(lps(0, -0.6, 0.8), lps(0, 0.8, 0.6), lps(1, 0, 0)) };
  assert.equal(slicePosition(grid, 10), "z -382.3 mm"); // -412.3 + 10 × 3 × 0.8 + 5 × 2 × 0.6
});
