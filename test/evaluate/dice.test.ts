import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { zyx } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import type { Mask } from "../../src/domain/grid.ts";
import { diceOf } from "../../src/evaluate/dice.ts";
import { axialGrid } from "../support/grids.ts";

const maskOf = (voxels: readonly number[]): Mask => ({
  grid: axialGrid(zyx(1, 1, voxels.length), zyx(1, 1, 1)),
  voxels: Uint8Array.from(voxels),
});

test("Dice is twice the overlap over both sizes", () => {
  assert.equal(diceOf(maskOf([1, 1, 0, 0]), maskOf([0, 1, 1, 1])), 2 / 5);
  assert.equal(diceOf(maskOf([1, 0]), maskOf([0, 1])), 0);
  assert.equal(diceOf(maskOf([0, 2, 1]), maskOf([0, 1, 7])), 1);
});

test("two empty masks agree, one empty mask agrees with nothing", () => {
  assert.equal(diceOf(maskOf([0, 0]), maskOf([0, 0])), 1);
  assert.equal(diceOf(maskOf([0, 1]), maskOf([0, 0])), 0);
});

test("Dice is symmetric and lies within 0 and 1", () => {
  const pair = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(pair, (voxels) => {
      const a = maskOf(voxels.map(([inA]) => Number(inA)));
      const b = maskOf(voxels.map(([, inB]) => Number(inB)));
      const dice = diceOf(a, b);
      return dice === diceOf(b, a) && dice >= 0 && dice <= 1;
    }),
  );
});

test("masks of different shapes are refused", () => {
  assert.throws(() => diceOf(maskOf([1]), maskOf([1, 1])), FailureError);
});
