import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { zyx } from "../../src/domain/axes.ts";
import { displayWindow, greyOf, sayWindow } from "../../src/picture/window.ts";
import { axialGrid } from "../support/grids.ts";

const shown = (values: ArrayLike<number>, modelClass: "CT" | "T1" | "T2", marked: readonly number[] = []) => {
  const grid = axialGrid(zyx(1, 1, values.length), zyx(1, 1, 1));
  const mask = new Uint8Array(values.length);
  for (const n of marked) mask[n] = 1;
  return displayWindow({ grid, voxels: Float32Array.from(values) }, { grid, voxels: mask }, modelClass);
};

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) <= 0.008 * Math.abs(expected), `${actual}, not ${expected}`);

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1);

test("P3: CT is shown at level 40 and width 400 HU, as viewers show an abdomen, whatever the volume holds", () => {
  for (const values of [[0, 1, 2], [3000], [0]]) {
    const window = shown(values, "CT");
    assert.equal(greyOf(-160, window), 0);
    assert.equal(greyOf(-60, window), 64); // a quarter of 255 is 63.75
    assert.equal(greyOf(40, window), 128);
    assert.equal(greyOf(239.9, window), 255);
    assert.equal(sayWindow(window), "W 400 L 40");
  }
});

test("P3: a window is said in whole numbers, but for values of which nothing would be left, and never at length", () => {
  assert.equal(sayWindow({ low: 3.4, high: 835.2 }), "W 832 L 419");
  assert.equal(sayWindow({ low: -0.011, high: 0.42 }), "W 0.43 L 0.20");
  assert.equal(sayWindow({ low: 0, high: 2e9 }), "W 2.0e+9 L 1.0e+9");
  assert.equal(sayWindow({ low: -1, high: 1 }), "W 2.0 L 0");
  assert.equal(sayWindow({ low: Number.NaN, high: Number.NaN }), "no window");
});

test("values beyond the window are black or white, and what is no number is black", () => {
  const window = { low: 0, high: 100 };
  const values = [-1e9, -1, 0, 100, 101, 1e9, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  assert.deepEqual(
    values.map((value) => greyOf(value, window)),
    [0, 0, 0, 255, 255, 255, 255, 0, 0],
  );
});

test("MR is shown from 1 % to 99.5 % of the voxels that are not 0", () => {
  const values = [...new Array<number>(700).fill(0), ...upTo(1000), ...new Array<number>(300).fill(-0)];
  const { low, high } = shown(values, "T2");
  near(low, 10);
  near(high, 995);
});

test("neither a voxel of 10⁹ nor one that is no number moves the window of an MR", () => {
  const plain = shown(upTo(20000), "T1");
  const spoilt = shown([...upTo(20000), 1e9, Number.NaN, Number.POSITIVE_INFINITY], "T1");
  near(spoilt.low, plain.low);
  near(spoilt.high, plain.high);
});

test("the window of an MR with negative values is as wide as its values", () => {
  const values = upTo(2001).map((n) => n - 1001); // -1000 to 1000
  const { low, high } = shown(values, "T1");
  near(low, -980);
  near(high, 990);
});

test("the window's ends agree with sorting, for values of any sign and size", () => {
  const fraction = fc.float({ noNaN: true, min: -1, max: 1 }).filter((x) => x === 0 || Math.abs(x) > 1e-30);
  const value = fc.oneof(fc.integer({ min: -3000, max: 3000 }), fraction);
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 400 }), (list) => {
      const sorted = Float32Array.from(list.filter((x) => x !== 0)).sort();
      fc.pre(sorted.length > 0);
      const { low, high } = shown(list, "T2");
      for (const [end, share] of [
        [low, 0.01],
        [high, 0.995],
      ] as const) {
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
        assert.ok(Math.abs(end - exact) <= 0.008 * Math.abs(exact), `${end}, sorted ${exact}`);
      }
    }),
  );
});

test("an organ brighter than all else is shown at three quarters of white", () => {
  const values = [...upTo(1000), 2000, 2001, 1999];
  const window = shown(values, "T1", [1000, 1001, 1002]);
  assert.ok(Math.abs(greyOf(2000, window) - 0.75 * 255) <= 1.5, `${greyOf(2000, window)}`);
});

test("an organ darker than that leaves the window of an MR as it is", () => {
  assert.deepEqual(shown(upTo(1000), "T2", [300, 301, 302]), shown(upTo(1000), "T2"));
});

test("a volume of zeros is black", () => {
  assert.equal(greyOf(0, shown([0, 0, 0], "T1")), 0);
});
