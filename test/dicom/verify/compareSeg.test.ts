import assert from "node:assert/strict";
import test from "node:test";
import { compareSeg } from "../../../src/dicom/verify/compareSeg.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { lps } from "../../../src/domain/axes.ts";
import type { Mask } from "../../../src/domain/grid.ts";
import type { SourceSeries } from "../../../src/domain/series.ts";
import { add, scale } from "../../../src/geometry/vector.ts";
import { asymmetricMask, makeContext, makeSource, oblique, shifted } from "../write/sources.ts";

const built = (mask: Mask, source: SourceSeries): Uint8Array => buildSeg(mask, makeContext(source)).bytes;

const source = makeSource({ ...oblique, shape: [6, 7, 8], spacingMm: [3.3, 0.7, 0.8] });
const mask = asymmetricMask(source.grid);

test("a segmentation equals the mask that it was built from", () => {
  assert.deepEqual(compareSeg(built(mask, source), mask), { kind: "equal" });
});

for (const [axis, name] of ["slice", "row", "column"].entries()) {
  for (const step of [1, -1]) {
    test(`PIT-1: a mask shifted by ${step} ${name} is caught`, () => {
      const by: [number, number, number] = [0, 0, 0];
      by[axis] = step;
      const result = compareSeg(built(shifted(mask, by), source), mask);
      assert.equal(result.kind, "different");
    });

    test(`PIT-1: the right voxels at positions that are ${step} ${name} off are caught`, () => {
      const offset = scale(source.grid.axes[axis as 0 | 1 | 2], step * (source.grid.spacingMm[axis] ?? 0));
      const moved = {
        ...source,
        frames: source.frames.map((frame) => ({ ...frame, positionLps: add(frame.positionLps, offset) })),
      };
      const result = compareSeg(built(mask, moved), mask);
      assert.equal(result.kind, "different");
    });
  }
}

test("PIT-1: mirroring along any axis is caught, and the differing voxels are counted", () => {
  const [slices, rows, columns] = mask.grid.shape;
  const mirrored = (axis: number): Mask => {
    const voxels = mask.voxels.map((_, i) => {
      const at = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
      at[axis] = ([slices, rows, columns][axis] ?? 0) - 1 - (at[axis] ?? 0);
      const [z, y, x] = at as [number, number, number];
      return mask.voxels[(z * rows + y) * columns + x] ?? 0;
    });
    return { grid: mask.grid, voxels };
  };
  for (const axis of [0, 1, 2]) {
    const other = mirrored(axis);
    const differing = other.voxels.filter((voxel, i) => voxel !== mask.voxels[i]).length;
    const result = compareSeg(built(other, source), mask);
    assert.ok(result.kind === "different" && result.voxels === differing);
  }
});

test("one voxel more and one less are told apart", () => {
  const more = { grid: mask.grid, voxels: Uint8Array.from(mask.voxels) };
  more.voxels[0] = 1;
  assert.deepEqual(compareSeg(built(more, source), mask), {
    kind: "different",
    voxels: 1,
    missing: 0,
    additional: 1,
  });
  assert.deepEqual(compareSeg(built(mask, source), more), {
    kind: "different",
    voxels: 1,
    missing: 1,
    additional: 0,
  });
});

test("images that drift by more than a pixel beside the grid are equal by their own positions, and a shift is not", () => {
  const drifting = makeSource({ shape: [6, 7, 8], driftMm: (z) => lps(0.19 * z, 0, 0) });
  const body = asymmetricMask(drifting.grid);
  const positions = drifting.frames.map(({ positionLps }) => positionLps);
  assert.deepEqual(compareSeg(built(body, drifting), body, positions), { kind: "equal" });
  assert.equal(compareSeg(built(shifted(body, [0, 0, 1]), drifting), body, positions).kind, "different");
  assert.equal(compareSeg(built(body, drifting), body).kind, "different");
});

test("slice positions that jitter within what is accepted are equal", () => {
  const jitter = [0, 0.2, -0.2, 0.1, -0.1, 0];
  const jittery = makeSource({
    shape: [6, 7, 8],
    spacingMm: [5, 0.7, 0.8],
    driftMm: (z) => lps(0, 0, jitter[z] ?? 0),
  });
  const body = asymmetricMask(jittery.grid);
  assert.deepEqual(compareSeg(built(body, jittery), body), { kind: "equal" });
});
