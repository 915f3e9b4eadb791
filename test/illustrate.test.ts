import assert from "node:assert/strict";
import test from "node:test";
import { decode } from "fast-png";
import type { WriteContext } from "../src/dicom/write/context.ts";
import type { Volume } from "../src/domain/grid.ts";
import { drawPicture, keyPictures } from "../src/illustrate.ts";
import { measureMask } from "../src/measure/measureMask.ts";
import type { Image } from "../src/picture/image.ts";
import { makeContext, makeSource, maskOf } from "./dicom/write/sources.ts";
import { cut, placesOf, readText } from "./picture/pixels.ts";

const source = makeSource({ shape: [10, 12, 14], spacingMm: [5, 4, 4] });

/** A block in the slices 2 to 8: 7 × 4 × 5 voxels of 80 mm³, 11.2 ml. */
const block = maskOf(
  source.grid,
  Array.from({ length: 7 * 4 * 5 }, (_, i) => [
    2 + Math.floor(i / 20),
    3 + (Math.floor(i / 5) % 4),
    4 + (i % 5),
  ]),
);

const volume: Volume = {
  grid: source.grid,
  voxels: Float32Array.from(block.voxels, (_, i) => (i * 37) % 120),
};

const segmentation = (mask = block) => ({ mask, measures: measureMask(mask, volume), warnings: [] });

const captionColour = [226, 230, 235];
const [margin, lineHeight, scale] = [12, 24, 2];

/** The lines burnt in below a picture of so many pixels; 0 and O have one shape, and dashes come as blanks. */
const linesBelow = (image: Image, height: number): readonly string[] => {
  const count = (image.height - height - 2 * margin) / lineHeight;
  const length = Math.floor((image.width - 2 * margin) / (6 * scale));
  return Array.from({ length: count }, (_, n) =>
    readText(image, [margin, height + margin + n * lineHeight], {
      scale,
      length,
      colour: captionColour,
    }).trimEnd(),
  );
};

const asRead = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replaceAll("–", " ").replaceAll("O", "0"));

const overviewHeight = 2 * 320 + 2;
const sliceHeight = 640;

const draw = (overrides: Parameters<typeof makeContext>[1] = {}) =>
  keyPictures(volume, segmentation(), makeContext(source, overrides));

const plain = draw();

/** Each picture with its height without the caption; the overview comes first. */
const withHeights = (pictures: readonly Image[]) =>
  pictures.map((image, n) => [image, n === 0 ? overviewHeight : sliceHeight] as const);

const isContour = ([red, green, blue]: readonly number[]): boolean =>
  red === 255 && green === 208 && blue === 0;

test("every key image says what it shows, by which weights, of which day, and what it is not for", () => {
  assert.equal(plain.length, 7);
  for (const [image, height] of withHeights(plain))
    assert.deepEqual(
      linesBelow(image, height),
      asRead([
        "Pancreas 11.2 ml – 2025-03-05",
        "model panseg-ct@01234567",
        "AI – not verified – research use only",
        ...(height === overviewHeight
          ? ["Research use only. Not a medical device; not for diagnosis."]
          : ["Research use only. Not a medical device; not for", "diagnosis."]),
      ]),
    );
});

test("key images of a demo model bear its mark, and those of a de-identified study that study's day", () => {
  const model = { ...makeContext(source).model, isPhantomModel: true };
  for (const [image, height] of withHeights(draw({ model, settings: { dates: "study" } }))) {
    const [first, , , mark] = linesBelow(image, height);
    assert.deepEqual([first, mark], asRead(["Pancreas 11.2 ml – 2024-01-31", "PHANTOM DEMO MODEL"]));
  }
});

/** The picture for the page as its file holds it. */
const pagePicture = (of = segmentation(), change: Partial<WriteContext["model"]> = {}): Image => {
  const { width, height, data } = decode(
    drawPicture(volume, of, { ...makeContext(source).model, ...change }),
  );
  return { width, height, rgb: Uint8Array.from(data) };
};

test("other weights under the same name, and another volume, are another caption", () => {
  const larger = { ...segmentation(), measures: { ...segmentation().measures, volumeMl: 111.26 } };
  const image = pagePicture(larger, { weightsSha256: "fedc".repeat(16) });
  assert.deepEqual(linesBelow(image, overviewHeight).slice(0, 2), [
    "Pancreas 111.3 ml",
    "model panseg-ct@fedcfedc",
  ]);
});

test("the overview and each of six slices show the contour, and name the images that they show", () => {
  const [overview, ...slices] = plain;
  assert.ok(overview !== undefined);
  assert.equal(slices.length, 6);
  for (const slice of slices) {
    assert.deepEqual([slice.width, slice.shows.length], [640, 1]);
    const places = placesOf(slice, isContour);
    assert.ok(places.length > 100 && places.every(([, y]) => y < sliceHeight));
  }
  for (let n = 0; n < 6; n++) {
    const tile = cut(overview, (n % 3) * 322, Math.floor(n / 3) * 322, 320, 320);
    assert.ok(placesOf(tile, isContour).length > 50, `tile ${n}`);
  }
  assert.deepEqual(
    overview.shows,
    slices.flatMap(({ shows }) => shows),
  );
  const ofMask = source.frames.slice(2, 9);
  assert.ok(overview.shows.every((frame) => ofMask.includes(frame)));
});

test("the picture for the page says the same without a day, and of an empty mask that nothing was found", () => {
  for (const [mask, words] of [
    [block, "Pancreas 11.2 ml"],
    [maskOf(source.grid, []), "No pancreas found"],
  ] as const) {
    const image = pagePicture(segmentation(mask));
    assert.deepEqual(linesBelow(image, overviewHeight).slice(0, 2), [words, "model panseg-ct@01234567"]);
    assert.equal(placesOf(image, isContour).length > 0, mask === block);
  }
});
