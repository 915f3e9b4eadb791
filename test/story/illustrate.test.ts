import assert from "node:assert/strict";
import test from "node:test";
import { decode } from "fast-png";
import type { WriteContext } from "../../src/dicom/write/context.ts";
import type { Volume } from "../../src/domain/grid.ts";
import type { Warning } from "../../src/domain/warning.ts";
import { measureMask } from "../../src/measure/measureMask.ts";
import type { Image } from "../../src/picture/image.ts";
import type { Mark } from "../../src/picture/mark.ts";
import { encodePicture, keyPictures } from "../../src/story/illustrate.ts";
import { makeContext, makeSource, maskOf } from "../dicom/write/sources.ts";
import { cut, placesOf, readText } from "../picture/pixels.ts";

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

const segmentation = (mask = block, warnings: readonly Warning[] = []) => ({
  mask,
  measures: measureMask(mask, volume),
  warnings,
});

/** What is written on a picture as its dots say; 0 and O have one shape, and dashes come as blanks. */
const readMark = (image: Image, mark: Mark): readonly string[] => {
  if (mark.kind !== "text") return [];
  const { text, left, top, scale, colour } = mark;
  return [readText(image, [left, top], { scale, length: text.length, colour })];
};

const asRead = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replaceAll("–", " ").replaceAll("O", "0"));

const overviewHeight = 3 * 324 - 4;
const sliceHeight = 640;

type Picture = Image & { readonly marks: readonly Mark[] };

/** The lines burnt in below a picture of so many pixels. */
const linesBelow = (image: Picture, height: number): readonly string[] =>
  image.marks.filter(({ top }) => top >= height).flatMap((mark) => readMark(image, mark));

const draw = (
  overrides: Parameters<typeof makeContext>[1] = {},
  of = segmentation(),
  from = source,
): readonly (Picture & { shows: readonly unknown[] })[] =>
  keyPictures(volume, of, makeContext(from, overrides));

const plain = draw();

/** Each picture with its height without the caption; the overview comes first. */
const withHeights = (pictures: readonly Picture[]) =>
  pictures.map((image, n) => [image, n === 0 ? overviewHeight : sliceHeight] as const);

const isContour = ([red, green, blue]: readonly number[]): boolean =>
  red === 255 && green === 208 && blue === 0;

/** The lines burnt in below every picture, which are those of the first. */
const captionOf = (pictures: readonly Picture[]): readonly string[] => {
  const [first = [], ...others] = withHeights(pictures).map(([image, height]) => linesBelow(image, height));
  for (const other of others) assert.deepEqual(other, first);
  return first;
};

test("P2: every picture says what it shows, of which series and day, when and by which weights it was computed, and what it is not for", () => {
  assert.equal(plain.length, 7);
  assert.deepEqual(
    captionOf(plain),
    asRead([
      "Pancreas 11.2 ml",
      "Series 4",
      "Study of 2024-01-31, computed 2025-03-05",
      "AI, not verified – model panseg-ct@01234567",
      "Research use only. Not a medical device; not for diagnosis.",
    ]),
  );
});

const warned = (code: Warning["code"]): Warning => ({ code, sentence: `A sentence about ${code}.` });

test("P1: every warning stands in words on every picture, each once, before what it is about", () => {
  const warnings = [
    warned("SHORT_COVERAGE"),
    warned("MASK_AT_EDGE"),
    warned("VOLUME_UNUSUAL"),
    warned("VOLUME_UNUSUAL"),
  ];
  const caption = captionOf(draw({ warnings }, segmentation(block, warnings)));
  assert.deepEqual(caption.slice(1, 4), [
    "Warning: short stack, the pancreas may be cut off",
    "Warning: the outline reaches the edge of the images, may be cut off",
    "Warning: volume unusual for a healthy adult",
  ]);
  assert.equal(caption[4], "Series 4");
  assert.equal(caption.at(-1), "Research use only. Not a medical device; not for diagnosis.");
});

test("P1: the picture for the page and for the command line bears the warnings too", () => {
  const { width, height, data } = decode(
    encodePicture(volume, segmentation(block, [warned("MASK_AT_EDGE")]), {
      model: makeContext(source).model,
      origin: null,
    }),
  );
  const image = { width, height, rgb: Uint8Array.from(data) };
  const words = "Warning: the outline reaches the edge of the images, may be cut off";
  const place = [12, overviewHeight + 12 + 36] as const;
  assert.equal(readText(image, place, { scale: 2, length: words.length, colour: [255, 176, 66] }), words);
});

test("P2: pictures of a demo model bear its mark, and those of a study that is dated like itself no other day", () => {
  const model = { ...makeContext(source).model, isPhantomModel: true };
  const caption = captionOf(draw({ model, settings: { dates: "study" } }));
  assert.equal(caption[2], "Study of 2024-01-31");
  assert.ok(caption.includes("PHANT0M DEM0 M0DEL"));
  assert.ok(!caption.some((line) => line.includes("2025")));
  const undated = makeSource({ shape: [10, 12, 14], spacingMm: [5, 4, 4], header: { StudyDate: null } });
  assert.equal(captionOf(draw({}, segmentation(), undated))[2], "Study without a date, computed 2025-03-05");
});

/** Lines beside the overview's first key slice, under its small panel. */
const besideFirst = ([overview]: readonly Picture[]): readonly string[] =>
  (overview?.marks ?? [])
    .filter(({ left, top, height }) => left < 160 && top > 160 && top + height <= 320)
    .flatMap((mark) => readMark(overview as Picture, mark));

const numbered = (spec: Parameters<typeof makeSource>[0]): readonly string[] =>
  besideFirst(draw({}, segmentation(), makeSource({ shape: [10, 12, 14], spacingMm: [5, 4, 4], ...spec })));

test("P2: a slice bears the number that viewers show: InstanceNumber, the frame's, or none but its position", () => {
  const position = "z 81.3 mm"; // 41.3 + 8 × 5
  const [length, ...unnumbered] = numbered({ instanceNumber: () => null });
  assert.equal(length, "10 mm");
  assert.deepEqual(unnumbered, [position, "W 400 L 40"]);
  assert.deepEqual(numbered({ instanceNumber: (z) => 120 - z }).slice(1, 3), ["image 112", position]);
  assert.deepEqual(numbered({ frameNumbers: true }).slice(1, 3), ["frame 9", position]);
  const several = makeSource({ shape: [10, 12, 14], spacingMm: [5, 4, 4] });
  const frames = several.frames.map((frame, n) => ({
    ...frame,
    instanceNumber: 1 + (n % 2),
    frameNumber: 7,
  }));
  assert.deepEqual(besideFirst(draw({}, segmentation(), { ...several, frames })).slice(1, 4), [
    "image 1",
    "frame 7",
    position,
  ]);
});

test("P2: series number and description are named in letters that a picture has", () => {
  for (const [SeriesNumber, SeriesDescription, line] of [
    [4, "t1_vibe_fs_tra", "Series 4: t1_vibe_fs_tra"],
    [null, "Abdomen venös", "Series without a number: Abdomen venos"],
    [12, "腹部", "Series 12: ?"],
    [12, null, "Series 12"],
    [12, "tra\u0000 \u202e5mm", "Series 12: tra 5mm"],
  ] as const) {
    const from = makeSource({
      shape: [10, 12, 14],
      spacingMm: [5, 4, 4],
      header: { SeriesNumber, SeriesDescription },
    });
    assert.deepEqual(captionOf(draw({}, segmentation(), from))[1], asRead([line])[0]);
  }
  const part = draw({ part: "EchoTime=2.46" }, segmentation());
  assert.equal(captionOf(part)[1], "Series 4 (EchoTime=2.46)");
});

test("P2: a description that repeats who the patient is, or of a de-identified study, is not burnt in", () => {
  const patient = {
    PatientName: { Alphabetic: "Müller^Anna" },
    PatientID: "0815-7",
    PatientBirthDate: "19500131",
  };
  const line = (header: Record<string, unknown>): string => {
    const from = makeSource({ shape: [10, 12, 14], spacingMm: [5, 4, 4], header: { ...patient, ...header } });
    return captionOf(draw({}, segmentation(), from))[1] ?? "";
  };
  const withheld = "Series 4: description withheld, it names a person";
  for (const SeriesDescription of [
    "MULLER venous",
    "Abd anna",
    "ABD_0815-7_VEN",
    "*31.01.1950 abd",
    "Abd Ref",
  ])
    assert.equal(line({ SeriesDescription }), withheld, SeriesDescription);
  assert.equal(line({ SeriesDescription: "Annabel 3.0" }), "Series 4: Annabel 3.0");
  assert.equal(line({ SeriesDescription: "venous", PatientIdentityRemoved: "YES" }), "Series 4");
});

/** The picture for the page as its file holds it. */
const pagePicture = (of = segmentation(), change: Partial<WriteContext["model"]> = {}): Image => {
  const model = { ...makeContext(source).model, ...change };
  const { width, height, data } = decode(encodePicture(volume, of, { model, origin: makeContext(source) }));
  return { width, height, rgb: Uint8Array.from(data) };
};

test("the picture for the page is the first of the key images", () => {
  const [overview] = plain;
  assert.deepEqual(pagePicture().rgb, overview?.rgb);
});

test("other weights under the same name, and another volume, are another caption", () => {
  const larger = { ...segmentation(), measures: { ...segmentation().measures, volumeMl: 111.26 } };
  const model = { ...makeContext(source).model, weightsSha256: "fedc".repeat(16) };
  const caption = captionOf(draw({ model }, larger));
  assert.equal(caption[0], "Pancreas 111.3 ml");
  assert.match(caption[3] ?? "", /model panseg-ct@fedcfedc$/);
  const speck = { ...segmentation(), measures: { ...segmentation().measures, volumeMl: 0.04 } };
  assert.equal(captionOf(draw({}, speck))[0], "Pancreas <0.1 ml");
});

test("P3: both panels of every key slice show the contour, and every picture names the images that it shows", () => {
  const [overview, ...slices] = plain;
  assert.ok(overview !== undefined);
  assert.equal(slices.length, 6);
  for (const slice of slices) {
    assert.deepEqual([slice.width, slice.shows.length], [962, 1]);
    for (const panel of [cut(slice, 0, 0, 320, 320), cut(slice, 322, 0, 640, 640)])
      assert.ok(placesOf(panel, isContour).length > 100);
    assert.ok(placesOf(slice, isContour).every(([, y]) => y < sliceHeight));
  }
  for (let n = 0; n < 6; n++) {
    const [left, top] = [(n % 2) * 486, Math.floor(n / 2) * 324];
    for (const panel of [cut(overview, left, top, 160, 160), cut(overview, left + 162, top, 320, 320)])
      assert.ok(placesOf(panel, isContour).length > 50, `tile ${n}`);
  }
  assert.deepEqual(
    overview.shows,
    slices.flatMap(({ shows }) => shows),
  );
  const ofMask: readonly unknown[] = source.frames.slice(2, 9);
  assert.ok(overview.shows.every((frame) => ofMask.includes(frame)));
});

test("an empty mask is said to be one, on plain slices", () => {
  const nothing = segmentation(maskOf(source.grid, []));
  const caption = captionOf(draw({}, nothing).slice(0, 1));
  assert.equal(caption[0], "No pancreas found");
  const image = pagePicture(nothing);
  assert.equal(placesOf(image, isContour).length, 0);
});
