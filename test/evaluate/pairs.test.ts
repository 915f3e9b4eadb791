import assert from "node:assert/strict";
import { test } from "node:test";
import { FailureError } from "../../src/domain/failure.ts";
import { blandAltman } from "../../src/evaluate/blandAltman.ts";
import { correlate } from "../../src/evaluate/correlation.ts";
import { describe } from "../../src/evaluate/describe.ts";
import { pairedTTest } from "../../src/evaluate/pairedT.ts";
import { percentileOfSorted } from "../../src/evaluate/percentile.ts";
import { wilcoxonTest } from "../../src/evaluate/wilcoxon.ts";
import { assertClose } from "./close.ts";
import { statisticsReference } from "./statisticsReference.ts";

const { pairs, percentiles } = statisticsReference;

test("percentiles are numpy's to the last bit", () => {
  for (const [values, percent, expected] of percentiles)
    assert.equal(percentileOfSorted(Float64Array.from(values).sort(), percent), expected);
});

test("mean, SD and quartiles are numpy's", () => {
  for (const { first, described } of pairs) {
    const found = describe(first);
    for (const key of ["mean", "sd", "median", "q1", "q3"] as const)
      assertClose(found?.[key], described[key], `${key} of ${first.length}`);
  }
});

test("no value has no description, one value has no SD", () => {
  assert.equal(describe([]), null);
  assert.deepEqual(describe([4]), { n: 1, mean: 4, sd: null, median: 4, q1: 4, q3: 4, min: 4, max: 4 });
});

test("correlation, the fit of the identity line and concordance are scipy's and scikit-learn's", () => {
  for (const { first, second, correlation } of pairs) {
    const found = correlate(first, second);
    for (const key of ["pearsonR", "pearsonR2", "identityR2", "concordance"] as const)
      assertClose(found[key], correlation[key], `${key} of ${first.length}`);
  }
});

test("a constant bias leaves Pearson's R² at 1 and spoils the others", () => {
  const found = correlate([60, 70, 100], [30, 40, 70]);
  assertClose(found.pearsonR2, 1, "Pearson");
  assert.ok((found.identityR2 ?? 1) < 0);
  assert.ok((found.concordance ?? 1) < 0.5);
});

test("values without spread have no correlation", () => {
  assert.deepEqual(correlate([5, 5], [5, 5]), {
    n: 2,
    pearsonR: null,
    pearsonR2: null,
    identityR2: null,
    concordance: null,
    why: "values that do not vary have no correlation",
  });
  assert.equal(correlate([0.1, 0.1, 0.1], [4, 5, 6]).pearsonR, null);
  assert.equal(correlate([5, 5, 5], [4, 5, 6]).identityR2, 0);
});

test("Bland-Altman's bias and limits and their intervals are those of scipy's t", () => {
  for (const { first, second, blandAltman: expected } of pairs) {
    const { bias, lowerLimit, upperLimit } = blandAltman(first, second);
    for (const [i, { value, interval }] of [bias, lowerLimit, upperLimit].entries())
      for (const [j, number] of [value, interval.low, interval.high].entries())
        assertClose(number, expected[i]?.[j], `${i}, ${j} of ${first.length}`);
  }
});

test("the paired t-test is scipy's", () => {
  for (const { first, second, pairedT } of pairs) {
    const found = pairedTTest(first, second);
    for (const key of ["t", "p", "cohenDz"] as const)
      assertClose(found[key], pairedT[key], `${key} of ${first.length}`);
    assertClose(found.interval.low, pairedT.interval[0], "low");
    assertClose(found.interval.high, pairedT.interval[1], "high");
  }
});

test("differences without spread have an interval but no test", () => {
  const found = pairedTTest([3, 4, 5], [2, 3, 4]);
  assert.deepEqual([found.t, found.p, found.cohenDz], [null, null, null]);
  assert.deepEqual(found.interval, { low: 1, high: 1 });
});

test("Wilcoxon's test is scipy's: exact, exact with ties, and normal", () => {
  const seen = new Set<string>();
  for (const { first, second, wilcoxon } of pairs) {
    const found = wilcoxonTest(first, second);
    for (const key of ["statistic", "p", "rankBiserial"] as const)
      assertClose(found[key], wilcoxon[key], `${key} of ${first.length}`);
    const sums = found.positiveRanks + found.negativeRanks;
    assert.equal(sums, (found.n * (found.n + 1)) / 2);
    seen.add(`${found.method}, ${found.n < first.length ? "with" : "without"} equal pairs`);
  }
  assert.equal(seen.size, 4, [...seen].join("; "));
});

test("where no pair differs, Wilcoxon has nothing against it", () => {
  const same = Array.from({ length: 60 }, (_, i) => i);
  for (const values of [[1, 2], same]) {
    const found = wilcoxonTest(values, values);
    assert.deepEqual([found.n, found.p, found.rankBiserial], [0, 1, null]);
  }
});

test("lists that are no pairs of finite numbers are refused", () => {
  for (const [first, second] of [
    [
      [1, 2, 3],
      [1, 2],
    ],
    [[1], [1]],
    [
      [1, Number.NaN],
      [1, 2],
    ],
    [
      [1, 2],
      [1, Number.POSITIVE_INFINITY],
    ],
  ] as const)
    for (const run of [correlate, blandAltman, pairedTTest])
      assert.throws(() => run(first, second), FailureError);
  assert.throws(() => wilcoxonTest([], []), FailureError);
  assert.throws(() => describe([1, Number.NaN]), FailureError);
});
