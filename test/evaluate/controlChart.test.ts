import assert from "node:assert/strict";
import { test } from "node:test";
import { ewmaChart } from "../../src/evaluate/controlChart.ts";
import { isFailure } from "../pacs/fakeArchive.ts";
import { assertClose } from "./close.ts";

/** NIST/SEMATECH e-Handbook of Statistical Methods, section 6.3.2.4: data, and their EWMA as printed to two digits. */
const nist = {
  design: { target: 50, sd: 2.0539, lambda: 0.3, width: 3, baselineCases: null },
  data: [
    52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6,
    52.4, 53.6, 52.1,
  ],
  ewma: [
    50.6, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05, 49.38,
    49.92, 50.73, 51.23, 51.94, 51.99,
  ],
  limits: [47.4115, 52.5884],
} as const;

test("weighted means and limits are those of the NIST handbook's example", () => {
  const chart = ewmaChart(nist.data, nist.design);
  assert.equal(chart.length, nist.ewma.length);
  for (const [index, { ewma }] of chart.entries())
    assert.ok(Math.abs(ewma - (nist.ewma[index] ?? 0)) <= 0.0051, `${index}: ${ewma}`);
  // The handbook gives the limits that the widening ones come near to.
  const last = chart.at(-1);
  assert.ok(Math.abs((last?.lowerLimit ?? 0) - nist.limits[0]) < 1e-4);
  assert.ok(Math.abs((last?.upperLimit ?? 0) - nist.limits[1]) < 1e-4);
  assert.ok(
    chart.every(({ ewma, lowerLimit }) => ewma > lowerLimit),
    "the example is in control",
  );
});

test("limits begin at width · λ · SD, where one value has been weighed, and widen", () => {
  const chart = ewmaChart(nist.data, nist.design);
  assertClose(chart[0]?.lowerLimit, 50 - 3 * 0.3 * 2.0539, "first limit");
  assertClose(chart[1]?.lowerLimit, 50 - 3 * 2.0539 * Math.sqrt(0.3 ** 2 + (0.3 * 0.7) ** 2), "second limit");
  const lower = chart.map(({ lowerLimit }) => lowerLimit);
  assert.deepEqual(
    lower.toSorted((a, b) => b - a),
    lower,
  );
});

test("a lambda of 1 is Shewhart's chart, and a target from few cases widens its limits by their mean's error", () => {
  const chart = ewmaChart([1, 2], { target: 0, sd: 2, lambda: 1, width: 3, baselineCases: 4 });
  assert.deepEqual(
    chart.map(({ ewma }) => ewma),
    [1, 2],
  );
  for (const { upperLimit } of chart) assertClose(upperLimit, 3 * 2 * Math.sqrt(1 + 1 / 4), "limit");
});

test("a weight outside its range, or no spread, is refused", () => {
  for (const lambda of [0, -0.1, 1.1, Number.NaN])
    assert.throws(() => ewmaChart([1], { ...nist.design, lambda }), isFailure("USAGE"));
  for (const sd of [0, -1, Number.NaN])
    assert.throws(() => ewmaChart([1], { ...nist.design, sd }), isFailure("USAGE"));
});
