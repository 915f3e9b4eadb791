import assert from "node:assert/strict";
import test from "node:test";
import { type Lps, lps, zyx } from "../../src/domain/axes.ts";
import type { Mask, Volume } from "../../src/domain/grid.ts";
import type { CaptionLine } from "../../src/picture/caption.ts";
import { drawKeySlice, makeScene } from "../../src/picture/keySlice.ts";
import { keySlices } from "../../src/picture/keySlices.ts";
import { drawOverview } from "../../src/picture/overview.ts";
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

const shown = (volume: Volume, mask: Mask, modelClass: "CT" | "T1" | "T2" = "CT") =>
  makeScene(volume, mask, displayWindow(volume, mask, modelClass), (k) => [`slice ${k}`]);

const overview = (volume: Volume, mask: Mask, caption: readonly CaptionLine[] = [], sizePx?: number) =>
  drawOverview(shown(volume, mask), keySlices(mask, 6), caption, sizePx);

/** Key slice n of a montage of two in a row, four pixels apart. */
const tileOf = (image: ReturnType<typeof drawOverview>, n: number, side: number) => {
  const width = side * 1.5 + 2;
  return cut(image, (n % 2) * (width + 4), Math.floor(n / 2) * (side + 4), width, side);
};

const isContour = ([r, g, b]: readonly number[]): boolean => r === 255 && g === 208 && b === 0;

test("P3: six key slices stand in two columns and three rows above the caption, each whole and zoomed", () => {
  const { volume, mask } = scene(toHead, toBack);
  const image = overview(volume, mask, ["one", "two"]);
  assert.deepEqual([image.width, image.height], [2 * 486 - 4, 3 * 324 - 4 + 2 * 12 + 2 * 24]);
  assert.equal(image.rgb.length, 3 * image.width * image.height);
  for (let n = 0; n < 6; n++) {
    const tile = tileOf(image, n, 320);
    const [whole, zoomed] = [cut(tile, 0, 0, 160, 160), cut(tile, 162, 0, 320, 320)];
    for (const panel of [whole, zoomed]) assert.ok(placesOf(panel, isContour).length > 20, `slice ${n}`);
  }
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
      const pictures = shown(volume, mask, modelClass);
      const image = drawOverview(pictures, keySlices(mask, 6), ["x"], 60);
      for (const [n, k] of inOrder.entries())
        assert.deepEqual(tileOf(image, n, 60).rgb, drawKeySlice(pictures, k, 60).rgb, `tile ${n}`);
    }
  });
}

test("a mask of one slice is one key slice, as large as it is alone", () => {
  const { volume, mask } = scene(toHead, toBack, 11);
  assert.deepEqual(keySlices(mask, 6), [10]);
  const image = overview(volume, mask);
  assert.deepEqual([image.width, image.height], [962, 640]);
  assert.deepEqual(image.rgb, drawKeySlice(shown(volume, mask), 10).rgb);
});

test("what no slice fills is left plain", () => {
  const { volume, mask } = scene(toHead, toBack, 13);
  const image = overview(volume, mask, [], 50);
  assert.deepEqual([image.width, image.height], [2 * 81 - 4, 2 * 54 - 4]);
  const plain = pixelAt(image, 78, 0); // between the first two
  assert.deepEqual(
    placesOf(tileOf(image, 3, 50), (colour) => `${colour}` !== `${plain}`),
    [],
  );
});

test("an empty mask is shown by plain slices of the whole volume", () => {
  const { volume, mask } = scene(toHead, toBack);
  const empty = { ...mask, voxels: new Uint8Array(mask.voxels.length) };
  const image = overview(volume, empty, [], 60);
  assert.deepEqual(tileOf(image, 0, 60).rgb, drawKeySlice(shown(volume, empty), 36, 60).rgb);
  assert.deepEqual(placesOf(image, isContour), []);
});

test("the volume and the mask stay as they are, and the same picture comes again", () => {
  const { volume, mask } = scene(toHead, toBack);
  const [voxels, marked] = [volume.voxels.slice(), mask.voxels.slice()];
  const draw = () => drawOverview(shown(volume, mask, "T1"), keySlices(mask, 6), ["x"], 50);
  assert.deepEqual(draw(), draw());
  assert.deepEqual([volume.voxels, mask.voxels], [voxels, marked]);
});

test("a mask on another grid is refused", () => {
  const { volume, mask } = scene(toHead, toBack);
  const other = scene(toHead, toBack, 30).mask;
  assert.throws(() => overview(volume, other), /INTERNAL/);
  const turned = { ...mask, grid: { ...mask.grid, shape: zyx(40, 10, 12) } };
  assert.throws(() => overview(volume, turned), /INTERNAL/);
});

test("all key slices of a volume have one size and one zoom", () => {
  const { volume, mask } = scene(toHead, toBack);
  const pictures = shown(volume, mask);
  const contours = [12, 15, 21].map((k) => {
    const image = drawKeySlice(pictures, k);
    assert.deepEqual([image.width, image.height], [962, 640]);
    return placesOf(cut(image, 322, 0, 640, 640), isContour);
  });
  for (const places of contours) assert.deepEqual(places, contours[0]);
});
