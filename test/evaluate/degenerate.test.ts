import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { blandAltman } from "../../src/evaluate/blandAltman.ts";
import { correlate } from "../../src/evaluate/correlation.ts";
import { describe } from "../../src/evaluate/describe.ts";
import { fisherQuantile } from "../../src/evaluate/distributions.ts";
import { intraclassCorrelation } from "../../src/evaluate/intraclass.ts";
import { meanInterval } from "../../src/evaluate/meanInterval.ts";
import { pairedTTest } from "../../src/evaluate/pairedT.ts";
import type { Interval } from "../../src/evaluate/samples.ts";
import { wilcoxonTest } from "../../src/evaluate/wilcoxon.ts";
import { assertClose } from "./close.ts";
import { statisticsReference } from "./statisticsReference.ts";

const { pairs, ratings, fisher } = statisticsReference.degenerate;

/** A number is the package's; null is allowed where there is a reason, and needed where the package has none. */
const assertSameOrNull = (
  found: number | null | undefined,
  expected: number | null | undefined,
  why: string | null | undefined,
  what: string,
): void => {
  if (found === null || found === undefined) assert.ok(why, `${what}: null without a reason`);
  else if (expected !== null) assertClose(found, expected, what);
  else assert.ok(Number.isFinite(found), `${what}: ${found}`);
};

test("E1, E9: with few cases and ties every statistic is the outside package's, or null with its reason", () => {
  for (const { first, second, correlation, pairedT, wilcoxon, blandAltman: limits } of pairs) {
    const what = `${first} with ${second}`;
    const correlated = correlate(first, second);
    for (const key of ["pearsonR", "identityR2", "concordance"] as const)
      assertSameOrNull(correlated[key], correlation?.[key] ?? null, correlated.why, `${key} of ${what}`);
    const t = pairedTTest(first, second);
    for (const key of ["t", "p", "cohenDz"] as const)
      assertSameOrNull(t[key], pairedT?.[key] ?? null, t.why, `${key} of ${what}`);
    const ranked = wilcoxonTest(first, second);
    if (ranked.n > 0) assertSameOrNull(ranked.p, wilcoxon?.p ?? null, null, `Wilcoxon's p of ${what}`);
    const { bias, lowerLimit, upperLimit, sd } = blandAltman(first, second);
    for (const [i, { value, interval }] of [bias, lowerLimit, upperLimit].entries()) {
      assert.ok(interval.low <= value && value <= interval.high, what);
      if (sd > 1e-12) assertSameOrNull(value, limits?.[i]?.[0] ?? null, null, `limit ${i} of ${what}`);
    }
  }
});

test("E1: the ICC of two and three cases is pingouin's, or null with its reason, and never ends the run", () => {
  let nulls = 0;
  for (const facts of ratings) {
    const found = intraclassCorrelation(facts.ratings);
    for (const kind of ["icc21", "icc31"] as const) {
      const [own, [value, low, high]] = [found[kind], facts[kind] ?? [null, null, null]];
      const what = `${kind} of ${JSON.stringify(facts.ratings)}`;
      if (own === null) {
        assert.ok(found.why, what);
        nulls++;
        continue;
      }
      assertSameOrNull(own.value, value, null, what);
      if (own.interval === null) assert.ok(own.why, what);
      else {
        assertSameOrNull(own.interval.low, low, null, `low of ${what}`);
        assertSameOrNull(own.interval.high, high, null, `high of ${what}`);
      }
    }
  }
  assert.ok(nulls > 0 && nulls < ratings.length, `${nulls} of ${2 * ratings.length} are null`);
});

test("E1: quantiles of F far below one degree of freedom are scipy's, and never an exception", () => {
  for (const [p, df1, df2, expected] of fisher)
    assert.ok(
      Math.abs(fisherQuantile(p, df1, df2) - expected) <= 1e-8 * expected,
      `p ${p}, df ${df1} and ${df2}: ${fisherQuantile(p, df1, df2)} for ${expected}`,
    );
  assert.equal(fisherQuantile(0.975, 1, 1e-31), Number.POSITIVE_INFINITY);
  assert.equal(fisherQuantile(0.025, 1e-31, 1), 0);
});

test("E9: constant volumes have no ICC, however many cases there are", () => {
  for (const n of [2, 3, 30, 300, 1000])
    for (const value of [0, 0.1, 70.123, 1e6 / 3]) {
      const { icc21, icc31, why } = intraclassCorrelation(Array.from({ length: n }, () => [value, value]));
      assert.deepEqual([icc21, icc31], [null, null], `${n} × ${value}`);
      assert.match(why ?? "", /do not vary/);
    }
});

/** What people's cases give: constants, ties, tiny and huge numbers, one far from all others. */
const number = fc.oneof(
  fc.constantFrom(0, 1, 0.1, 0.86, -1, 1e-9, 1e9),
  fc.integer({ min: 0, max: 5 }),
  // Nothing that people measure is so small that its square is 0.
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => (Math.abs(value) < 1e-12 ? 0 : value)),
);
const list = fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 14 });

const isOrdered = (value: number, { low, high }: Interval): boolean => low <= value && value <= high;

test("E1, E4: whatever two to fourteen cases say, no statistic throws or prints what is no number", () => {
  fc.assert(
    fc.property(list, (rows) => {
      const [first, second] = [rows.map(([a]) => a), rows.map(([, b]) => b)];
      const { why: noCorrelation, ...correlated } = correlate(first, second);
      const { why: noTest, interval, ...t } = pairedTTest(first, second);
      const { why: noIcc, ...icc } = intraclassCorrelation(rows);
      for (const value of [...Object.values(correlated), ...Object.values(t)])
        assert.ok(value === null || Number.isFinite(value), String(value));
      assert.ok(Number.isFinite(interval.low) && Number.isFinite(interval.high));
      assert.equal(Object.values(correlated).includes(null), noCorrelation !== null);
      assert.equal(t.p === null, noTest !== null);
      assert.equal(icc.icc21 === null || icc.icc31 === null, noIcc !== null);
      for (const coefficient of [icc.icc21, icc.icc31]) {
        if (coefficient === null) continue;
        assert.equal(coefficient.interval === null, coefficient.why !== null);
        if (coefficient.interval !== null) assert.ok(isOrdered(coefficient.value, coefficient.interval));
      }
      const { interval: around, why } = meanInterval(first);
      assert.equal(around === null, why !== null);
      if (around !== null) assert.ok(isOrdered(describe(first)?.mean ?? Number.NaN, around));
    }),
    { numRuns: Number(process.env["PANSEG_TEST_CASES"] ?? 3000) },
  );
});

test("E4: below eight values, without spread, or with nearly all values equal, a mean has no interval but a reason", () => {
  for (const values of [[], [1], [1, 2], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7]])
    assert.match(meanInterval(values).why ?? "", /too few/);
  assert.match(meanInterval(Array(9).fill(0.1)).why ?? "", /all values are equal/);
  assert.match(meanInterval([...Array(20).fill(1), 0.5]).why ?? "", /too many values are equal/);
});

test("E4: an interval of the mean ends where the measure does", () => {
  const { interval } = meanInterval([1, 1, 0.99, 0.98, 0.7, 0.99, 0.97, 0.99], { low: 0, high: 1 });
  assert.equal(interval?.high, 1);
});

test("E4: the interval of the mean is numpy's with the same draws, for normal, skewed and bounded values", () => {
  for (const { values, range, interval } of [
    ...statisticsReference.bootstrapT,
    ...statisticsReference.edgeworth,
  ]) {
    const found = meanInterval(values, {
      low: range[0] ?? Number.NEGATIVE_INFINITY,
      high: range[1] ?? Number.POSITIVE_INFINITY,
    });
    assertClose(found.interval?.low, interval[0], `low of ${values}`);
    assertClose(found.interval?.high, interval[1], `high of ${values}`);
  }
});
