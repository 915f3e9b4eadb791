import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fisherQuantile,
  normalCdf,
  normalQuantile,
  studentHalfWidth,
  studentTwoSidedP,
} from "../../src/evaluate/distributions.ts";
import { statisticsReference } from "./statisticsReference.ts";

const { tables } = statisticsReference;

/** No absolute floor here: far tails count too. */
const assertRelative = (actual: number, expected: number, what: string): void =>
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.abs(expected), `${what}: ${actual} for ${expected}`);

test("probabilities of Student's t are scipy's, also far out", () => {
  for (const [t, df, p] of tables.studentP) assertRelative(studentTwoSidedP(t, df), p, `t ${t}, df ${df}`);
});

test("quantiles of t and F are scipy's", () => {
  for (const [confidence, df, t] of tables.studentHalfWidth)
    assertRelative(studentHalfWidth(confidence, df), t, `confidence ${confidence}, df ${df}`);
  for (const [p, df1, df2, f] of tables.fisher)
    assertRelative(fisherQuantile(p, df1, df2), f, `p ${p}, df ${df1} and ${df2}`);
});

test("the normal distribution keeps its digits in the lower tail", () => {
  for (const [z, p] of tables.normalCdf) assertRelative(normalCdf(z), p, `z ${z}`);
  for (const [p, z] of tables.normalQuantile) assertRelative(normalQuantile(p), z, `p ${p}`);
  assert.deepEqual([0, 1].map(normalQuantile).map(normalCdf), [0, 1]);
});
