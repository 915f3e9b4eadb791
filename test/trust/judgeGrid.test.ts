import assert from "node:assert/strict";
import { test } from "node:test";
import { lps, zyx } from "../../src/domain/axes.ts";
import type { Grid } from "../../src/domain/grid.ts";
import { judgeGrid } from "../../src/trust/judgeGrid.ts";
import { plainPlan } from "../support/referenceCases.ts";

const axial: Grid = {
  shape: zyx(4, 5, 6),
  spacingMm: zyx(3, 1, 1),
  originLps: lps(0, 0, 0),
  axes: zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0)),
};

test("O3: an axial stack is what the model knows, a sagittal one is turned and said so", () => {
  assert.deepEqual(judgeGrid(axial, { ...plainPlan, orientation: "LPS" }), []);
  const sagittal = { ...axial, axes: zyx(lps(1, 0, 0), lps(0, 0, -1), lps(0, 1, 0)) };
  assert.deepEqual(
    judgeGrid(sagittal, { ...plainPlan, orientation: "LPS" }).map(({ code }) => code),
    ["NON_AXIAL"],
  );
});
