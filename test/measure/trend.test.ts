import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { describeTrend } from "../../src/domain/trend.ts";
import { trendOf } from "../../src/measure/trend.ts";

const present = { modality: "CT", studyDate: "20250131", volumeMl: 71.4, errorMl: 4 } as const;
const prior = (studyDate: string, volumeMl: number, errorMl: number | null = 3) => ({
  studyDate,
  volumeMl,
  errorMl,
  sopInstanceUid: `1.2.${studyDate}`,
});

test("a change is absolute, in percent and per year, against the latest earlier volume, with the errors of both", () => {
  const trend = trendOf(present, [prior("20240131", 68), prior("20200101", 90)]);
  assert.ok(trend !== null);
  assert.deepEqual(
    trend.priors.map(({ studyDate }) => studyDate),
    ["20200101", "20240131"],
  );
  assert.ok(Math.abs(trend.changeMl - 3.4) < 1e-12);
  assert.ok(Math.abs(trend.changePercent - 5) < 1e-12);
  assert.ok(Math.abs((trend.percentPerYear ?? 0) - (5 * 365.25) / 366) < 1e-12);
  assert.equal(trend.errorMl, 5);
  assert.equal(
    describeTrend(trend),
    "Since 2024-01-31 (CT, 68.0 ml): +3.4 ml (+5.0 %), +5.0 % per year; no more than the measurement error of up to ±5.0 ml, which is that of the voxels alone.",
  );
});

test("a loss that passes the error is called so", () => {
  const trend = trendOf(present, [prior("20230131", 100)]);
  assert.ok(trend !== null);
  assert.match(describeTrend(trend), /: −28\.6 ml \(−28\.6 %\), −14\.3 % per year; more than/);
});

test("a short interval gives a change but no rate", () => {
  assert.equal(trendOf(present, [prior("20250102", 70)])?.percentPerYear, null);
});

test("of volumes of one day the last given counts, and a prior without error gets the present's share", () => {
  const trend = trendOf(present, [prior("20240131", 10), prior("20240131", 71.4, null)]);
  assert.equal(trend?.priors.length, 1);
  assert.equal(trend?.changeMl, 0);
  assert.ok(Math.abs((trend?.errorMl ?? 0) - Math.hypot(4, 4)) < 1e-12);
});

test("what is not earlier, has no date or no volume, is not compared with", () => {
  for (const priors of [
    [],
    [prior("20250131", 70)],
    [prior("20250201", 70)],
    [prior("", 70)],
    [prior("20240230", 70)],
    [prior("20240131", 0)],
  ])
    assert.equal(trendOf(present, priors), null);
  assert.equal(trendOf({ ...present, studyDate: "" }, [prior("20240131", 70)]), null);
  assert.equal(trendOf({ ...present, volumeMl: 0 }, [prior("20240131", 70)]), null);
});

test("the order in which priors are found changes nothing", () => {
  const anyPrior = fc.tuple(fc.integer({ min: 2000, max: 2024 }), fc.integer({ min: 1, max: 150 }));
  fc.assert(
    fc.property(fc.uniqueArray(anyPrior, { selector: ([year]) => year }), (list) => {
      const priors = list.map(([year, volumeMl]) => prior(`${year}0615`, volumeMl));
      assert.deepEqual(trendOf(present, priors), trendOf(present, priors.toReversed()));
    }),
  );
});
