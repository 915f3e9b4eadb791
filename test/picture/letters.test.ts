import assert from "node:assert/strict";
import test from "node:test";
import { type Lps, lps, zyx } from "../../src/domain/axes.ts";
import { borderLetters, directionLetters } from "../../src/picture/letters.ts";

test("a straight direction has one letter", () => {
  const directions: readonly (readonly [Lps, string])[] = [
    [lps(1, 0, 0), "L"],
    [lps(-1, 0, 0), "R"],
    [lps(0, 1, 0), "P"],
    [lps(0, -1, 0), "A"],
    [lps(0, 0, 1), "H"],
    [lps(0, 0, -1), "F"],
  ];
  for (const [direction, letter] of directions) assert.equal(directionLetters(direction), letter);
});

test("an oblique direction has its letters in the order of their share, and what leans less than 17° none", () => {
  assert.equal(directionLetters(lps(0.8, -0.6, 0)), "LA");
  assert.equal(directionLetters(lps(-0.5, 0.7, -0.51)), "PFR");
  assert.equal(directionLetters(lps(0.98, 0.199, 0)), "L"); // 11.5°
  assert.equal(directionLetters(lps(0.9397, 0, 0.342)), "LH"); // 20°
});

test("the borders of a picture name where its rows and columns come from and go to", () => {
  assert.deepEqual(borderLetters(zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0))), {
    left: "R",
    right: "L",
    top: "A",
    bottom: "P",
  });
  assert.deepEqual(borderLetters(zyx(lps(1, 0, 0), lps(0, -0.6, -0.8), lps(0, 0.8, -0.6))), {
    left: "AH",
    right: "PF",
    top: "HP",
    bottom: "FA",
  });
});
