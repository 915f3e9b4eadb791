import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bets, betOn, wealthOf } from "../../src/evaluate/fallMartingale.ts";
import { makeDrawIndex } from "../../src/evaluate/random.ts";

/** Wealth after each value that follows the first `calibration`; values differ, ties are broken before. */
const courseOf = (values: readonly number[], calibration: number): readonly number[] => {
  let bets: Bets = [];
  return values.slice(calibration).map((value, index) => {
    bets = betOn(bets, calibration + index, calibration, (before) => (values[before] as number) < value);
    return wealthOf(bets);
  });
};

/** Different numbers in an order of chance. */
const shuffled = (seed: number, count: number): readonly number[] => {
  const draw = makeDrawIndex(seed);
  const numbers = Array.from({ length: count }, (_, n) => n);
  for (let n = count - 1; n > 0; n--) {
    const other = draw(n + 1);
    [numbers[n], numbers[other]] = [numbers[other] as number, numbers[n] as number];
  }
  return numbers;
};

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test("E2: whatever came before, a bet is fair: over the places that a next value may take wealth grows by its stake alone", () => {
  for (const [seed, calibration, after] of [
    [1, 20, 0],
    [2, 20, 7],
    [3, 5, 3],
    [4, 50, 12],
  ] as const) {
    const before = shuffled(seed, calibration + after);
    const wealth = courseOf(before, calibration).at(-1) ?? 0;
    const next = Array.from({ length: before.length + 1 }, (_, place) =>
      courseOf([...before, place - 0.5], calibration).at(-1),
    ) as readonly number[];
    // In proportion to 1 / start, twelvefold at once, one unit over 200 values.
    let total = 12 / calibration;
    for (let each = calibration + 1; each < calibration + 200; each++) total += 1 / each;
    const stake = (after === 0 ? 12 : 1) / ((calibration + after) * total);
    assert.ok(Math.abs(mean(next) - (wealth + stake)) < 1e-12, `${mean(next)} for ${wealth} + ${stake}`);
  }
});

test("E2: over 200 values one unit is staked, whatever the calibration", () => {
  for (const calibration of [5, 20, 50, 300]) {
    const alone = Array.from({ length: 200 }, (_, index) => {
      const values = shuffled(1, calibration + index);
      // A bet by itself: the mean over the places of the first value after its start.
      return mean(
        [...values.keys(), values.length].map((place) =>
          wealthOf(
            betOn([], calibration + index, calibration, (before) => (values[before] as number) < place),
          ),
        ),
      );
    });
    const staked = alone.reduce((sum, each) => sum + each, 0);
    assert.ok(Math.abs(staked - 1) < 1e-9, `${staked}`);
  }
});

test("E2: one low value alone never makes the wealth of an alarm, ten make far more", () => {
  for (const calibration of [20, 50, 200])
    for (let seed = 1; seed <= 20; seed++) {
      const steady = shuffled(seed, calibration + 20);
      const lows = Array.from({ length: 10 }, (_, n) => -1 - ((7 * n) % 10));
      const [once, often] = [lows.slice(0, 1), lows].map((low) =>
        courseOf([...steady, ...low], calibration).at(-1),
      );
      assert.ok(once !== undefined && once < 17, `${once} after one`);
      assert.ok(often !== undefined && often > 500, `${often} after ten`);
    }
});

test("E2: later values change nothing about the earlier, and only the order of values counts", () => {
  const values = shuffled(5, 60);
  const course = courseOf(values, 20);
  assert.deepEqual(courseOf(values.slice(0, 50), 20), course.slice(0, 30));
  assert.deepEqual(
    courseOf(
      values.map((value) => Math.exp(value / 9)),
      20,
    ),
    course,
  );
});

test("E2: of 1,000 orders by chance no more than 2 % ever reach fifty within 200 values", () => {
  const reached = Array.from({ length: 1000 }, (_, seed) => courseOf(shuffled(seed + 1, 220), 20)).filter(
    (course) => course.some((wealth) => wealth >= 50),
  ).length;
  assert.ok(reached <= 20, `${reached}`);
});
