import assert from "node:assert/strict";
import { test } from "node:test";
import { roundHalfEven } from "../../src/nnunet/roundHalfEven.ts";

test("Halves go to the even neighbour, everything else to the nearest", () => {
  const cases = [
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [2.4999, 2],
    [2.5001, 3],
    [-0.5, 0],
    [-1.5, -2],
    [7, 7],
  ] as const;
  for (const [value, rounded] of cases) assert.equal(Math.abs(roundHalfEven(value) - rounded), 0);
});
