import assert from "node:assert/strict";
import { test } from "node:test";
import { zyx } from "../../src/domain/axes.ts";
import { separateAxis } from "../../src/nnunet/separateZ.ts";

const iso = zyx(1, 1, 1);

test("Spacings more than three times apart separate their coarsest axis, three times do not", () => {
  assert.equal(separateAxis(null, zyx(3.01, 1, 1), iso), 0);
  assert.equal(separateAxis(null, zyx(3, 1, 1), iso), null);
  assert.equal(separateAxis(null, zyx(1, 1.2, 5), iso), 2);
});

test("The original spacing decides before the target spacing", () => {
  assert.equal(separateAxis(null, zyx(1, 6, 1), zyx(6, 1, 1)), 1);
  assert.equal(separateAxis(null, iso, zyx(6, 1, 1)), 0);
});

test("Two axes that share the coarsest spacing are not separated, even when the target would be", () => {
  assert.equal(separateAxis(null, zyx(4, 4, 1), zyx(6, 1, 1)), null);
  assert.equal(separateAxis(null, iso, zyx(4, 1, 4)), null);
});

test("A forced choice overrides the spacings and takes the original's coarsest axis", () => {
  assert.equal(separateAxis(false, zyx(6, 1, 1), zyx(6, 1, 1)), null);
  assert.equal(separateAxis(true, zyx(1, 1, 1.5), zyx(6, 1, 1)), 2);
  assert.equal(separateAxis(true, iso, zyx(6, 1, 1)), null);
});
