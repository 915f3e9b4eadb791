import assert from "node:assert/strict";
import test from "node:test";
import { zyx } from "../../src/domain/axes.ts";
import type { Mask, Volume } from "../../src/domain/grid.ts";
import { comparisonColours, drawComparison } from "../../src/picture/comparison.ts";
import { axialGrid } from "../support/grids.ts";
import { pixelAt, readText } from "./pixels.ts";

const grid = axialGrid(zyx(7, 200, 200), zyx(3, 1, 1));

const disc = (x: number, y: number, radius: number, slices: readonly number[]): Mask => {
  const voxels = new Uint8Array(7 * 200 * 200);
  for (const k of slices)
    for (let j = 0; j < 200; j++)
      for (let i = 0; i < 200; i++)
        if ((i - x) ** 2 + (j - y) ** 2 <= radius ** 2) voxels[(k * 200 + j) * 200 + i] = 1;
  return { grid, voxels };
};

const volume: Volume = { grid, voxels: new Float32Array(7 * 200 * 200).fill(50) };
const window = { low: 0, high: 100 };
const options = { window, caption: ["case 1"], tiles: 3, tilePx: 200 };
const isColour = (pixel: readonly number[], colour: readonly number[]): boolean =>
  pixel.every((value, channel) => value === colour[channel]);

const count = (image: ReturnType<typeof drawComparison>, colour: readonly number[], tile: number): number => {
  let found = 0;
  for (let y = 0; y < 200; y++)
    for (let x = tile * 202; x < tile * 202 + 200; x++) if (isColour(pixelAt(image, x, y), colour)) found++;
  return found;
};

test("both outlines are drawn where each mask is, in slices that either reaches, with the image's slice numbers", () => {
  const image = drawComparison(volume, disc(60, 80, 12, [2, 3]), disc(90, 80, 10, [3, 4]), options);
  // From the head: slices 5, 4 and 3 of 7, counted from 1.
  const outlined = [0, 1, 2].map((tile) =>
    [comparisonColours.reference, comparisonColours.predicted].map(
      (colour) => count(image, colour, tile) > 40,
    ),
  );
  assert.deepEqual(outlined, [
    [false, true],
    [true, true],
    [true, false],
  ]);
  const label = { scale: 1, length: 9, colour: [208, 214, 220] };
  assert.equal(readText(image, [6, 6], label), "slice 5/7");
});

test("the picture shows the organ and its surroundings, not the whole slice", () => {
  const image = drawComparison(volume, disc(60, 80, 12, [3]), disc(60, 80, 12, [3]), {
    ...options,
    tiles: 1,
  });
  // 25 voxels and 20 mm on either side are 65 mm on 200 pixels: the disc is 25/65 of the tile.
  const row = Array.from({ length: 200 }, (_, x) =>
    isColour(pixelAt(image, x, 100), comparisonColours.predicted),
  );
  const width = row.lastIndexOf(true) - row.indexOf(true);
  assert.ok(Math.abs(width - (25 / 65) * 200) <= 3, `${width}`);
});

test("two empty masks are shown as what they are: the image without outlines", () => {
  const image = drawComparison(volume, disc(0, 0, -1, []), disc(0, 0, -1, []), options);
  assert.equal(
    count(image, comparisonColours.reference, 0) + count(image, comparisonColours.predicted, 0),
    0,
  );
});
