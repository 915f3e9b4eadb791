import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { resultUids } from "../../../src/dicom/write/resultKey.ts";
import type { SegmentationType } from "../../../src/dicom/write/segmentationType.ts";
import { type MatrixCase, matrixCases } from "../../dicom/write/matrixCases.ts";
import { threshold } from "../../dicom/write/matrixImages.ts";
import { eachResult, objectsOf, segmentationTypes } from "../../dicom/write/matrixObjects.ts";
import type { Answers, Findings } from "./findings.ts";
import { installReaders } from "./install.ts";

const readers = await installReaders();
const skip = "reason" in readers && process.env["REQUIRE_ALL"] !== "1" ? readers.reason : false;

const program = fileURLToPath(new URL("./readers.py", import.meta.url));

const folderOf = ({ title }: MatrixCase, type: SegmentationType): string =>
  `${matrixCases.findIndex((each) => each.title === title)}-${type}`;

const writeObjects = async (
  folder: string,
  matrixCase: MatrixCase,
  type: SegmentationType,
): Promise<void> => {
  const { seg, sr, text, keyImages } = await objectsOf(matrixCase, type);
  mkdirSync(join(folder, "source"), { recursive: true });
  for (const [n, file] of matrixCase.images.files.entries())
    writeFileSync(join(folder, "source", `${n}.dcm`), file);
  for (const [name, { bytes }] of Object.entries({ seg, sr, text }))
    writeFileSync(join(folder, `${name}.dcm`), bytes);
  for (const [n, { bytes }] of keyImages.entries()) writeFileSync(join(folder, `key-${n}.dcm`), bytes);
};

/** What the readers find in the objects of every case. */
const readAll = async (): Promise<Answers> => {
  if ("reason" in readers) throw new Error(readers.reason);
  const root = mkdtempSync(join(tmpdir(), "panseg-readers-"));
  try {
    for (const matrixCase of matrixCases)
      for (const type of segmentationTypes)
        await writeObjects(join(root, folderOf(matrixCase, type)), matrixCase, type);
    const { stdout } = await promisify(execFile)(readers.python, [program, root, String(threshold)], {
      maxBuffer: 2 ** 28,
    });
    return JSON.parse(stdout) as Answers;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

const answers = skip === false ? readAll() : null;
// A failure belongs to the tests, each of which awaits it.
answers?.catch(() => undefined);

const findingsOf = async (matrixCase: MatrixCase, type: SegmentationType): Promise<Findings> => {
  const found = (await answers)?.[folderOf(matrixCase, type)];
  assert.ok(found !== undefined);
  return found;
};

/** A reader's findings, which it gave without an error or a warning. */
const sound = <T extends object>(found: T | { readonly error: string }): T => {
  assert.ok(!("error" in found), JSON.stringify(found));
  assert.deepEqual((found as { warnings?: readonly string[] }).warnings, []);
  return found;
};

const allOf = { wrong: 0, lost: 0, unknown: 0 };

const assertSameMl = (foundMl: number | null | undefined, expectedMl: number): void =>
  assert.ok(Math.abs((foundMl ?? Number.NaN) - expectedMl) <= 1e-4 * expectedMl + 5e-7, `${foundMl} ml`);

const statistics = ["373098007 SCT", "386136009 SCT", "373099004 SCT", "255605001 SCT", "56851009 SCT"];

/** Where a SEG states no distance of slices, dcmqi takes the thickness. */
const dcmqiComplaints = ({ statesSpacing }: MatrixCase): readonly string[] =>
  statesSpacing ? [] : ["WARNING: SliceThickness is present and is 2.5. using it!"];

const dcmqiReportComplaints = [
  "W: The VR checker does not support this Specific Character Set: ISO_IR 192",
  "Warning: For now, Measurement Method modifier is interpreted only at the MeasurementGroup level.",
];

eachResult((matrixCase, type) => {
  const { title, images, isRegular, isEven, statesSpacing } = matrixCase;

  test(`VAL-5: pydicom finds in the ${type} SEG of ${title} what is bright in its images, each in its place`, {
    skip,
  }, async () => {
    const { truth, pydicom, pictures } = await findingsOf(matrixCase, type);
    assert.equal(truth.voxels, images.points.length);
    const found = sound(pydicom);
    assert.equal(found.voxels, truth.voxels);
    assert.ok((found.farthestMm ?? Number.NaN) <= 0.01);
    assert.deepEqual(found.images, allOf);
    assert.ok(found.positionsMm < 1e-6);
    assert.equal(found.volumeMl !== null, statesSpacing);
    if (isEven) assertSameMl(found.volumeMl, images.volumeMl);
    assert.equal(found.name, found.sourceName);
    assert.equal(found.name, matrixCase.text["PatientName"] ?? found.name);
    for (const [rows, columns, colours] of sound(pictures).shapes)
      assert.ok(Math.min(rows, columns) >= 32 && colours === 3);
  });

  test(`VAL-6: highdicom assigns the voxels of the ${type} SEG of ${title} to the images and to patient space`, {
    skip,
  }, async () => {
    const { context } = await objectsOf(matrixCase, type);
    const { truth, highdicom } = await findingsOf(matrixCase, type);
    const found = sound(highdicom);
    assert.equal(found.type, type);
    assert.deepEqual(found.images, allOf);
    assert.deepEqual(found.sources, truth.instances);
    assert.equal(found.trackingUid, resultUids(context).tracking);
    assert.equal(found.property, "15776009 SCT");
    if (!isRegular)
      return assert.deepEqual(found.volume, {
        none: "Frame positions do not form a regularly-spaced volume.",
      });
    assert.ok("voxels" in found.volume);
    assert.equal(found.volume.voxels, truth.voxels);
    assert.ok((found.volume.farthestMm ?? Number.NaN) <= 0.01);
  });

  test(`VAL-6: highdicom finds one organ in the report of the ${type} SEG of ${title}, measured in the right units`, {
    skip,
  }, async () => {
    const { seg, measures, context, source } = await objectsOf(matrixCase, type);
    const found = sound((await findingsOf(matrixCase, type)).highdicomSr);
    assert.equal(found.class, "Comprehensive3DSR");
    assert.equal(found.textClass, "EnhancedSR");
    assert.equal(found.groups.length, 1);
    const { measurements, ...group } = found.groups[0] ?? {};
    assert.deepEqual(group, {
      trackingUid: resultUids(context).tracking,
      trackingIdentifier: "Pancreas",
      finding: "15776009 SCT",
      sites: ["15776009 SCT"],
      reference: "121191 DCM",
      segment: {
        sopClassUid: seg.object.sopClassUid,
        sopInstanceUid: seg.object.sopInstanceUid,
        numbers: [1],
      },
    });
    const [volume, ...others] = (measurements ?? []).filter(({ name }) => name === "118565006 SCT");
    assert.deepEqual(others, []);
    assert.equal(volume?.unit, "cm3 UCUM");
    assertSameMl(volume?.value, images.volumeMl);
    const [intensity, unit, digit] =
      source.modality === "CT" ? ["112031 DCM", "[hnsf'U] UCUM", 0.1] : ["110852 DCM", "1 UCUM", 0.001];
    const signal = (measurements ?? []).filter(({ name }) => name === intensity);
    assert.deepEqual(
      signal.map(({ derivation }) => derivation),
      statistics,
    );
    for (const each of signal) assert.equal(each.unit, unit);
    const { mean, sd, median, min, max } = measures.intensity ?? assert.fail();
    for (const [n, expected] of [mean, sd, median, min, max].entries())
      assert.ok(Math.abs((signal[n]?.value ?? Number.NaN) - expected) <= 0.501 * digit);
  });

  test(`dcmqi makes an image of the ${type} SEG of ${title}, and reads the volume from its report`, {
    skip,
  }, async () => {
    const { seg, context } = await objectsOf(matrixCase, type);
    const { truth, dcmqi, dcmqiSr } = await findingsOf(matrixCase, type);
    const found = sound(dcmqi);
    assert.equal(found.voxels, found.expected);
    if (type !== "FRACTIONAL") assert.equal(found.expected, truth.voxels);
    assert.deepEqual(found.complaints, dcmqiComplaints(matrixCase));
    // It takes all planes for even and straight above each other.
    if (isRegular) assert.ok((found.farthestMm ?? Number.NaN) <= 0.01);
    const { groups, complaints } = sound(dcmqiSr);
    assert.deepEqual(complaints, dcmqiReportComplaints);
    assert.equal(groups.length, 1);
    const { volumes, ...group } = groups[0] ?? {};
    assert.deepEqual(group, {
      trackingUid: resultUids(context).tracking,
      segmentation: seg.object.sopInstanceUid,
      segment: 1,
    });
    assert.equal(volumes?.length, 1);
    assert.equal(volumes?.[0]?.[1], "cm3");
    assertSameMl(volumes?.[0]?.[0], images.volumeMl);
  });
});
