import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lps, voxelCount, type Zyx, zyx } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import type { Grid, Volume } from "../../src/domain/grid.ts";
import type { Orientation } from "../../src/domain/plan.ts";
import { orientVolume, undoReorientation } from "../../src/geometry/orient.ts";
import { dot, lpsToVoxel, norm, subtract, voxelToLps } from "../../src/geometry/vector.ts";
import { anyGrid } from "../support/grids.ts";

const numbered = (grid: Grid): Volume => ({
  grid,
  voxels: Float32Array.from({ length: voxelCount(grid.shape) }, (_, i) => i),
});

const orientations: readonly Orientation[] = ["LPS", "RAS", "LAS", "stored"];

const anyOrientation = fc.constantFrom(...orientations);

const forEachVoxel = (
  shape: Zyx<number>,
  visit: (k: number, j: number, i: number, at: number) => void,
): void => {
  for (let at = 0; at < voxelCount(shape); at++) {
    const i = at % shape[2];
    const j = Math.floor(at / shape[2]) % shape[1];
    visit(Math.floor(at / (shape[1] * shape[2])), j, i, at);
  }
};

test("O3: every voxel keeps its place in the patient, and nothing is interpolated", () => {
  fc.assert(
    fc.property(anyGrid, anyOrientation, (grid, orientation) => {
      const { volume } = orientVolume(numbered(grid), orientation);
      forEachVoxel(volume.grid.shape, (k, j, i, at) => {
        const source = lpsToVoxel(grid, voxelToLps(volume.grid, k, j, i));
        const [z = 0, y = 0, x = 0] = source.map((index) => Math.abs(Math.round(index)));
        assert.equal(volume.voxels[at], (z * grid.shape[1] + y) * grid.shape[2] + x);
        const error = subtract(voxelToLps(volume.grid, k, j, i), voxelToLps(grid, z, y, x));
        assert.ok(norm(error) < 1e-9);
      });
    }),
  );
});

test("Undoing a reorientation gives the source array back, to the bit, for both array types", () => {
  fc.assert(
    fc.property(anyGrid, anyOrientation, (grid, orientation) => {
      const source = numbered(grid);
      const { volume, reorientation } = orientVolume(source, orientation);
      assert.deepEqual(undoReorientation(volume.voxels, reorientation), source.voxels);
      const bytes = undoReorientation(Uint8Array.from(volume.voxels), reorientation);
      assert.deepEqual(bytes, Uint8Array.from(source.voxels));
    }),
  );
});

test("O3: the oriented axes point along the letters of the orientation", () => {
  const letters = { LPS: [1, 1, 1], RAS: [1, -1, -1], LAS: [1, -1, 1] } as const;
  fc.assert(
    fc.property(anyGrid, fc.constantFrom("LPS", "RAS", "LAS"), (grid, orientation) => {
      const { axes } = orientVolume(numbered(grid), orientation).volume.grid;
      const [s, p, l] = letters[orientation];
      assert.ok(dot(axes[0], lps(0, 0, s)) >= 0);
      assert.ok(dot(axes[1], lps(0, p, 0)) >= 0);
      assert.ok(dot(axes[2], lps(l, 0, 0)) >= 0);
    }),
  );
});

const slices = (z: readonly number[], y: readonly number[], x: readonly number[]): Grid => {
  const unit = ([l = 0, p = 0, s = 0]: readonly number[]) => lps(l, p, s);
  return {
    shape: zyx(4, 3, 2),
    spacingMm: zyx(5, 1, 0.5),
    originLps: lps(7, 8, 9),
    axes: zyx(unit(z), unit(y), unit(x)),
  };
};

test("O3: sagittal and coronal slices are permuted so that axis 0 runs to the head, and are not axial", () => {
  const sagittal = orientVolume(numbered(slices([1, 0, 0], [0, 0, -1], [0, 1, 0])), "LPS");
  assert.deepEqual(sagittal.volume.grid.shape, zyx(3, 2, 4));
  assert.deepEqual(sagittal.volume.grid.spacingMm, zyx(1, 0.5, 5));
  assert.equal(sagittal.isAxial, false);
  const coronal = orientVolume(numbered(slices([0, 1, 0], [0, 0, -1], [1, 0, 0])), "LPS");
  assert.deepEqual(coronal.volume.grid.shape, zyx(3, 4, 2));
  assert.equal(coronal.isAxial, false);
});

test("Axial slices stay axial when tilted by 20 degrees or turned in their plane", () => {
  const [c, s] = [Math.cos(Math.PI / 9), Math.sin(Math.PI / 9)];
  const tilted = orientVolume(numbered(slices([0, -s, c], [0, c, s], [1, 0, 0])), "LPS");
  assert.equal(tilted.isAxial, true);
  assert.deepEqual(tilted.volume.grid.shape, zyx(4, 3, 2));
  const turned = orientVolume(numbered(slices([0, 0, 1], [1, 0, 0], [0, 1, 0])), "LPS");
  assert.equal(turned.isAxial, true);
  assert.deepEqual(turned.volume.grid.shape, zyx(4, 2, 3));
});

test("An array that already lies as asked is handed on without a copy", () => {
  const volume = numbered(slices([0, 0, 1], [0, 1, 0], [1, 0, 0]));
  assert.equal(orientVolume(volume, "LPS").volume, volume);
  const sagittal = numbered(slices([1, 0, 0], [0, 0, -1], [0, 1, 0]));
  const stored = orientVolume(sagittal, "stored");
  assert.equal(stored.volume, sagittal);
  assert.equal(stored.isAxial, false);
});

test("An array that does not fill the oriented grid is refused", () => {
  const { reorientation } = orientVolume(numbered(slices([0, 0, 1], [0, 1, 0], [1, 0, 0])), "RAS");
  assert.throws(() => undoReorientation(new Uint8Array(23), reorientation), FailureError);
});
