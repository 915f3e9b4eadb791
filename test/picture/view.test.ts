import assert from "node:assert/strict";
import test from "node:test";
import { type Lps, lps, type Zyx, zyx } from "../../src/domain/axes.ts";
import type { Grid, Mask, Volume } from "../../src/domain/grid.ts";
import { drawKeySlice, makeScene } from "../../src/picture/keySlice.ts";
import { contourColour, drawPanel } from "../../src/picture/slice.ts";
import { cut, extentOf, placesOf } from "./pixels.ts";

const axial = zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0));
const sagittal = zyx(lps(-1, 0, 0), lps(0, 0, -1), lps(0, 1, 0));
const window = { low: 0, high: 100 };
const isContour = ([r, g, b]: readonly number[]): boolean => r === 255 && g === 208 && b === 0;

const gridOf = (shape: Zyx<number>, spacingMm: Zyx<number>, axes: Zyx<Lps> = axial): Grid => ({
  shape,
  spacingMm,
  originLps: lps(0, 0, 0),
  axes,
});

/** Mask in rows and columns [from, to) of the slices given. */
const scene = (
  grid: Grid,
  slices: readonly number[],
  rows: readonly [number, number],
  columns: readonly [number, number],
): { volume: Volume; mask: Mask } => {
  const [depth, height, width] = grid.shape;
  const mask = { grid, voxels: new Uint8Array(depth * height * width) };
  for (const k of slices)
    for (let j = rows[0]; j < rows[1]; j++)
      mask.voxels.fill(1, (k * height + j) * width + columns[0], (k * height + j) * width + columns[1]);
  return { volume: { grid, voxels: new Float32Array(mask.voxels.length).fill(50) }, mask };
};

const draw = ({ volume, mask }: ReturnType<typeof scene>, k: number) =>
  drawKeySlice(
    makeScene(volume, mask, window, () => ["image 1"]),
    k,
  );

const sizes = (range: readonly number[]): number => (range[1] ?? 0) - (range[0] ?? 0) + 1;

/** Size of the outlined block and length of the bar in each panel of a key slice of 640 pixels, millimetres to the pixel by the bar. */
const measured = (image: ReturnType<typeof draw>) => {
  const bars = image.marks.filter(({ kind }) => kind === "bar");
  const words = image.marks.flatMap((mark) =>
    mark.kind === "text" && /^\d+ mm$/.test(mark.text) ? [mark.text] : [],
  );
  return [
    [0, 0, 320],
    [322, 0, 640],
  ].map(([left = 0, top = 0, side = 0], n) => {
    const { x, y } = extentOf(placesOf(cut(image, left, top, side, side), isContour));
    const mmPerPixel = Number.parseFloat(words[n] ?? "") / (bars[n]?.width ?? 0);
    return { acrossMm: sizes(x) * mmPerPixel, downMm: sizes(y) * mmPerPixel };
  });
};

for (const [name, grid, rows, columns, downMm, acrossMm] of [
  ["square voxels", gridOf(zyx(9, 200, 200), zyx(3, 1.5, 1.5)), [80, 120], [60, 140], 60, 120],
  ["voxels ten times as high as wide", gridOf(zyx(9, 40, 400), zyx(3, 8, 0.8)), [15, 25], [100, 200], 80, 80],
  ["voxels ten times as wide as high", gridOf(zyx(9, 400, 40), zyx(3, 0.8, 8)), [100, 200], [10, 20], 80, 80],
  ["a matrix of 64", gridOf(zyx(9, 64, 64), zyx(3, 6, 6)), [20, 30], [25, 45], 60, 120],
  ["a sagittal stack", gridOf(zyx(9, 128, 128), zyx(4, 2, 3), sagittal), [40, 70], [40, 60], 60, 60],
] as const)
  test(`P3: the scale bars of both panels are true: ${name}`, () => {
    for (const panel of measured(draw(scene(grid, [3, 4, 5], rows, columns), 4))) {
      // A pixel or two at either side, and the rounding of the bar's own length.
      assert.ok(Math.abs(panel.downMm - downMm) < 0.04 * downMm + 2, `${panel.downMm} for ${downMm} mm`);
      assert.ok(
        Math.abs(panel.acrossMm - acrossMm) < 0.04 * acrossMm + 2,
        `${panel.acrossMm} for ${acrossMm} mm`,
      );
    }
  });

test("P3: the zoomed panel shows the organ large, and its borders, where letters stand, hold none of the outline", () => {
  const grid = gridOf(zyx(9, 256, 256), zyx(3, 1.6, 1.6));
  for (const [rows, columns] of [
    [
      [100, 140],
      [80, 170],
    ],
    [
      [0, 30],
      [0, 90],
    ],
    [
      [226, 256],
      [200, 256],
    ],
    [
      [0, 256],
      [0, 256],
    ],
  ] as const) {
    const zoomed = cut(draw(scene(grid, [4], rows, columns), 4), 322, 0, 640, 640);
    const { x, y } = extentOf(placesOf(zoomed, isContour));
    assert.ok(Math.max(sizes(x), sizes(y)) > 0.5 * 640, `${rows} ${columns}`);
    for (const range of [x, y]) assert.ok((range[0] ?? 0) >= 64 && (range[1] ?? 640) < 576, `${range}`);
  }
});

test("P3: a contour thinner than a pixel is drawn, in every panel and slice that claims one", () => {
  // 1600 voxels of a quarter of a millimetre on 320 pixels: five voxels to a pixel.
  const grid = gridOf(zyx(5, 1600, 1600), zyx(3, 0.25, 0.25));
  for (const [rows, columns] of [
    [
      [801, 802],
      [803, 804],
    ],
    [
      [801, 802],
      [600, 1000],
    ],
    [
      [500, 1100],
      [803, 804],
    ],
  ] as const) {
    const image = draw(scene(grid, [2], rows, columns), 2);
    for (const panel of [cut(image, 0, 0, 320, 320), cut(image, 322, 0, 640, 640)])
      assert.ok(placesOf(panel, isContour).length >= 1, `${rows} ${columns}`);
    const { volume, mask } = scene(grid, [2], rows, columns);
    const small = drawPanel(volume, [{ mask, colour: contourColour }], 2, { window, sizePx: 160 });
    const longest = Math.max(rows[1] - rows[0], columns[1] - columns[0]) / 10;
    assert.ok(placesOf(small, isContour).length >= longest - 1, `${rows} ${columns}`);
  }
});

test("P3: corners in the whole panel stand around what the zoomed panel shows", () => {
  const grid = gridOf(zyx(5, 320, 320), zyx(3, 1, 1));
  const image = draw(scene(grid, [2], [140, 180], [100, 200]), 2);
  const isFrame = ([r, g, b]: readonly number[]): boolean => r === 120 && g === 200 && b === 235;
  const { x, y } = extentOf(placesOf(cut(image, 0, 0, 320, 320), isFrame));
  // 100 mm are 70 % of the side: 142.9 mm around (150, 160).
  const expected = [
    [79, 221],
    [89, 231],
  ] as const;
  for (const [n, range] of [x, y].entries())
    for (const end of [0, 1] as const)
      assert.ok(Math.abs((range[end] ?? 0) - (expected[n]?.[end] ?? 0)) <= 2, `${range}`);
});
