import assert from "node:assert/strict";
import { test } from "node:test";
import {
  betOn,
  conformalPValues,
  newStakes,
  type Stakes,
  wealthOf,
} from "../../src/evaluate/conformalMartingale.ts";
import { makeDrawIndex } from "../../src/evaluate/random.ts";

const uniforms = (seed: number, count: number): readonly number[] => {
  const draw = makeDrawIndex(seed);
  return Array.from({ length: count }, () => (draw(2 ** 32) + 0.5) / 2 ** 32);
};

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test("E2: p-values are the share of lower values, and ties take a uniform part of theirs", () => {
  const [lowest, between, highest] = conformalPValues([2, 4, 6, 8, 1, 5, 9], uniforms(1, 7), 4);
  assert.ok(lowest !== undefined && lowest > 0 && lowest < 1 / 5);
  assert.ok(between !== undefined && between > 3 / 6 && between < 4 / 6);
  assert.ok(highest !== undefined && highest > 6 / 7 && highest < 1);
  const tied = conformalPValues(
    Array.from({ length: 4000 }, () => 1),
    uniforms(2, 4000),
    20,
  );
  assert.ok(Math.abs(mean(tied) - 0.5) < 0.02);
  assert.ok(Math.abs(mean(tied.map((p) => p * p)) - 1 / 3) < 0.02);
});

test("E2: p-values of any steady sequence are uniform and do not follow from those before", () => {
  const draw = makeDrawIndex(7);
  // Four of five untouched: hardly more than two values.
  const pairs = Array.from({ length: 4000 }, (_, seed) => {
    const values = Array.from({ length: 8 }, () => (draw(5) > 0 ? 1 : 0));
    return conformalPValues(values, uniforms(seed, 8), 4).slice(-2) as unknown as readonly [number, number];
  });
  assert.ok(Math.abs(mean(pairs.map(([p]) => p)) - 0.5) < 0.02);
  const covariance = mean(pairs.map(([p, q]) => (p - 0.5) * (q - 0.5)));
  assert.ok(Math.abs(covariance) < 0.004, `${covariance}`);
});

test("E2: each bet is fair over uniform p-values, and no one value multiplies the wealth by more than 17", () => {
  const steps = 1000;
  const after = Array.from({ length: steps }, (_, i) => betOn(newStakes(), (i + 0.5) / steps));
  assert.ok(Math.abs(mean(after.map(wealthOf)) - 1) < 1e-9);
  let stakes: Stakes = newStakes();
  for (let n = 0; n < 60; n++) {
    const next = betOn(stakes, 0.001);
    assert.ok(wealthOf(next) / wealthOf(stakes) < 17.2);
    stakes = next;
  }
  assert.ok(wealthOf(stakes) > 1e30);
});

test("E2: the same history gives the same p-values, and later cases change none of the earlier", () => {
  const values = [0.9, 1, 1, 0.8, 1, 0.7, 1];
  const draws = uniforms(3, values.length);
  const [whole, part] = [values, values.slice(0, 5)].map((each) => conformalPValues(each, draws, 3));
  assert.ok(whole && part);
  assert.deepEqual(whole, conformalPValues(values, draws, 3));
  assert.deepEqual(whole.slice(0, 2), part);
});
