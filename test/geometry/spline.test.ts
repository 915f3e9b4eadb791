import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  makeAxisSpline,
  PAD,
  resampleLine,
  resampleRows,
  type SplineOrder,
} from "../../src/geometry/spline.ts";
import { maxDifference, noise } from "../support/numbers.ts";

const resampled = (order: SplineOrder, samples: ArrayLike<number>, to: number): Float64Array => {
  const line = new Float64Array(samples.length + 2 * PAD);
  line.set(samples, PAD);
  const out = new Float64Array(to);
  resampleLine(makeAxisSpline(order, samples.length, to), line, out, 0);
  return out;
};

const anyOrder = fc.constantFrom<SplineOrder>(0, 1, 3);

const length = fc.integer({ min: 1, max: 40 });

test("A constant stays constant at any order and length", () => {
  fc.assert(
    fc.property(anyOrder, length, length, (order, from, to) => {
      const flat = new Float64Array(from).fill(7);
      assert.ok(maxDifference(resampled(order, flat, to), new Float64Array(to).fill(7)) < 1e-12);
    }),
  );
});

test("An axis that keeps its length keeps its samples", () => {
  fc.assert(
    fc.property(anyOrder, length, fc.integer(), (order, from, seed) => {
      const samples = noise(from, seed);
      assert.ok(maxDifference(resampled(order, samples, from), samples) < 1e-12);
    }),
  );
});

test("Mirrored samples give the mirrored result for linear and cubic splines", () => {
  fc.assert(
    fc.property(fc.constantFrom<SplineOrder>(1, 3), length, length, fc.integer(), (order, from, to, seed) => {
      const samples = noise(from, seed);
      const forth = resampled(order, samples, to);
      const back = resampled(order, samples.slice().reverse(), to).reverse();
      assert.ok(maxDifference(forth, back) < 1e-12);
    }),
  );
});

test("Halving and doubling take the samples that the grid mode names", () => {
  assert.deepEqual([...resampled(0, [1, 2, 3, 4], 2)], [2, 4]);
  assert.deepEqual([...resampled(1, [1, 2, 3, 4], 2)], [1.5, 3.5]);
  assert.deepEqual([...resampled(1, [0, 4], 4)], [0, 1, 3, 4]);
  assert.deepEqual([...resampled(0, [5, 9], 4)], [5, 5, 9, 9]);
});

test("The cubic spline of a parabola is the parabola away from the edges", () => {
  const samples = Float64Array.from({ length: 80 }, (_, i) => 0.01 * i * i - i);
  const out = resampled(3, samples, 128);
  for (let o = 50; o < 78; o++) {
    const x = (o + 0.5) * (80 / 128) - 0.5;
    assert.ok(Math.abs((out[o] ?? Number.NaN) - (0.01 * x * x - x)) < 1e-9);
  }
});

test("Rows side by side are resampled as each line alone", () => {
  fc.assert(
    fc.property(anyOrder, length, length, fc.integer({ min: 1, max: 5 }), (order, from, to, width) => {
      const values = noise(from * width);
      const rows = new Float64Array((from + 2 * PAD) * width);
      rows.set(values, PAD * width);
      const out = new Float64Array(to * width);
      resampleRows(makeAxisSpline(order, from, to), rows, width, out);
      for (let column = 0; column < width; column++) {
        const line = resampled(
          order,
          values.filter((_, i) => i % width === column),
          to,
        );
        const found = out.filter((_, i) => i % width === column);
        assert.ok(maxDifference(found, line) < 1e-12);
      }
    }),
  );
});
