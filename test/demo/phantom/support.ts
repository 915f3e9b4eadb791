import assert from "node:assert/strict";
import type { SeriesFile } from "../../../src/demo/phantom/writeSeries.ts";
import type { Grid } from "../../../src/domain/grid.ts";
import { runOn } from "../../dicom/write/tools.ts";

/** Finds errors only, after proof that dciodvfy knew the object for what it is. */
export const dciodvfyErrors = (bytes: Uint8Array, kind: RegExp): readonly string[] => {
  const { stdout, stderr } = runOn("dciodvfy", [bytes]);
  const lines = `${stdout}\n${stderr}`.split("\n");
  assert.ok(
    lines.some((line) => kind.test(line)),
    `dciodvfy did not name ${kind}`,
  );
  return lines.filter((line) => line.startsWith("Error"));
};

export const asInstances = (files: readonly SeriesFile[]) =>
  files.map(({ name, bytes }) => ({ name, read: () => bytes }));

/** Corners of the grid, axes and spacing within a micrometre: what decimal strings of 16 characters keep. */
export const assertSameGrid = (actual: Grid, expected: Grid): void => {
  assert.deepEqual(actual.shape, expected.shape);
  const flat = ({ spacingMm, originLps, axes }: Grid) => [...spacingMm, ...originLps, ...axes.flat()];
  const expectedNumbers = flat(expected);
  for (const [n, value] of flat(actual).entries()) {
    assert.ok(
      Math.abs(value - (expectedNumbers[n] ?? Number.NaN)) < 1e-6,
      `number ${n} of the grid: ${value}`,
    );
  }
};
