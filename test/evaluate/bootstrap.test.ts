import assert from "node:assert/strict";
import { test } from "node:test";
import { FailureError } from "../../src/domain/failure.ts";
import { type Bootstrap, bootstrap } from "../../src/evaluate/bootstrap.ts";
import { correlate } from "../../src/evaluate/correlation.ts";
import { makeDrawIndex } from "../../src/evaluate/random.ts";
import { mean } from "../../src/evaluate/samples.ts";
import { assertClose } from "./close.ts";
import { statisticsReference } from "./statisticsReference.ts";

type Facts = (typeof statisticsReference.bootstrapMean)[number];

const assertSame = (found: Bootstrap, { first, standardError, percentile, bca }: Facts): void => {
  const what = `of ${first.length}`;
  assertClose(found.standardError, standardError, `standard error ${what}`);
  assertClose(found.percentile.low, percentile[0], `low ${what}`);
  assertClose(found.percentile.high, percentile[1], `high ${what}`);
  assertClose(found.bca?.low, bca[0], `corrected low ${what}`);
  assertClose(found.bca?.high, bca[1], `corrected high ${what}`);
};

test("intervals of a mean are those of scipy's bootstrap on the same draws", () => {
  for (const facts of statisticsReference.bootstrapMean)
    assertSame(bootstrap(facts.first, mean, { seed: facts.seed, resamples: facts.resamples }), facts);
});

test("pairs are resampled together, as scipy's paired bootstrap does", () => {
  for (const facts of statisticsReference.bootstrapR2) {
    const pairs = facts.first.map((value, i) => [value, facts.second?.[i] ?? Number.NaN] as const);
    const found = bootstrap(
      pairs,
      (sample) =>
        correlate(
          sample.map(([x]) => x),
          sample.map(([, y]) => y),
        ).pearsonR2 ?? Number.NaN,
      { seed: facts.seed, resamples: facts.resamples },
    );
    assertSame(found, facts);
  }
});

test("one seed gives one answer, another seed another", () => {
  const sample = [3, 1, 4, 1, 5, 9, 2, 6];
  const run = (seed: number) => bootstrap(sample, mean, { seed, resamples: 200 });
  assert.deepEqual(run(5), run(5));
  assert.notDeepEqual(run(5), run(6));
});

test("draws are even over their range", () => {
  const draw = makeDrawIndex(1);
  const tally = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const at = draw(10);
    tally[at] = (tally[at] ?? 0) + 1;
  }
  for (const count of tally) assert.ok(Math.abs(count - 10_000) < 500, `${tally}`);
});

test("what never varies has no corrected interval; what cannot be resampled is refused", () => {
  const found = bootstrap([2, 2, 2], mean, { seed: 1, resamples: 50 });
  assert.deepEqual(found.percentile, { low: 2, high: 2 });
  assert.equal(found.bca, null);
  assert.throws(() => bootstrap([1], mean, { seed: 1 }), FailureError);
  assert.throws(() => bootstrap([1, 2], () => Number.NaN, { seed: 1, resamples: 5 }), FailureError);
});
