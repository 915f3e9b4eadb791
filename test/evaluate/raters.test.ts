import assert from "node:assert/strict";
import { test } from "node:test";
import { zyx } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import type { Mask } from "../../src/domain/grid.ts";
import { diceOf } from "../../src/evaluate/dice.ts";
import { intraclassCorrelation } from "../../src/evaluate/intraclass.ts";
import { cohenKappa } from "../../src/evaluate/kappa.ts";
import { overlapOf } from "../../src/evaluate/overlap.ts";
import { compareReaders } from "../../src/evaluate/readers.ts";
import { axialGrid } from "../support/grids.ts";
import { assertClose } from "./close.ts";
import { statisticsReference } from "./statisticsReference.ts";

test("intraclass correlations and their intervals are pingouin's", () => {
  for (const { ratings, icc21, icc31 } of statisticsReference.intraclass) {
    const found = intraclassCorrelation(ratings);
    for (const [coefficient, expected] of [
      [found.icc21, icc21],
      [found.icc31, icc31],
    ] as const) {
      assertClose(coefficient?.value, expected[0], `${ratings.length} × ${found.raters}`);
      assertClose(coefficient?.interval?.low, expected[1], `low of ${ratings.length} × ${found.raters}`);
      assertClose(coefficient?.interval?.high, expected[2], `high of ${ratings.length} × ${found.raters}`);
    }
  }
});

test("intraclass correlation gives the textbook's numbers for Shrout and Fleiss' example", () => {
  const ratings = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
  ];
  const { icc21, icc31 } = intraclassCorrelation(ratings);
  assert.equal(icc21?.value.toFixed(2), "0.29");
  assert.equal(icc31?.value.toFixed(2), "0.71");
});

test("raters who part by a constant are consistent but do not agree, and leave no error for an interval", () => {
  const { icc21, icc31 } = intraclassCorrelation([
    [1, 3],
    [2, 4],
    [4, 6],
  ]);
  assert.deepEqual([icc31?.value, icc31?.interval], [1, null]);
  assert.match(icc31?.why ?? "", /by a constant/);
  assert.ok((icc21?.value ?? 1) < 0.6);
  const same = intraclassCorrelation([
    [0.1, 0.1, 0.1],
    [0.1, 0.1, 0.1],
  ]);
  assert.deepEqual([same.icc21, same.icc31], [null, null]);
});

test("ragged ratings, one rater and one subject are refused", () => {
  for (const ratings of [[[1, 2], [1]], [[1], [2]], [[1, 2]], []])
    assert.throws(() => intraclassCorrelation(ratings), FailureError);
});

test("kappa of several categories is scikit-learn's", () => {
  for (const { table, kappa } of statisticsReference.kappa)
    assertClose(cohenKappa(table), kappa, `${table.length} categories`, 1e-14);
});

test("raters who use one and the same category agree; a table must be square and hold items", () => {
  assert.equal(
    cohenKappa([
      [7, 0],
      [0, 0],
    ]),
    1,
  );
  assert.throws(() => cohenKappa([[1, 2]]), FailureError);
  assert.throws(() => cohenKappa([[0]]), FailureError);
});

const reading = (voxels: readonly number[]): Mask => ({
  grid: axialGrid(zyx(1, 1, voxels.length), zyx(1, 1, 1)),
  voxels: Uint8Array.from(voxels),
});

test("readers are compared every one with every other", () => {
  const masks = [reading([1, 1, 0, 0, 0]), reading([0, 1, 1, 0, 0]), reading([0, 0, 0, 0, 0])];
  const { dice, kappa } = compareReaders(masks);
  for (const [i, first] of masks.entries()) {
    for (const [j, second] of masks.entries()) {
      assert.equal(dice[i]?.[j], i === j ? 1 : diceOf(first, second));
      assert.equal(kappa[i]?.[j], i === j ? 1 : overlapOf(first, second).kappa);
    }
  }
  assert.throws(() => compareReaders(masks.slice(0, 1)), FailureError);
});

test("kappa depends on the background that is shown, Dice does not", () => {
  const [first, second] = [
    [1, 1, 0],
    [0, 1, 1],
  ];
  const far = new Array(97).fill(0);
  const close = overlapOf(reading(first ?? []), reading(second ?? []));
  const wide = overlapOf(reading([...(first ?? []), ...far]), reading([...(second ?? []), ...far]));
  assert.equal(close.dice, wide.dice);
  assert.ok(close.kappa < 0 && wide.kappa > 0.45);
});
