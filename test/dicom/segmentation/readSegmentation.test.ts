import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { readSegmentation as readNamed } from "../../../src/dicom/segmentation/readSegmentation.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { lps } from "../../../src/domain/axes.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import type { Mask } from "../../../src/domain/grid.ts";
import { onCommonGrid } from "../../../src/geometry/commonGrid.ts";
import { readPancreasNames } from "../../../src/settings/pancreasNames.ts";
import { type ForeignSeg, writeForeignSeg } from "../../support/foreignSeg.ts";
import { needsShared, sharedFolder } from "../../support/shared.ts";
import { asymmetricMask, makeContext, makeSource, oblique, type SourceSpec } from "../write/sources.ts";

const names = readPancreasNames(null);
const readSegmentation = (bytes: Uint8Array, wanted: number | null = null) => readNamed(bytes, wanted, names);

/** Both on one grid, so that equal arrays are equal sets of points. */
const assertSamePoints = (found: Mask, expected: Mask): void => {
  const [a, b] = onCommonGrid(expected, found);
  assert.deepEqual(b.voxels, a.voxels);
};

const geometries: readonly (readonly [string, SourceSpec])[] = [
  ["axial", {}],
  ["oblique", oblique],
  ["sagittal", { alongRow: lps(0, 1, 0), alongColumn: lps(0, 0, -1) }],
  ["of pixels that are not square", { spacingMm: [4, 0.5, 1.25] }],
];

for (const [name, spec] of geometries)
  for (const segmentationType of ["BINARY", "LABELMAP", "FRACTIONAL"] as const)
    test(`our own ${segmentationType} of a source that is ${name} is read as any other's, at the same points`, async () => {
      const source = makeSource({ shape: [6, 6, 7], ...spec });
      const plain = asymmetricMask(source.grid);
      const mask = { ...plain, probability: plain.voxels.map((voxel) => (voxel === 0 ? 30 : 200)) };
      const { bytes } = buildSeg(mask, makeContext(source, { settings: { segmentationType } }));
      const found = await readSegmentation(bytes);
      assertSamePoints(found.mask, mask);
      assert.equal(found.sourceSeriesUid, source.seriesUid);
      assert.equal(found.creator.model, "panseg");
      assert.deepEqual(found.segment, {
        number: 1,
        label: "Pancreas",
        algorithmType: "AUTOMATIC",
        isPancreas: true,
      });
      assert.deepEqual(found.scanner, { manufacturer: "Scanner Works", model: "Ring 3" });
    });

const [rows, columns] = [5, 7];
const liver = ["10200004", "SCT", "Liver"] as const;
const oldPancreas = ["T-65000", "SRT", "Pancreas"] as const;
const tissue = ["85756007", "SCT", "Tissue"] as const;

const frameOf = (segment: number, z: number, pixel: number, value = 1) => ({
  segment,
  position: [10, 20, z],
  pixels: Uint8Array.from({ length: rows * columns }, (_, i) => (i === pixel ? value : 0)),
});

/** Frames from the top down, two segments, a slice without mask between, and no word of the distance of slices. */
const foreign: ForeignSeg = {
  type: "BINARY",
  rows,
  columns,
  orientation: [1, 0, 0, 0, 1, 0],
  pixelSpacingMm: [2, 1.5],
  segments: [
    { number: 1, label: "Liver", typeCode: liver },
    { number: 2, label: "Organ", typeCode: oldPancreas },
  ],
  frames: [frameOf(2, 36, 3), frameOf(1, 33, 4), frameOf(2, 27, 17), frameOf(1, 27, 5), frameOf(2, 30, 9)],
};

const marked = ({ mask }: { mask: Mask }): readonly number[] =>
  [...mask.voxels].flatMap((voxel, at) => (voxel === 0 ? [] : [at]));

test("a foreign SEG's pancreas is found by its code, old or new, among frames in any order", async () => {
  const found = await readSegmentation(writeForeignSeg(foreign));
  assert.deepEqual(found.segment, {
    number: 2,
    label: "Organ",
    algorithmType: "MANUAL",
    isPancreas: true,
  });
  assert.deepEqual(found.mask.grid.shape, [4, 5, 7]);
  assert.deepEqual(found.mask.grid.spacingMm, [3, 2, 1.5]);
  assert.deepEqual(found.mask.grid.originLps, [10, 20, 27]);
  assert.deepEqual(marked(found), [17, 35 + 9, 3 * 35 + 3]);
});

test("a label tells the pancreas where no code does, and the pancreatic duct is not it", async () => {
  const named = (first: string, second: string): Uint8Array =>
    writeForeignSeg({
      ...foreign,
      segments: [
        { number: 1, label: first, typeCode: tissue },
        { number: 2, label: second, typeCode: tissue },
      ],
    });
  assert.equal((await readSegmentation(named("pancreas (corrected)", "Pancreatic duct"))).segment.number, 1);
  assert.equal((await readSegmentation(named("Pancreas tumor", "AI Pancreas"))).segment.number, 2);
  for (const [first, second] of [
    ["Liver", "Spleen"],
    ["Pancreas", "Pancreas 2"],
  ] as const)
    await assert.rejects(
      readSegmentation(named(first, second)),
      (error) => error instanceof FailureError && error.failure.code === "SEGMENT_NOT_FOUND",
    );
  assert.equal((await readSegmentation(named("Liver", "Spleen"), 2)).segment.label, "Spleen");
});

test("E7: head, body and tail together are the pancreas, and parts that do not make it up are refused by name", async () => {
  const parts = ["64163001", "40133006", "73239005"].map((value, at) => ({
    number: at + 1,
    label: `Segment_${at + 1}`,
    typeCode: [value, "SCT", "Part"] as const,
    algorithmType: "MANUAL",
  }));
  const united = await readSegmentation(
    writeForeignSeg({
      ...foreign,
      segments: [...parts, { number: 4, label: "Liver", typeCode: liver }],
      frames: [
        frameOf(2, 30, 9),
        frameOf(1, 27, 3),
        frameOf(3, 30, 11),
        frameOf(3, 33, 2),
        frameOf(4, 30, 20),
      ],
    }),
  );
  assert.equal(united.foundBy, "parts");
  assert.deepEqual(marked(united), [3, 35 + 9, 35 + 11, 2 * 35 + 2]);
  // A whole organ goes before its parts.
  const whole = { number: 4, label: "Pancreas", typeCode: tissue };
  const both = writeForeignSeg({
    ...foreign,
    segments: [...parts, whole],
    frames: [frameOf(4, 30, 1), frameOf(4, 33, 1)],
  });
  assert.deepEqual((await readSegmentation(both)).foundBy, "name");
  for (const segments of [
    parts.slice(0, 2),
    parts.slice(0, 1),
    [...parts, { ...parts[0], number: 4 } as (typeof parts)[0]],
  ])
    await assert.rejects(
      readSegmentation(writeForeignSeg({ ...foreign, segments })),
      /SEGMENT_NOT_FOUND: Of the pancreas there are parts that do not make it up: head/,
    );
});

test("E7: of several segments with the organ's code one that names a tumour is not it, and two organs are said", async () => {
  const coded = (...labels: readonly string[]): Uint8Array =>
    writeForeignSeg({
      ...foreign,
      segments: labels.map((label, at) => ({ number: at + 1, label, typeCode: oldPancreas })),
    });
  assert.equal((await readSegmentation(coded("Pancreas tumor", "Whatever"))).segment.number, 2);
  await assert.rejects(
    readSegmentation(coded("Pancreas", "Pancreas remnant")),
    /SEGMENT_NOT_FOUND: Segments 1 and 2 are both the pancreas by their code/,
  );
});

test("one segment alone is taken, whatever it is called", async () => {
  const segments = [{ number: 2, label: "Segment_1", typeCode: tissue, algorithmType: "SEMIAUTOMATIC" }];
  const found = await readSegmentation(writeForeignSeg({ ...foreign, segments }));
  assert.deepEqual([found.segment.algorithmType, found.segment.isPancreas], ["SEMIAUTOMATIC", false]);
});

test("the writer's distance of slices holds where its frames leave planes out", async () => {
  const frames = [frameOf(2, 27, 1), frameOf(2, 33, 2)];
  const found = await readSegmentation(writeForeignSeg({ ...foreign, frames, sliceSpacingMm: 3 }));
  assert.deepEqual(found.mask.grid.shape, [3, 5, 7]);
  const unknown = writeForeignSeg({ ...foreign, frames: frames.slice(1) });
  await assert.rejects(readSegmentation(unknown), /NO_GEOMETRY/);
});

test("frames at uneven distances make no grid", async () => {
  const frames = [frameOf(2, 27, 1), frameOf(2, 30, 2), frameOf(2, 34.2, 2)];
  await assert.rejects(readSegmentation(writeForeignSeg({ ...foreign, frames })), /NON_UNIFORM_SPACING/);
});

for (const bits of [8, 16] as const)
  for (const isRle of [false, true])
    test(`a ${isRle ? "compressed" : "plain"} label map of ${bits} bits is read`, async () => {
      const number = bits === 16 ? 300 : 2;
      const pixels = (z: number, at: number) => {
        const frame = new Uint16Array(rows * columns).fill(1, 20);
        frame[at] = number;
        return { segment: 0, position: [10, 20, z], pixels: bits === 16 ? frame : Uint8Array.from(frame) };
      };
      const found = await readSegmentation(
        writeForeignSeg({
          ...foreign,
          type: "LABELMAP",
          bits,
          isRle,
          segments: [
            { number: 1, label: "Liver", typeCode: liver },
            { number, label: "Pancreas", typeCode: tissue },
          ],
          frames: [pixels(30, 4), pixels(27, 8)],
        }),
      );
      assert.deepEqual(marked(found), [8, 35 + 4]);
    });

test("another object is refused", async () => {
  const header = { SOPClassUID: "1.2.840.10008.5.1.4.1.1.7" };
  await assert.rejects(readSegmentation(writeForeignSeg({ ...foreign, header })), /NOT_DICOM/);
});

test("dcmqi's SEG holds the voxels of the label map that it was made of", {
  skip: needsShared("fixtures", "dicom"),
}, async () => {
  const folder = "classic_and_multiframe";
  const { mask } = await readSegmentation(
    readFileSync(sharedFolder("fixtures", "dicom", folder, "seg", "label.seg")),
    1,
  );
  const nrrd = readFileSync(sharedFolder("fixtures", "dicom", folder, "nrrd", "label.nrrd"));
  const labels = gunzipSync(nrrd.subarray(nrrd.indexOf("\n\n") + 2));
  const voxels = Uint8Array.from({ length: 23 * 38 * 3 }, (_, i) => Number(labels.readInt16LE(2 * i) === 1));
  assert.ok(voxels.includes(1));
  assertSamePoints(mask, {
    grid: {
      ...mask.grid,
      shape: [3, 38, 23] as unknown as Mask["grid"]["shape"],
      spacingMm: [2.5, 0.7, 0.7] as unknown as Mask["grid"]["spacingMm"],
      originLps: lps(46.4649, 5.01881, -177.75),
    },
    voxels,
  });
});
