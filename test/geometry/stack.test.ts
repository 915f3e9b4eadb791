import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lps } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import {
  gridPlanes,
  isRegular,
  isSheared,
  planeOffsetsMm,
  stackOf,
  unevenGapsMm,
  voxelsToMl,
} from "../../src/geometry/stack.ts";
import { anyGrid } from "../support/grids.ts";
import { anyStack, makeStack } from "./stacks.ts";

const isInternal = (error: unknown): boolean =>
  error instanceof FailureError && error.failure.code === "INTERNAL";

const close = (a: readonly number[] | null, b: readonly number[]): void => {
  assert.equal(a?.length, b.length);
  a?.forEach((value, k) => {
    assert.ok(Math.abs(value - Number(b[k])) < 1e-9, `${a} is not ${b}`);
  });
};

test("a uniform grid is the special case: regular, and its volume is voxels × spacings to the last bit", () => {
  fc.assert(
    fc.property(anyGrid, fc.array(fc.nat(90_000), { minLength: 6, maxLength: 6 }), (grid, counts) => {
      const stack = stackOf(grid, gridPlanes(grid));
      assert.ok(isRegular(stack));
      assert.equal(unevenGapsMm(stack), null);
      const onPlane = counts.slice(0, grid.shape[0]);
      const voxels = onPlane.reduce((a, b) => a + b, 0);
      const [z, y, x] = grid.spacingMm;
      assert.equal(voxelsToMl(onPlane, stack), (voxels * z * y * x) / 1000);
    }),
  );
});

test("S2: positions that jitter within what is accepted are even, one step more is not", () => {
  const jittery = (mm: number) => makeStack({ heightsMm: [0, 5 + mm, 10 - mm, 15 + mm, 20] });
  assert.equal(unevenGapsMm(jittery(0.24)), null);
  assert.ok(isRegular(jittery(0.24)));
  close(unevenGapsMm(jittery(0.26)), [5.26, 4.87, 5, 5.13, 4.74]);
  assert.ok(!isRegular(jittery(0.26)));
});

test("S3: the planes beside a hole share it between them", () => {
  close(unevenGapsMm(makeStack({ heightsMm: [0, 5, 10, 20, 25] })), [5, 5, 7.5, 7.5, 5]);
});

test("S5: a plane stands for half of the way to either neighbour, an outer one for its one gap", () => {
  const stack = makeStack({ heightsMm: [0, 4.002, 11.001, 12.082], pixelMm: [0.5, 0.8] });
  close(unevenGapsMm(stack), [4.002, 5.5005, 4.04, 1.081]);
  // 100 · 4.002 + 200 · 5.5005 + 300 · 4.04 + 400 · 1.081 mm of height, 0.4 mm² each.
  assert.ok(Math.abs(voxelsToMl([100, 200, 300, 400], stack) - 1.257_88) < 1e-9);
});

test("S5: equal areas on all planes measure the area times the extent and half a gap at either end", () => {
  fc.assert(
    fc.property(anyStack, (stack) => {
      const gaps = unevenGapsMm(stack);
      fc.pre(gaps !== null);
      const heights = planeOffsetsMm(stack).map(([height]) => height);
      const [first, last] = [Number(heights[1]), Number(heights.at(-1)) - Number(heights.at(-2))];
      const sum = (gaps ?? []).reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - (Number(heights.at(-1)) + (first + last) / 2)) < 1e-9);
    }),
  );
});

test("S6: a drift beyond a millimetre, or half of a larger pixel, is a shear; its volume is that of the straight stack", () => {
  const drifting = (mm: number, pixelMm: readonly [number, number] = [0.8, 0.5]) =>
    makeStack({
      heightsMm: [0, 5, 10, 15],
      pixelMm,
      driftMm: (k) => [(0.6 * mm * k) / 3, (0.8 * mm * k) / 3],
    });
  assert.ok(!isSheared(drifting(0.99)) && isSheared(drifting(1.01)));
  assert.ok(!isSheared(drifting(1.4, [0.8, 3])) && isSheared(drifting(1.6, [0.8, 3])));
  assert.ok(isRegular(drifting(0.99)) && !isRegular(drifting(9)));
  const counts = [10, 20, 30, 40];
  assert.equal(voxelsToMl(counts, drifting(9)), voxelsToMl(counts, drifting(0)));
});

test("planes that are not one for each slice, or do not ascend, make no stack", () => {
  const { planesLps, ...grid } = makeStack({ heightsMm: [0, 5, 10] });
  assert.throws(() => stackOf(grid, planesLps.slice(1)), isInternal);
  assert.throws(() => stackOf(grid, [...planesLps].reverse()), isInternal);
  assert.throws(() => stackOf(grid, [lps(0, 0, 0), lps(0, 0, 0), lps(0, 0, 5)]), isInternal);
  assert.throws(() => stackOf(grid, [lps(0, 0, 0), lps(0, 0, Number.NaN), lps(0, 0, 5)]), isInternal);
});
