import assert from "node:assert/strict";
import test from "node:test";
import { noRepairs } from "../../src/domain/series.ts";
import { algorithmParameters } from "../../src/story/results.ts";

const published = { mirror: true, tileStride: 0.5, repairs: noRepairs };

const wordsOf = (change: Partial<typeof published>, mirrored = true): readonly string[] =>
  algorithmParameters({ ...published, ...change }, { plan: { mirrored }, executionProvider: "cuda" });

test("the objects say how far the tiles lay apart, whether they were mirrored, and where the network ran", () => {
  assert.deepEqual(wordsOf({}), [
    "tile stride 0.5 of a patch",
    "mean of 8 mirrorings",
    "execution provider cuda",
  ]);
  assert.deepEqual(wordsOf({ mirror: false, tileStride: 0.75 }).slice(0, 2), [
    "tile stride 0.75 of a patch",
    "no mirroring",
  ]);
  assert.equal(wordsOf({}, false)[1], "no mirroring");
});

test("the objects say which repairs a site allows, where it allows any, in what one attribute holds", () => {
  const [, , , some] = wordsOf({ repairs: { ...noRepairs, missingSlices: 1 } });
  assert.equal(some, "repairs: up to 1 missing slices");
  const all = wordsOf({ repairs: { missingSlices: 10, gantryTilt: true, variableSpacing: true } });
  assert.equal(all[3], "repairs: up to 10 missing slices, gantry tilt, uneven spacing");
  for (const words of all) assert.ok(words.length <= 64, words);
});
