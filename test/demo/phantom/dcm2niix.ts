import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import type { SeriesFile } from "../../../src/demo/phantom/writeSeries.ts";
import type { Lps } from "../../../src/domain/axes.ts";
import type { Grid, Volume } from "../../../src/domain/grid.ts";
import { lpsToVoxel, norm, subtract, voxelToLps } from "../../../src/geometry/vector.ts";
import { readNifti } from "../../../src/nifti/readNifti.ts";

/** The one NIfTI file that dcm2niix makes of the files. */
export const converted = (files: readonly SeriesFile[]): Volume => {
  const folder = mkdtempSync(`${tmpdir()}/panseg-phantom-`);
  try {
    for (const { name, bytes } of files) writeFileSync(`${folder}/${name}`, bytes);
    execFileSync("dcm2niix", ["-z", "y", "-b", "n", "-f", "out", folder], { stdio: "ignore" });
    const found = readdirSync(folder).filter((name) => name.endsWith(".nii.gz"));
    assert.equal(found.length, 1, `dcm2niix wrote ${found.join(", ")}`);
    return readNifti(readFileSync(`${folder}/${found[0]}`));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const cornersOf = (grid: Grid): readonly Lps[] =>
  [0, grid.shape[0] - 1].flatMap((k) =>
    [0, grid.shape[1] - 1].flatMap((j) => [0, grid.shape[2] - 1].map((i) => voxelToLps(grid, k, j, i))),
  );

const intensityAt = ({ grid, voxels }: Volume, point: Lps): number => {
  const [k, j, i] = lpsToVoxel(grid, point).map(Math.round);
  return voxels[((k ?? 0) * grid.shape[1] + (j ?? 0)) * grid.shape[2] + (i ?? 0)] ?? Number.NaN;
};

/** The same corners within 0.01 mm, whatever the axes. */
export const assertSameCorners = (theirs: Grid, own: Grid, title: string): void => {
  const corners = cornersOf(theirs);
  for (const corner of cornersOf(own)) {
    const nearest = Math.min(...corners.map((other) => norm(subtract(corner, other))));
    assert.ok(nearest < 0.01, `${title}: a corner is ${nearest} mm away`);
  }
};

/** The same corners, and every voxel at the same place of the patient; axes may be flipped or swapped. */
export const assertSamePatient = (theirs: Volume, own: Volume, title: string): void => {
  assert.equal(theirs.voxels.length, own.voxels.length, title);
  assertSameCorners(theirs.grid, own.grid, title);
  const [, rows, columns] = own.grid.shape;
  for (let at = 0; at < own.voxels.length; at++) {
    const row = Math.floor(at / columns);
    const point = voxelToLps(own.grid, Math.floor(row / rows), row % rows, at % columns);
    const difference = Math.abs(intensityAt(theirs, point) - (own.voxels[at] ?? Number.NaN));
    if (!(difference < 0.01)) assert.fail(`${title}: voxel ${at} differs by ${difference}`);
  }
};
