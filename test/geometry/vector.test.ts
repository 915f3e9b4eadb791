import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lps } from "../../src/domain/axes.ts";
import {
  add,
  cross,
  dot,
  lpsToVoxel,
  norm,
  normalise,
  scale,
  subtract,
  voxelToLps,
} from "../../src/geometry/vector.ts";
import { anyGrid } from "../support/grids.ts";

test("The cross product of left and posterior is superior", () => {
  assert.deepEqual(cross(lps(1, 0, 0), lps(0, 1, 0)), lps(0, 0, 1));
});

test("Vector arithmetic agrees with a hand-made example", () => {
  const [a, b] = [lps(1, 2, 3), lps(4, 6, 15)];
  assert.deepEqual(add(a, b), lps(5, 8, 18));
  assert.deepEqual(subtract(b, a), lps(3, 4, 12));
  assert.equal(norm(subtract(b, a)), 13);
  assert.equal(dot(a, b), 61);
  assert.deepEqual(normalise(lps(0, -2, 0)), scale(lps(0, -1, 0), 1));
});

test("The first voxel lies at the origin, and steps go by the spacing along the axes", () => {
  fc.assert(
    fc.property(anyGrid, (grid) => {
      assert.equal(norm(subtract(voxelToLps(grid, 0, 0, 0), grid.originLps)), 0);
      const step = subtract(voxelToLps(grid, 0, 2, 0), grid.originLps);
      assert.ok(Math.abs(norm(step) - 2 * grid.spacingMm[1]) < 1e-9);
    }),
  );
});

test("O4: a voxel taken to the patient and back is the same voxel within a thousandth of a millimetre", () => {
  const index = fc.double({ min: -10, max: 600, noNaN: true });
  fc.assert(
    fc.property(anyGrid, index, index, index, (grid, k, j, i) => {
      const [z, y, x] = lpsToVoxel(grid, voxelToLps(grid, k, j, i));
      const errorMm = Math.max(
        Math.abs(z - k) * grid.spacingMm[0],
        Math.abs(y - j) * grid.spacingMm[1],
        Math.abs(x - i) * grid.spacingMm[2],
      );
      assert.ok(errorMm < 1e-9, `${errorMm} mm`);
    }),
  );
});
