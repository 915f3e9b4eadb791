import assert from "node:assert/strict";
import test from "node:test";
import { type Lps, lps, type Zyx, zyx } from "../../src/domain/axes.ts";
import type { Grid, Mask } from "../../src/domain/grid.ts";
import { gridPlanes, stackOf } from "../../src/geometry/stack.ts";
import { add, cross, normalise, scale } from "../../src/geometry/vector.ts";
import { measureExtent } from "../../src/measure/extent.ts";
import { maskOf } from "../dicom/write/sources.ts";

const straight = zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0));

const grid = (
  shape: readonly [number, number, number],
  spacingMm: readonly [number, number, number],
  axes: Zyx<Lps> = straight,
): Grid => ({ shape: zyx(...shape), spacingMm: zyx(...spacingMm), originLps: lps(5, -7, 11), axes });

const extentOf = (mask: Mask) => measureExtent(mask, stackOf(mask.grid, gridPlanes(mask.grid)));

const close = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-4, `${actual} is not ${expected}`);

/**
 * Made with scikit-image 0.26 and scipy: v = marching_cubes(np.pad(m, 1).astype(float), 0.5, spacing=spacing)[0];
 * v.max(0) - v.min(0), pdist(v).max(), (m & ~binary_erosion(m)).sum(). The mesh is in single precision.
 */
const cases = [
  {
    title: "a body with a ragged surface",
    at: grid([13, 21, 25], [2.5, 0.7, 0.8]),
    isInside: (z: number, y: number, x: number) =>
      ((z - 6) / 5.2) ** 2 +
        ((y - 10) / 7.3) ** 2 +
        ((x - 12) / 9.1) ** 2 +
        0.05 * ((x * 7 + y * 3 + z * 5) % 4) <=
      1,
    expected: { voxels: 1291, size: [27.5, 10.5, 15.2], diameter: 27.720930720305912, boundary: 482 },
  },
  {
    title: "scattered voxels, some at the edge of the image",
    at: grid([9, 10, 11], [3, 0.5, 0.9]),
    isInside: (z: number, y: number, x: number) =>
      (Math.imul((z * 10 + y) * 11 + x, 2654435761) >>> 13) % 17 === 0,
    expected: { voxels: 56, size: [27, 5, 9.9], diameter: 27.75626055505316, boundary: 56 },
  },
] as const;

for (const { title, at, isInside, expected } of cases) {
  test(`SR-7: extents and diameter are those of the marching-cubes mesh: ${title}`, () => {
    const voxels: [number, number, number][] = [];
    for (let z = 0; z < at.shape[0]; z++)
      for (let y = 0; y < at.shape[1]; y++)
        for (let x = 0; x < at.shape[2]; x++) if (isInside(z, y, x)) voxels.push([z, y, x]);
    assert.equal(voxels.length, expected.voxels);
    const extent = extentOf(maskOf(at, voxels));
    const [z, y, x] = at.spacingMm;
    close(extent.superiorInferiorMm, expected.size[0]);
    close(extent.anteriorPosteriorMm, expected.size[1]);
    close(extent.leftRightMm, expected.size[2]);
    close(extent.largestDiameterMm, expected.diameter);
    close(extent.voxelErrorMl, (expected.boundary * z * y * x) / 2000);
  });
}

test("one voxel is as large as itself, and all of it lies at the surface", () => {
  const extent = extentOf(maskOf(grid([3, 3, 3], [4, 2, 1]), [[1, 1, 1]]));
  close(extent.superiorInferiorMm, 4);
  close(extent.anteriorPosteriorMm, 2);
  close(extent.leftRightMm, 1);
  close(extent.largestDiameterMm, 4);
  close(extent.voxelErrorMl, 0.004);
});

test("extents follow the patient's axes, diameters nothing but the body, however the images lie", () => {
  const marked = [
    [1, 1, 1],
    [1, 1, 2],
    [2, 1, 1],
    [3, 3, 2],
  ] as const;
  const turned = zyx(lps(1, 0, 0), lps(0, 0, -1), lps(0, 1, 0));
  const plain = extentOf(maskOf(grid([5, 5, 5], [3, 1, 2]), marked));
  const sagittal = extentOf(maskOf(grid([5, 5, 5], [3, 1, 2], turned), marked));
  close(sagittal.leftRightMm, plain.superiorInferiorMm);
  close(sagittal.superiorInferiorMm, plain.anteriorPosteriorMm);
  close(sagittal.anteriorPosteriorMm, plain.leftRightMm);
  close(sagittal.largestDiameterMm, plain.largestDiameterMm);
  const row = normalise(lps(0.8, 0.5, 0.1));
  const column = normalise(cross(lps(0.3, -0.2, 0.9), row));
  const oblique = extentOf(maskOf(grid([5, 5, 5], [3, 1, 2], zyx(cross(row, column), column, row)), marked));
  close(oblique.largestDiameterMm, plain.largestDiameterMm);
});

test("images that lie unevenly or beside each other are measured where they lie", () => {
  const at = grid([3, 3, 3], [2, 1, 1]);
  const heights = [0, 2, 6];
  const planes = heights.map((height, k) =>
    add(add(at.originLps, scale(at.axes[0], height)), scale(at.axes[1], 3 * k)),
  );
  const mask = maskOf(at, [
    [1, 1, 1],
    [2, 1, 1],
  ]);
  const extent = measureExtent(mask, stackOf(at, planes));
  // From half-way down to the next plane (1 mm) to half a gap above the last one (2 mm), and 4 mm between.
  close(extent.superiorInferiorMm, 7);
  close(extent.voxelErrorMl, (3 + 4) / 2000);
});
