import assert from "node:assert/strict";
import test from "node:test";
import { resultUids } from "../../../src/dicom/write/resultUids.ts";
import type { SegmentationType } from "../../../src/dicom/write/segmentationType.ts";
import { type MatrixCase, matrixCases } from "../../dicom/write/matrixCases.ts";
import { eachResult, objectsOf, segmentationTypes } from "../../dicom/write/matrixObjects.ts";
import { skip } from "./askPython.ts";
import { assertDcmqiReport, assertHighdicomReport, assertSameMl, sound } from "./assertReport.ts";
import { findingsOf } from "./ourObjects.ts";

const folderOf = ({ title }: MatrixCase, type: SegmentationType): string =>
  `${matrixCases.findIndex((each) => each.title === title)}-${type}`;

const findings = findingsOf(
  matrixCases.flatMap((matrixCase) =>
    segmentationTypes.map((type) => ({
      folder: folderOf(matrixCase, type),
      matrixCase,
      objects: () => objectsOf(matrixCase, type),
    })),
  ),
);

const allOf = { wrong: 0, lost: 0, unknown: 0 };

/** Where a SEG states no distance of slices, dcmqi takes the thickness. */
const dcmqiComplaints = ({ statesSpacing }: MatrixCase): readonly string[] =>
  statesSpacing ? [] : ["WARNING: SliceThickness is present and is 2.5. using it!"];

eachResult((matrixCase, type) => {
  const { title, images, isRegular, isEven, statesSpacing } = matrixCase;
  const found = () => findings(folderOf(matrixCase, type));

  test(`VAL-5: pydicom finds in the ${type} SEG of ${title} what is bright in its images, each in its place`, {
    skip,
  }, async () => {
    const { truth, pydicom, pictures } = await found();
    assert.equal(truth.voxels, images.points.length);
    const seen = sound(pydicom);
    assert.equal(seen.voxels, truth.voxels);
    assert.ok((seen.farthestMm ?? Number.NaN) <= 0.01);
    assert.deepEqual(seen.images, allOf);
    assert.ok(seen.positionsMm < 1e-6);
    assert.equal(seen.volumeMl !== null, statesSpacing);
    if (isEven) assertSameMl(seen.volumeMl, images.volumeMl);
    assert.equal(seen.name, seen.sourceName);
    assert.equal(seen.name, matrixCase.text["PatientName"] ?? seen.name);
    for (const [rows, columns, colours] of sound(pictures).shapes)
      assert.ok(Math.min(rows, columns) >= 32 && colours === 3);
  });

  test(`VAL-6: highdicom assigns the voxels of the ${type} SEG of ${title} to the images and to patient space`, {
    skip,
  }, async () => {
    const { context } = await objectsOf(matrixCase, type);
    const { truth, highdicom } = await found();
    const seen = sound(highdicom);
    assert.equal(seen.type, type);
    assert.deepEqual(seen.images, allOf);
    assert.deepEqual(seen.sources, truth.instances);
    assert.equal(seen.trackingUid, resultUids(context).tracking);
    assert.equal(seen.property, "15776009 SCT");
    if (!isRegular)
      return assert.deepEqual(seen.volume, {
        none: "Frame positions do not form a regularly-spaced volume.",
      });
    assert.ok("voxels" in seen.volume);
    assert.equal(seen.volume.voxels, truth.voxels);
    assert.ok((seen.volume.farthestMm ?? Number.NaN) <= 0.01);
  });

  test(
    `VAL-6, SR-10: highdicom finds one organ in the report of the ${type} SEG of ${title}, measured as in its images`,
    {
      skip,
    },
    async () =>
      assertHighdicomReport(await found(), "Comprehensive3DSR", await objectsOf(matrixCase, type), images),
  );

  test(`dcmqi makes an image of the ${type} SEG of ${title}, and reads the volume from its report`, {
    skip,
  }, async () => {
    const { truth, dcmqi, ...others } = await found();
    const seen = sound(dcmqi);
    assert.equal(seen.voxels, seen.expected);
    if (type !== "FRACTIONAL") assert.equal(seen.expected, truth.voxels);
    assert.deepEqual(seen.complaints, dcmqiComplaints(matrixCase));
    // It takes all planes for even and straight above each other.
    if (isRegular) assert.ok((seen.farthestMm ?? Number.NaN) <= 0.01);
    assertDcmqiReport({ truth, dcmqi, ...others }, await objectsOf(matrixCase, type), images);
  });
});
