import assert from "node:assert/strict";
import test from "node:test";
import { type Lps, lps } from "../../src/domain/axes.ts";
import type { Volume } from "../../src/domain/grid.ts";
import type { Header } from "../../src/domain/series.ts";
import type { Warning, WarningCode } from "../../src/domain/warning.ts";
import { measureMask } from "../../src/measure/measureMask.ts";
import type { Mark, Rect, Sheet } from "../../src/picture/mark.ts";
import { keyPictures } from "../../src/story/illustrate.ts";
import { makeContext, makeSource, maskOf, oblique, type SourceSpec } from "../dicom/write/sources.ts";

const codes: readonly WarningCode[] = [
  ...(["SHORT_COVERAGE", "MASK_AT_EDGE", "VOLUME_UNUSUAL"] as const),
  ...(["SPACING_TAG_DISAGREES", "GAPS_RESAMPLED", "TEXT_CONFLICT"] as const),
];
const warnings = (count: number): readonly Warning[] =>
  codes.slice(0, count).map((code) => ({ code, sentence: code }));

type Layout = SourceSpec & {
  /** Rows and columns of a mask in the slices 1 to 8 of 10; in the middle unless given. */
  readonly at?: readonly [rows: readonly [number, number], columns: readonly [number, number]];
  readonly warned?: number;
  readonly modelId?: string;
  readonly part?: string;
  readonly scale?: number;
  /** Of images that belong to several multi-frame objects. */
  readonly objects?: boolean;
};

const picturesOf = ({
  at,
  warned = 0,
  modelId,
  part,
  scale = 1,
  objects,
  ...spec
}: Layout): readonly Sheet[] => {
  const made = makeSource({ shape: [10, 64, 64], spacingMm: [5, 5, 5], ...spec });
  const frames = made.frames.map((frame, n) => ({ ...frame, frameNumber: 90_000 + n }));
  const source = objects ? { ...made, frames } : made;
  const [, height, width] = source.grid.shape;
  const third = (length: number): readonly [number, number] => [
    Math.floor(length / 3),
    Math.ceil((2 * length) / 3),
  ];
  const [rows, columns] = at ?? [third(height), third(width)];
  const marked: [number, number, number][] = [];
  for (let z = 1; z < 9; z++)
    for (let y = rows[0]; y < rows[1]; y++)
      for (let x = columns[0]; x < columns[1]; x++) marked.push([z, y, x]);
  const mask = maskOf(source.grid, marked);
  const volume: Volume = {
    grid: source.grid,
    voxels: Float32Array.from(mask.voxels, (_, i) => scale * (1 + (i % 500))),
  };
  const context = makeContext(source, {
    warnings: warnings(warned),
    ...(part === undefined ? {} : { part }),
  });
  const model = { ...context.model, isPhantomModel: true, id: modelId ?? context.model.id };
  const segmentation = { mask, measures: measureMask(mask, volume), warnings: warnings(warned) };
  return keyPictures(volume, segmentation, { ...context, model });
};

/** With the dark line around letters. */
const outer = ({ left, top, width, height }: Rect) => ({
  left: left - 1,
  top: top - 1,
  right: left + width + 1,
  bottom: top + height + 1,
});

const overlap = (a: Rect, b: Rect): boolean => {
  const [p, q] = [outer(a), outer(b)];
  return p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom;
};

const name = (mark: Mark): string =>
  `${mark.kind === "text" ? mark.text : "bar"} at ${mark.left},${mark.top}`;

/** What is wrong with where things are written. */
const faults = ({ width, height, marks }: Sheet): readonly string[] => {
  const outside = marks.filter((mark) => {
    const { left, top, right, bottom } = outer(mark);
    return left < 0 || top < 0 || right > width || bottom > height;
  });
  const pairs = marks.flatMap((a, n) =>
    marks.slice(n + 1).flatMap((b) => (overlap(a, b) ? [`${name(a)} over ${name(b)}`] : [])),
  );
  // Seven dots of a capital letter, of a picture that is shown 640 pixels wide.
  const tiny = marks.filter((mark) => mark.kind === "text" && (7 * mark.scale * 640) / width < 9);
  return [
    ...outside.map((mark) => `${name(mark)} leaves`),
    ...pairs,
    ...tiny.map((mark) => `${name(mark)} is tiny`),
  ];
};

const sagittal = { alongRow: lps(0, 1, 0), alongColumn: lps(0, 0, -1) };
const coronal = { alongRow: lps(1, 0, 0), alongColumn: lps(0, 0, -1) };
/** All three axes lean, so that every letter of orientation is three. */
const doubleOblique: { readonly alongRow: Lps; readonly alongColumn: Lps } = {
  alongRow: lps(0.6667, 0.6667, 0.3333),
  alongColumn: lps(-0.6667, 0.3333, 0.6667),
};
const long: Header = {
  SeriesDescription: `${"t1_vibe_dixon_fs_tra_".repeat(12)} ${"much longer than LO allows ".repeat(6)}`,
};

const layouts: readonly (readonly [string, Layout])[] = [
  ["a CT", {}],
  ["a T1 with a fine scale", { modality: "MR", scale: 1e-5 }],
  ["a T2 with a coarse scale", { modality: "MR", scale: 1e6 }],
  ["a sagittal source", { ...sagittal, modality: "MR" }],
  ["a coronal source", { ...coronal, modality: "MR" }],
  ["a slanted source", { ...oblique, shape: [10, 64, 64] }],
  ["a source that leans in every direction", { ...doubleOblique, modality: "MR" }],
  ["voxels ten times as high as wide", { shape: [10, 32, 320], spacingMm: [5, 10, 1] }],
  ["voxels ten times as wide as high", { shape: [10, 320, 32], spacingMm: [5, 1, 10] }],
  ["a field of a few millimetres", { spacingMm: [0.1, 0.05, 0.05] }],
  ["a field of metres", { spacingMm: [50, 40, 40], origin: lps(-10_000, -10_000, -10_000) }],
  [
    "an organ at an edge",
    {
      at: [
        [0, 20],
        [40, 64],
      ],
    },
  ],
  [
    "an organ that fills the image",
    {
      at: [
        [0, 64],
        [0, 64],
      ],
    },
  ],
  [
    "an organ of one voxel",
    {
      at: [
        [63, 64],
        [63, 64],
      ],
    },
  ],
  ["three warnings", { warned: 3 }],
  [
    "six warnings, a long description, a long model's name and a part",
    {
      warned: 6,
      header: long,
      modelId: "pansegnet-ct-".repeat(12),
      part: "ImageType=ORIGINAL.PRIMARY.DIXON.WATER,EchoTime=2.46,".repeat(4),
    },
  ],
  ["images of twelve digits", { instanceNumber: () => 123_456_789_012 }],
  [
    "frames of many objects with numbers of twelve digits",
    { objects: true, instanceNumber: () => 123_456_789_012 },
  ],
];

for (const [title, layout] of layouts)
  test(`P3: nothing that is written on a picture overlaps, leaves it or is too small at 640 pixels: ${title}`, () => {
    const pictures = picturesOf(layout);
    assert.equal(pictures.length, 7);
    for (const picture of pictures) {
      assert.deepEqual(faults(picture), []);
      const texts = picture.marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));
      // Two bars and their lengths, the letters of eight borders and four lines for each pair of panels at least.
      const pairs = texts.filter((text) => /^\d+ mm$/.test(text)).length / 2;
      assert.ok(pairs === 6 || pairs === 1, `${pairs}`);
      assert.equal(texts.filter((text) => /^[LRAPHF]{1,3}$/.test(text)).length, 8 * pairs);
      assert.equal(texts.filter((text) => text.startsWith("W ")).length, pairs);
      // Each number once; a picture of one volume has one.
      assert.equal(texts.join(" ").match(/ ml\b/g)?.length, 1);
      for (const code of codes.slice(0, layout.warned ?? 0))
        assert.ok(
          texts.some((text) => text.startsWith("Warning: ")),
          code,
        );
      assert.equal(texts.filter((text) => text.startsWith("Warning: ")).length, layout.warned ?? 0);
      assert.ok(texts.includes("Research use only. Not a medical device; not for diagnosis."));
    }
  });

test("an overlap, a text that leaves the picture and one that is too small are found", () => {
  const [picture] = picturesOf({});
  assert.ok(picture !== undefined);
  const [first] = picture.marks;
  assert.ok(first !== undefined);
  const again = { ...first, left: first.left + first.width };
  assert.equal(faults({ ...picture, marks: [...picture.marks, again] }).length, 1);
  assert.equal(faults({ ...picture, marks: [{ ...first, left: 0 }] }).length, 1);
  assert.equal(faults({ ...picture, marks: [first], width: 4000 }).length, 1);
});
