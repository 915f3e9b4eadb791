import assert from "node:assert/strict";
import test from "node:test";
import { numbers, parseHeader } from "../../../src/dicom/file/header.ts";
import { readSegPlanes } from "../../../src/dicom/segmentation/readSegPlanes.ts";
import { compareSeg } from "../../../src/dicom/verify/compareSeg.ts";
import { readSrVolumeMl } from "../../../src/dicom/verify/readSr.ts";
import { segVolumeMl, verifyBuilt } from "../../../src/dicom/verify/verifyBuilt.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../../src/dicom/write/buildTextReport.ts";
import type { Lps } from "../../../src/domain/axes.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import type { Header } from "../../../src/domain/series.ts";
import { add, norm, scale, subtract } from "../../../src/geometry/vector.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { emptyImages, matrixCases, orders, refusedSources } from "./matrixCases.ts";
import { allOf, brightMask, buildObjects, eachResult, objectsOf, readImages } from "./matrixObjects.ts";
import { makeContext } from "./sources.ts";

/** Centres of the stored voxels as the SEG itself says where they lie (PS3.3 section C.7.6.2.1.1). */
const segPoints = (bytes: Uint8Array): readonly Lps[] => {
  const { planes, columns, pixelSpacingMm, imageOrientation } = readSegPlanes(bytes);
  return planes.flatMap(({ positionLps, voxels }) =>
    [...voxels].flatMap((voxel, i) => {
      if (voxel === 0) return [];
      const down = scale(imageOrientation[1], Math.floor(i / columns) * pixelSpacingMm[0]);
      return [add(add(positionLps, down), scale(imageOrientation[0], (i % columns) * pixelSpacingMm[1]))];
    }),
  );
};

/** The largest distance from a point of the one to the nearest of the other. */
const farthestMm = (from: readonly Lps[], to: readonly Lps[]): number =>
  Math.max(...from.map((a) => Math.min(...to.map((b) => norm(subtract(a, b))))));

const assertSamePoints = (found: readonly Lps[], expected: readonly Lps[]): void => {
  assert.equal(found.length, expected.length);
  assert.ok(farthestMm(found, expected) <= 0.01);
  assert.ok(farthestMm(expected, found) <= 0.01);
};

/** Besides the share, half of the sixth decimal, the last that the SR states. */
const assertSameMl = (foundMl: number, expectedMl: number): void =>
  assert.ok(
    Math.abs(foundMl - expectedMl) <= 1e-4 * expectedMl + 5e-7,
    `${foundMl} instead of ${expectedMl} ml`,
  );

const items = (header: Header | undefined, keyword: string): readonly Header[] =>
  (header?.[keyword] ?? []) as readonly Header[];

const item = (header: Header | undefined, keyword: string): Header => items(header, keyword)[0] ?? {};

/** Where each image lies, by its own header: "UID" of a classic one, "UID frame" of a frame. */
const imagePositions = (files: readonly Uint8Array[]): ReadonlyMap<string, readonly number[]> =>
  new Map(
    files
      .map((file) => parseHeader(file))
      .flatMap((header): readonly (readonly [string, readonly number[]])[] => {
        const uid = String(header["SOPInstanceUID"]);
        const frames = items(header, "PerFrameFunctionalGroupsSequence");
        if (frames.length === 0) return [[uid, numbers(header, "ImagePositionPatient")]];
        return frames.map((frame, n) => [
          `${uid} ${n + 1}`,
          numbers(item(frame, "PlanePositionSequence"), "ImagePositionPatient"),
        ]);
      }),
  );

/** Of every frame of a SEG: the image that it names, as above, and where it lies itself. */
const namedImages = (seg: Uint8Array): readonly (readonly [string, readonly number[]])[] =>
  items(parseHeader(seg), "PerFrameFunctionalGroupsSequence").map((frame) => {
    const image = item(item(frame, "DerivationImageSequence"), "SourceImageSequence");
    const number = image["ReferencedFrameNumber"];
    return [
      `${image["ReferencedSOPInstanceUID"]}${number === undefined ? "" : ` ${number}`}`,
      numbers(item(frame, "PlanePositionSequence"), "ImagePositionPatient"),
    ];
  });

eachResult((matrixCase, type) => {
  const { title, images, statesSpacing, isEven } = matrixCase;

  test(`SEG-10, SR-10: the ${type} SEG of ${title} marks what is bright, and SEG and SR state its volume`, async () => {
    const { mask, planes, measures, seg, sr } = await objectsOf(matrixCase, type);
    assertSamePoints(segPoints(seg.bytes), images.points);
    assert.deepEqual(compareSeg(seg.bytes, mask, planes), { kind: "equal" });
    verifyBuilt(seg.bytes, sr.bytes, mask, measures, planes);
    assertSameMl(measures.volumeMl, images.volumeMl);
    assertSameMl(readSrVolumeMl(sr.bytes), images.volumeMl);
    const ownMl = segVolumeMl(seg.bytes);
    assert.equal(ownMl !== null, statesSpacing);
    if (isEven) assertSameMl(ownMl ?? Number.NaN, images.volumeMl);
  });

  test(`SEG-10, PIT-25: the ${type} objects of ${title} are the same in whatever order the files arrive`, async () => {
    const expected = allOf(await objectsOf(matrixCase, type));
    for (const files of orders(images.files))
      assert.deepEqual(allOf(await buildObjects(matrixCase, type, files)), expected);
  });

  test(`VAL-5: every frame of the ${type} SEG of ${title} lies where the image lies that it names`, async () => {
    const { seg } = await objectsOf(matrixCase, type);
    const positions = imagePositions(images.files);
    const named = namedImages(seg.bytes);
    assert.equal(new Set(named.map(([image]) => image)).size, named.length);
    for (const [image, position] of named) {
      const expected = positions.get(image) ?? [];
      assert.equal(expected.length, 3, image);
      for (const [axis, mm] of expected.entries())
        assert.ok(Math.abs(mm - (position[axis] ?? Number.NaN)) < 1e-6);
    }
  });

  test(`the ${type} SEG and the reports of ${title} say what its text says, in Unicode`, async () => {
    for (const { bytes } of allOf(await objectsOf(matrixCase, type))) {
      const raw = Buffer.from(bytes);
      for (const text of Object.values(matrixCase.text)) assert.ok(raw.includes(text, 0, "utf8"), text);
    }
  });
});

for (const [title, goldenMl, tolerance] of [
  ["a cuboid", (20 * 24 * 30) / 1000, 1e-4],
  ["an ellipsoid", ((4 / 3) * Math.PI * 12 * 14 * 15) / 1000, 0.01],
] as const)
  test(`SR-10: the SR states the volume of ${title} that geometry knows`, async () => {
    const golden = matrixCases.find((matrixCase) => matrixCase.title === title);
    assert.ok(golden !== undefined);
    const { sr } = await objectsOf(golden, "BINARY");
    assert.ok(Math.abs(readSrVolumeMl(sr.bytes) / goldenMl - 1) <= tolerance);
  });

const failsWith = (run: () => unknown, code: string): void =>
  assert.throws(run, (error) => error instanceof FailureError && error.failure.code === code);

test("SR-12: nothing is made of a mask without a voxel", async () => {
  const { source, volume } = await readImages(emptyImages.files);
  const mask = brightMask(volume);
  const context = makeContext(source);
  const measures = measureMask(mask, volume);
  failsWith(() => buildSeg(mask, context), "EMPTY_MASK");
  const seg = {
    sopClassUid: "1.2.840.10008.5.1.4.1.1.66.4",
    seriesUid: "2.25.1",
    sopInstanceUid: "2.25.2",
    sha256: "",
  };
  failsWith(() => buildSr(measures, seg, context), "EMPTY_MASK");
  failsWith(() => buildTextReport(measures, seg, context), "EMPTY_MASK");
});

for (const [title, code, files] of refusedSources)
  test(`SEG-10: ${title} ends in ${code} before anything is made`, async () => {
    for (const arrived of orders(files))
      await assert.rejects(
        readImages(arrived),
        (error) => error instanceof FailureError && error.failure.code === code,
      );
  });
