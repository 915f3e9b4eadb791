import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mapZyx, zyx } from "../../src/domain/axes.ts";
import { boxShape } from "../../src/geometry/strided.ts";
import { listTiles, padToPatch, tileStarts } from "../../src/nnunet/tiles.ts";
import { anyShape } from "../support/grids.ts";
import { needsShared } from "../support/shared.ts";
import { readUnitVectors, toZyx } from "../support/unitVectors.ts";

const skip = needsShared("vectors", "unit");

test("Tile starts are the original's", { skip }, () => {
  for (const { image, patch, starts } of readUnitVectors().steps) {
    assert.deepEqual([...tileStarts(toZyx(image), toZyx(patch), 0.5)], starts);
  }
});

test("Padding puts the image where the original puts it", { skip }, () => {
  for (const { shape, patch, slicer } of readUnitVectors().pad) {
    const padded = padToPatch(toZyx(shape), toZyx(patch));
    assert.deepEqual([...padded.box], slicer);
    assert.deepEqual(
      [...padded.shape],
      shape.map((length, axis) => Math.max(length, patch[axis] ?? 0)),
    );
  }
});

test("Tiles cover the padded image from its first to its last voxel, none farther apart than the stride", () => {
  const stride = fc.double({ min: 0.25, max: 1, noNaN: true });
  fc.assert(
    fc.property(anyShape(40), anyShape(12), stride, (image, patch, tileStride) => {
      const { shape, box } = padToPatch(image, patch);
      assert.deepEqual(boxShape(box), image);
      mapZyx(tileStarts(shape, patch, tileStride), (starts, axis) => {
        assert.equal(starts[0], 0);
        assert.equal(starts.at(-1), shape[axis] - patch[axis]);
        for (const [i, start] of starts.entries()) {
          assert.ok(i === 0 || start - (starts[i - 1] ?? 0) <= Math.ceil(patch[axis] * tileStride));
        }
      });
    }),
  );
});

test("Tiles are listed with x fastest", () => {
  const tiles = listTiles(zyx([0], [0, 2], [0, 1]), zyx(1, 3, 4));
  assert.deepEqual(
    tiles.map((tile) => [...tile]),
    [
      [
        [0, 1],
        [0, 3],
        [0, 4],
      ],
      [
        [0, 1],
        [0, 3],
        [1, 5],
      ],
      [
        [0, 1],
        [2, 5],
        [0, 4],
      ],
      [
        [0, 1],
        [2, 5],
        [1, 5],
      ],
    ],
  );
});
