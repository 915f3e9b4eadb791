import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mapZyx, voxelCount, zyx } from "../../src/domain/axes.ts";
import {
  type Box,
  boundingBox,
  boxShape,
  copyWindow,
  cropped,
  flipped,
  permuted,
  whole,
} from "../../src/geometry/strided.ts";
import { anyShape } from "../support/grids.ts";

const shape = zyx(2, 3, 4);

const numbered = whole(
  Float32Array.from({ length: 24 }, (_, i) => i),
  shape,
);

const materialise = (window: typeof numbered): number[] => {
  const voxels = new Float32Array(voxelCount(window.shape));
  copyWindow(window, whole(voxels, window.shape));
  return [...voxels];
};

test("A crop, a flip and a permutation of a small array are what they are by hand", () => {
  assert.deepEqual(
    materialise(cropped(numbered, zyx([1, 2] as const, [0, 2] as const, [1, 3] as const))),
    [13, 14, 17, 18],
  );
  assert.deepEqual(
    materialise(flipped(numbered, zyx(false, false, true))).slice(0, 8),
    [3, 2, 1, 0, 7, 6, 5, 4],
  );
  assert.deepEqual(materialise(permuted(numbered, zyx(2, 0, 1))).slice(0, 6), [0, 4, 8, 12, 16, 20]);
});

test("Pasting a crop back at its place restores the array", () => {
  const range = (length: number) =>
    fc
      .tuple(fc.nat(length - 1), fc.nat(length - 1))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const);
  const anyBox: fc.Arbitrary<Box> = fc
    .tuple(range(shape[0]), range(shape[1]), range(shape[2]))
    .map(([z, y, x]) => zyx(z, y, x));
  fc.assert(
    fc.property(anyBox, (box) => {
      const part = whole(new Float32Array(voxelCount(boxShape(box))), boxShape(box));
      copyWindow(cropped(numbered, box), part);
      const target = whole(numbered.voxels.slice(), shape);
      const erased = whole(new Float32Array(part.voxels.length).fill(-1), part.shape);
      copyWindow(erased, cropped(target, box));
      assert.equal(target.voxels.filter((value) => value === -1).length, part.voxels.length);
      copyWindow(part, cropped(target, box));
      assert.deepEqual(target.voxels, numbered.voxels);
    }),
  );
});

test("The bounding box holds every voxel that is not 0 and touches one on each of its faces", () => {
  const sparse = anyShape(6).chain((size) =>
    fc.tuple(
      fc.constant(size),
      fc.array(fc.nat(voxelCount(size) - 1), { maxLength: 4 }).map((places) => {
        const voxels = new Float32Array(voxelCount(size));
        for (const place of places) voxels[place] = -0.5;
        return voxels;
      }),
    ),
  );
  fc.assert(
    fc.property(sparse, ([size, voxels]) => {
      const places = [...voxels.keys()].filter((at) => voxels[at] !== 0);
      const indices = places.map((at) =>
        zyx(Math.floor(at / (size[1] * size[2])), Math.floor(at / size[2]) % size[1], at % size[2]),
      );
      const expected = mapZyx(size, (_, axis) => {
        const along = indices.map((index) => index[axis]);
        return [Math.min(...along), Math.max(...along) + 1] as const;
      });
      assert.deepEqual(boundingBox(whole(voxels, size)), places.length === 0 ? null : expected);
    }),
  );
});
