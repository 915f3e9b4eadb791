import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { voxelCount, type Zyx, zyx } from "../../src/domain/axes.ts";
import { fillHoles, labelComponents } from "../../src/geometry/components.ts";
import { anyShape } from "../support/grids.ts";
import { readNpy, readNpyFloat32 } from "../support/npy.ts";
import { needsShared } from "../support/shared.ts";
import { toZyx, unitFile } from "../support/unitVectors.ts";

/** Face neighbours of a voxel inside the array; -1 stands for the outside. */
const neighbours = (shape: Zyx<number>, at: number): number[] => {
  const [depth, height, width] = shape;
  const [k, j, i] = [Math.floor(at / (width * height)), Math.floor(at / width) % height, at % width];
  return [
    i > 0 ? at - 1 : -1,
    i < width - 1 ? at + 1 : -1,
    j > 0 ? at - width : -1,
    j < height - 1 ? at + width : -1,
    k > 0 ? at - width * height : -1,
    k < depth - 1 ? at + width * height : -1,
  ];
};

const flood = (shape: Zyx<number>, start: number, isOpen: (at: number) => boolean): Set<number> => {
  const seen = new Set([start]);
  for (const at of seen)
    for (const next of neighbours(shape, at)) if (next >= 0 && isOpen(next)) seen.add(next);
  return seen;
};

const anyMask = anyShape(6).chain((shape) =>
  fc.tuple(
    fc.constant(shape),
    fc
      .array(fc.nat(3), { minLength: voxelCount(shape), maxLength: voxelCount(shape) })
      .map((draws) => Uint8Array.from(draws, (draw) => (draw > 1 ? 1 : 0))),
  ),
);

test("Two voxels share a label exactly when a path through faces joins them, and the sizes count them", () => {
  fc.assert(
    fc.property(anyMask, ([shape, mask]) => {
      const { labels, sizes } = labelComponents(mask, shape);
      let highest = 0;
      for (const [at, inside] of mask.entries()) {
        if (inside === 0) {
          assert.equal(labels[at], 0);
          continue;
        }
        const label = labels[at] ?? 0;
        assert.ok(label >= 1 && label <= highest + 1, "labels are numbered by first voxel");
        highest = Math.max(highest, label);
        const component = flood(shape, at, (next) => mask[next] === 1);
        for (const [other, otherLabel] of labels.entries())
          assert.equal(otherLabel === label, component.has(other));
        assert.equal(sizes[label], component.size);
      }
      assert.equal(sizes.length, highest + 1);
    }),
    { numRuns: 60 },
  );
});

test("Exactly the background that cannot reach the outside through faces is filled", () => {
  fc.assert(
    fc.property(anyMask, ([shape, mask]) => {
      const filled = fillHoles(mask, shape);
      for (const [at, inside] of mask.entries()) {
        const reached = inside === 1 ? new Set<number>() : flood(shape, at, (next) => mask[next] === 0);
        const isOutside = [...reached].some((place) => neighbours(shape, place).includes(-1));
        assert.equal(filled[at], isOutside ? 0 : 1);
      }
    }),
    { numRuns: 100 },
  );
});

test("A cavity that leaks through an edge only is still a cavity", () => {
  const shape = zyx(3, 3, 4);
  const mask = new Uint8Array(voxelCount(shape)).fill(1);
  mask[12 + 4 + 1] = 0;
  mask[24 + 8 + 3] = 0;
  const filled = fillHoles(mask, shape);
  assert.equal(filled[12 + 4 + 1], 1);
  assert.equal(filled[24 + 8 + 3], 0);
});

test("The filled nonzero mask equals the original's", { skip: needsShared("vectors", "unit") }, () => {
  const image = readNpyFloat32(unitFile("crop_in.npy"));
  const expected = readNpy(unitFile("crop_mask.npy"));
  const nonzero = Uint8Array.from(image.values, (value) => (value === 0 ? 0 : 1));
  const filled = fillHoles(nonzero, toZyx(image.shape));
  assert.deepEqual([...filled], [...expected.values]);
  assert.notDeepEqual([...nonzero], [...filled], "the vector holds a hole");
});
