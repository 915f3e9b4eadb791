import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { zyx } from "../../src/domain/axes.ts";
import type { Mask } from "../../src/domain/grid.ts";
import { keySlices } from "../../src/picture/keySlices.ts";
import { axialGrid } from "../support/grids.ts";

/** A mask of so many voxels in each slice. */
const maskOf = (areas: readonly number[]): Mask => {
  const size = Math.max(1, ...areas);
  const voxels = new Uint8Array(areas.length * size);
  for (const [k, area] of areas.entries()) voxels.fill(1, k * size, k * size + area);
  return { grid: axialGrid(zyx(areas.length, 1, size), zyx(1, 1, 1)), voxels };
};

const areasOf = (slices: number, marked: Readonly<Record<number, number>>): readonly number[] =>
  Array.from({ length: slices }, (_, k) => marked[k] ?? 0);

const even = (slices: number, from: number, to: number): readonly number[] =>
  Array.from({ length: slices }, (_, k) => (k >= from && k < to ? 5 : 0));

test("slices lie in the middle of equal parts of the mask's extent", () => {
  const areas = even(40, 10, 22).with(13, 9);
  assert.deepEqual(keySlices(maskOf(areas), 6), [11, 13, 15, 17, 19, 21]);
  assert.deepEqual(keySlices(maskOf(areas), 3), [13, 16, 20]);
});

test("the slice of the largest area takes the place of its neighbour", () => {
  assert.deepEqual(keySlices(maskOf(even(40, 10, 22).with(20, 9)), 6), [11, 13, 15, 17, 20, 21]);
  assert.deepEqual(keySlices(maskOf(even(40, 10, 22).with(10, 9)), 6), [10, 13, 15, 17, 19, 21]);
});

test("one slice alone is the one of the largest area", () => {
  assert.deepEqual(keySlices(maskOf(areasOf(30, { 4: 2, 9: 7, 25: 3 })), 1), [9]);
});

test("P3: a mask in two far parts is shown by slices of both, never by one between that holds none", () => {
  assert.deepEqual(keySlices(maskOf(areasOf(30, { 0: 2, 29: 7 })), 3), [0, 29]);
  assert.deepEqual(keySlices(maskOf(areasOf(30, { 0: 2, 1: 2, 2: 2, 27: 7, 28: 7, 29: 3 })), 3), [1, 27, 29]);
});

test("P3: a mask of few slices is shown by these alone, also at the ends of the stack", () => {
  assert.deepEqual(keySlices(maskOf(areasOf(30, { 20: 2, 21: 3 })), 6), [20, 21]);
  assert.deepEqual(keySlices(maskOf(areasOf(30, { 0: 2, 1: 3 })), 6), [0, 1]);
  assert.deepEqual(keySlices(maskOf(areasOf(30, { 29: 1 })), 4), [29]);
});

test("without a mask the slices are spread over the volume", () => {
  assert.deepEqual(keySlices(maskOf(even(60, 0, 0)), 6), [5, 15, 25, 35, 45, 55]);
});

test("a volume of fewer slices gives all of them", () => {
  assert.deepEqual(keySlices(maskOf([3, 2, 1]), 6), [0, 1, 2]);
  assert.deepEqual(keySlices(maskOf([0, 0]), 6), [0, 1]);
});

test("P3: slices differ, ascend, are as many as asked for or as hold mask, and hold it, the largest area among them", () => {
  const areas = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 9 })), {
    minLength: 1,
    maxLength: 50,
  });
  fc.assert(
    fc.property(areas, fc.integer({ min: 1, max: 12 }), (list, count) => {
      const slices = keySlices(maskOf(list), count);
      const holding = list.filter((area) => area > 0).length;
      assert.equal(slices.length, Math.min(count, holding === 0 ? list.length : holding));
      if (holding > 0) assert.ok(slices.every((k) => (list[k] ?? 0) > 0));
      assert.deepEqual(
        [...new Set(slices)].sort((a, b) => a - b),
        [...slices],
      );
      assert.ok(slices.every((k) => Number.isInteger(k) && k >= 0 && k < list.length));
      const most = Math.max(...list);
      if (most > 0) assert.ok(slices.some((k) => list[k] === most));
    }),
  );
});
