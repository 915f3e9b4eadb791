import assert from "node:assert/strict";
import test from "node:test";
import { type Lps, lps, zyx } from "../../src/domain/axes.ts";
import type { Mask, Volume } from "../../src/domain/grid.ts";
import { drawKeySlice } from "../../src/picture/keySlice.ts";
import { drawOverview } from "../../src/picture/overview.ts";
import { drawSlice } from "../../src/picture/slice.ts";
import { displayWindow } from "../../src/picture/window.ts";
import { noise } from "../support/numbers.ts";
import { cut, pixelAt, placesOf } from "./pixels.ts";

/** Noise around 50 HU, and a mask of equal areas in slices 10 to 21 of 40: the first of these is a key slice. */
const scene = (slices: Lps, rows: Lps, depth = 40): { volume: Volume; mask: Mask } => {
  const grid = {
    shape: zyx(depth, 12, 10),
    spacingMm: zyx(3, 1, 1),
    originLps: lps(0, 0, 0),
    axes: zyx(slices, rows, lps(1, 0, 0)),
  };
  const size = depth * 120;
  const mask = { grid, voxels: new Uint8Array(size) };
  for (let k = 10; k < Math.min(22, depth); k++) {
    for (let j = 3; j < 9; j++) mask.voxels.fill(1, k * 120 + j * 10 + 2, k * 120 + j * 10 + 7);
  }
  return { volume: { grid, voxels: noise(size).map((value) => 50 + 100 * value) }, mask };
};

const [toHead, toFeet, toBack, toFront] = [lps(0, 0, 1), lps(0, 0, -1), lps(0, 1, 0), lps(0, -1, 0)];

/** The tile in a column and row of a montage of squares, two pixels apart. */
const tileOf = (image: ReturnType<typeof drawOverview>, column: number, row: number, side: number) =>
  cut(image, column * (side + 2), row * (side + 2), side, side);

test("six key slices stand in three columns and two rows, 320 pixels each, above the caption", () => {
  const { volume, mask } = scene(toHead, toBack);
  const image = drawOverview(volume, mask, { modelClass: "CT", caption: ["one", "two"] });
  assert.deepEqual([image.width, image.height], [3 * 322 - 2, 2 * 322 - 2 + 2 * 12 + 2 * 24]);
  assert.equal(image.rgb.length, 3 * image.width * image.height);
});

for (const [name, slices, rows, inOrder] of [
  ["that ascends is shown from the head", toHead, toBack, [21, 19, 17, 15, 13, 10]],
  ["that descends is shown from the head", toFeet, toBack, [10, 13, 15, 17, 19, 21]],
  ["from the front is shown from the front", toBack, toFeet, [10, 13, 15, 17, 19, 21]],
  ["from the back is shown from the front", toFront, toFeet, [21, 19, 17, 15, 13, 10]],
] as const) {
  test(`a stack ${name}, each tile its own slice`, () => {
    const { volume, mask } = scene(slices, rows);
    for (const modelClass of ["CT", "T1"] as const) {
      const window = displayWindow(volume, mask, modelClass);
      const image = drawOverview(volume, mask, { modelClass, caption: ["x"], tilePx: 60 });
      for (const [n, k] of inOrder.entries()) {
        const tile = tileOf(image, n % 3, Math.floor(n / 3), 60);
        assert.deepEqual(tile, drawSlice(volume, mask, k, window, 60), `tile ${n}`);
      }
    }
  });
}

test("a volume of two slices makes a montage of two tiles", () => {
  const { volume, mask } = scene(toHead, toBack, 2);
  const image = drawOverview(volume, mask, { modelClass: "CT", caption: [], tilePx: 50 });
  assert.deepEqual([image.width, image.height], [102, 50]);
});

test("another number of columns and rows is as asked for, and what no slice fills is left plain", () => {
  const { volume, mask } = scene(toHead, toBack, 7);
  const options = { modelClass: "CT", caption: [], columns: 4, rows: 3, tilePx: 50 } as const;
  const image = drawOverview(volume, mask, options);
  assert.deepEqual([image.width, image.height], [4 * 52 - 2, 2 * 52 - 2]);
  const plain = pixelAt(image, 51, 0); // between the first two tiles
  assert.deepEqual(
    placesOf(tileOf(image, 3, 1, 50), (colour) => `${colour}` !== `${plain}`),
    [],
  );
});

test("an empty mask is shown by plain slices of the whole volume", () => {
  const { volume, mask } = scene(toHead, toBack);
  const empty = { ...mask, voxels: new Uint8Array(mask.voxels.length) };
  const image = drawOverview(volume, empty, { modelClass: "T2", caption: [], tilePx: 60 });
  const window = displayWindow(volume, empty, "T2");
  assert.deepEqual(tileOf(image, 0, 0, 60), drawSlice(volume, empty, 36, window, 60));
  assert.deepEqual(
    placesOf(image, ([r, g, b]) => r === 255 && g === 208 && b === 0),
    [],
  );
});

test("the volume and the mask stay as they are, and the same picture comes again", () => {
  const { volume, mask } = scene(toHead, toBack);
  const [voxels, marked] = [volume.voxels.slice(), mask.voxels.slice()];
  const draw = () => drawOverview(volume, mask, { modelClass: "T1", caption: ["x"], tilePx: 50 });
  assert.deepEqual(draw(), draw());
  assert.deepEqual([volume.voxels, mask.voxels], [voxels, marked]);
});

test("a mask on another grid is refused", () => {
  const { volume, mask } = scene(toHead, toBack);
  const other = scene(toHead, toBack, 30).mask;
  assert.throws(() => drawOverview(volume, other, { modelClass: "CT", caption: [] }), /INTERNAL/);
  const turned = { ...mask, grid: { ...mask.grid, shape: zyx(40, 10, 12) } };
  assert.throws(() => drawOverview(volume, turned, { modelClass: "T1", caption: [] }), /INTERNAL/);
});

test("a key slice is the slice above its caption, and all of a volume have one size", () => {
  const { volume, mask } = scene(toHead, toBack);
  const window = displayWindow(volume, mask, "CT");
  const images = [0, 15, 39].map((k) => drawKeySlice(volume, mask, k, { window, caption: ["one", "two"] }));
  for (const [n, image] of images.entries()) {
    assert.deepEqual([image.width, image.height], [640, 640 + 2 * 12 + 2 * 24]);
    assert.deepEqual(cut(image, 0, 0, 640, 640), drawSlice(volume, mask, [0, 15, 39][n] ?? -1, window, 640));
  }
});
