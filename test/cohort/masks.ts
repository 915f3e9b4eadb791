import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { voxelCount, zyx } from "../../src/domain/axes.ts";
import type { Grid, Mask } from "../../src/domain/grid.ts";
import { writeNifti } from "../../src/nifti/writeNifti.ts";
import { axialGrid } from "../support/grids.ts";

export const smallGrid: Grid = axialGrid(zyx(6, 9, 12), zyx(2.5, 1, 1));

/** A box of voxels, from a first one on. */
export const boxMask = (
  from: readonly [number, number, number],
  size: readonly [number, number, number],
  grid: Grid = smallGrid,
  label = 1,
): Mask => {
  const voxels = new Uint8Array(voxelCount(grid.shape));
  for (let k = from[0]; k < from[0] + size[0]; k++)
    for (let j = from[1]; j < from[1] + size[1]; j++)
      for (let i = from[2]; i < from[2] + size[2]; i++)
        voxels[(k * grid.shape[1] + j) * grid.shape[2] + i] = label;
  return { grid, voxels };
};

export type Folder = {
  readonly path: string;
  readonly write: (name: string, content: Mask | Uint8Array | string) => void;
};

/** A temporary folder that goes with the test. */
export const tempFolder = (t: TestContext): Folder => {
  const path = mkdtempSync(join(tmpdir(), "panseg-cohort-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    write: (name, content) => {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      const isMask = typeof content === "object" && "grid" in content;
      writeFileSync(join(path, name), isMask ? writeNifti(content) : content);
    },
  };
};
