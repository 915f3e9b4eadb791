import assert from "node:assert/strict";
import test from "node:test";
import { type Lps, lps, type Zyx, zyx } from "../../src/domain/axes.ts";
import type { Grid, Mask, Volume } from "../../src/domain/grid.ts";
import type { Image } from "../../src/picture/image.ts";
import { drawSlice, extentOf, pixelAt, placesOf, readText } from "./pixels.ts";

const [toLeft, toRight] = [lps(1, 0, 0), lps(-1, 0, 0)];
const [toBack, toFront] = [lps(0, 1, 0), lps(0, -1, 0)];
const [toHead, toFeet] = [lps(0, 0, 1), lps(0, 0, -1)];

/** 25° about the patient's length, then 20° about the left-right axis; sines and cosines by hand. */
const turned = ([l, p, s]: Lps): Lps => {
  const [x, y] = [0.90631 * l - 0.42262 * p, 0.42262 * l + 0.90631 * p];
  return lps(x, 0.93969 * y - 0.34202 * s, 0.34202 * y + 0.93969 * s);
};

const abdomen = { low: -150, high: 250 };
const isContour = ([r, g, b]: readonly number[]): boolean => r === 255 && g === 208 && b === 0;

const gridOf = (axes: Zyx<Lps>, spacingMm: Zyx<number>): Grid => ({
  shape: zyx(3, 6, 8),
  spacingMm,
  originLps: lps(0, 0, 0),
  axes,
});

/** Bright voxels, masked in the middle slice: rows 0 and 1, columns 0 to 2, a corner of the array. */
const cornerBlock = (axes: Zyx<Lps>, spacingMm = zyx(5, 1, 1)): { volume: Volume; mask: Mask } => {
  const grid = gridOf(axes, spacingMm);
  const volume = { grid, voxels: new Float32Array(3 * 6 * 8).fill(-150) };
  const mask = { grid, voxels: new Uint8Array(3 * 6 * 8) };
  for (const j of [0, 1]) {
    for (const i of [0, 1, 2]) {
      for (const k of [0, 1, 2]) volume.voxels[(k * 6 + j) * 8 + i] = 250;
      mask.voxels[(6 + j) * 8 + i] = 1;
    }
  }
  return { volume, mask };
};

/** Reads the letters in the middle of the left, right, upper and lower border of a picture of 800 pixels, 6 from it. */
const lettersOn = (image: Image, expected: string): string => {
  const [left = 0, right = 0, top = 0, bottom = 0] = expected.split(" ").map((letters) => letters.length);
  const widthOf = (length: number): number => 3 * (6 * length - 1);
  const read = (x: number, y: number, length: number): string =>
    readText(image, [Math.round(x), y], { scale: 3, length, colour: [208, 214, 220] });
  return [
    read(6, 390, left),
    read(794 - widthOf(right), 390, right),
    read((800 - widthOf(top)) / 2, 6, top),
    read((800 - widthOf(bottom)) / 2, 773, bottom),
  ].join(" ");
};

/** 100 pixels to the millimetre; 800 × 600 with 100 black rows above, or 600 × 800 with 100 black columns beside. */
const upperLeft = { x: [0, 299], y: [100, 299] };
const lowerRight = { x: [500, 799], y: [500, 699] };
const upperLeftUpright = { x: [100, 299], y: [0, 299] };
const lowerRightUpright = { x: [500, 699], y: [500, 799] };

const stacks = [
  // name, direction of slices, rows and columns; where the array's first corner must appear; left, right, top, bottom
  ["an ascending axial stack", toHead, toBack, toLeft, upperLeft, "R L A P"],
  ["a descending axial stack", toFeet, toBack, toLeft, upperLeft, "R L A P"],
  ["a prone axial stack", toHead, toFront, toRight, lowerRight, "R L A P"],
  ["an axial stack stored by columns", toHead, toLeft, toBack, upperLeftUpright, "R L A P"],
  [
    "an axial stack stored by columns from the left back",
    toFeet,
    toRight,
    toFront,
    lowerRightUpright,
    "R L A P",
  ],
  ["a coronal stack", toBack, toFeet, toLeft, upperLeft, "R L H F"],
  ["a coronal stack from the left foot", toFront, toHead, toRight, lowerRight, "R L H F"],
  ["a coronal stack stored by columns", toFront, toRight, toHead, lowerRightUpright, "R L H F"],
  ["a sagittal stack", toLeft, toFeet, toBack, upperLeft, "A P H F"],
  ["a sagittal stack from the right", toRight, toFeet, toBack, upperLeft, "A P H F"],
  ["a sagittal stack stored by columns", toRight, toFront, toHead, lowerRightUpright, "A P H F"],
  // Rows run (-0.42, 0.85, 0.31), columns (0.91, 0.40, 0.14).
  [
    "a double-oblique axial stack",
    turned(toHead),
    turned(toBack),
    turned(toLeft),
    upperLeft,
    "RA LP ALF PRH",
  ],
  [
    "a double-oblique coronal stack stored by columns",
    turned(toFront),
    turned(toRight),
    turned(toHead),
    lowerRightUpright,
    "RA LP HA FP",
  ],
] as const;

for (const [name, slices, rows, columns, place, letters] of stacks) {
  test(`${name} is shown as radiologists expect it: the marked corner and the letters stand where they must`, () => {
    const { volume, mask } = cornerBlock(zyx(slices, rows, columns));
    const image = drawSlice(volume, mask, 1, abdomen, 800);
    assert.deepEqual(extentOf(placesOf(image, isContour)), place);
    const centre = (range: readonly number[]): number => Math.round(((range[0] ?? 0) + (range[1] ?? 0)) / 2);
    assert.deepEqual(pixelAt(image, centre(place.x), centre(place.y)), [255, 255, 255], "bright inside");
    assert.deepEqual(
      pixelAt(image, 799 - centre(place.x), 799 - centre(place.y)),
      [0, 0, 0],
      "dark opposite",
    );
    assert.equal(lettersOn(image, letters), letters);
  });
}

test("millimetres keep their proportions where pixels are not square", () => {
  // 6 rows of 2 mm and 8 columns of 1 mm: 12 × 8 mm, 50 pixels to the millimetre, the block 4 × 3 mm.
  const { volume, mask } = cornerBlock(zyx(toHead, toBack, toLeft), zyx(5, 2, 1));
  const image = drawSlice(volume, mask, 1, abdomen, 600);
  assert.deepEqual([image.width, image.height], [600, 600]);
  assert.deepEqual(extentOf(placesOf(image, isContour)), { x: [100, 249], y: [0, 199] });
});

test("the contour is one pixel wide, inside the marked voxels, and nothing else differs from a picture without", () => {
  const { volume, mask } = cornerBlock(zyx(toHead, toBack, toLeft));
  const image = drawSlice(volume, mask, 1, abdomen, 800);
  const bare = drawSlice(volume, { ...mask, voxels: new Uint8Array(144) }, 1, abdomen, 800);
  const changed = placesOf(image, (colour, x, y) => `${colour}` !== `${pixelAt(bare, x, y)}`);
  assert.ok(changed.every(([x, y]) => isContour(pixelAt(image, x, y))));
  assert.deepEqual(extentOf(changed), upperLeft);
  const inRow = changed.filter(([, y]) => y === 180).map(([x]) => x);
  const inColumn = changed.filter(([x]) => x === 120).map(([, y]) => y);
  assert.deepEqual(
    [inRow, inColumn],
    [
      [0, 299],
      [100, 299],
    ],
  );
  // The free corner is rounded: half way between voxel centres the interpolated mask falls to a half 21 pixels inside.
  const nearEdge = ([x, y]: readonly [number, number]): boolean =>
    Math.min(x, 299 - x) <= 21 || Math.min(y - 100, 299 - y) <= 21;
  assert.ok(changed.every(nearEdge));
});

test("a slice that the mask does not reach has no contour", () => {
  const { volume, mask } = cornerBlock(zyx(toHead, toBack, toLeft));
  for (const k of [0, 2]) assert.deepEqual(placesOf(drawSlice(volume, mask, k, abdomen, 300), isContour), []);
});

test("grey between two voxels is their mixture by distance", () => {
  // Voxels of 0 and 100 HU side by side, 80 pixels each: centres at pixels 39.5 and 119.5.
  const grid = { ...gridOf(zyx(toHead, toBack, toLeft), zyx(1, 1, 1)), shape: zyx(1, 1, 2) };
  const volume = { grid, voxels: Float32Array.of(0, 100) };
  const image = drawSlice(volume, { grid, voxels: new Uint8Array(2) }, 0, { low: 0, high: 100 }, 160);
  const row = (x: number): number => pixelAt(image, x, 50)[0] ?? Number.NaN;
  assert.deepEqual([row(30), row(39), row(129)], [0, 0, 255]); // the outer halves stay as they are
  assert.equal(row(60), Math.round((255 * 20.5) / 80));
  assert.equal(row(100), Math.round((255 * 60.5) / 80));
});

test("a mask on another grid and a slice that is not there are refused", () => {
  const { volume, mask } = cornerBlock(zyx(toHead, toBack, toLeft));
  const other = { voxels: mask.voxels, grid: { ...mask.grid, shape: zyx(3, 8, 6) } };
  assert.throws(() => drawSlice(volume, other, 1, abdomen, 100), /INTERNAL/);
  for (const k of [-1, 3, 0.5, Number.NaN]) {
    assert.throws(() => drawSlice(volume, mask, k, abdomen, 100), /INTERNAL.*stack of 3/);
  }
});
