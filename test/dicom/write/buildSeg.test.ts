import assert from "node:assert/strict";
import test from "node:test";
import { parseHeader } from "../../../src/dicom/file/header.ts";
import { openPart10 } from "../../../src/dicom/file/part10.ts";
import { sha256 } from "../../../src/dicom/identity/sha256.ts";
import { compareSeg } from "../../../src/dicom/verify/compareSeg.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { resultUids } from "../../../src/dicom/write/resultUids.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import type { Header, SourceSeries } from "../../../src/domain/series.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { needsShared, needsTool } from "../../support/shared.ts";
import {
  asymmetricMask,
  makeContext,
  makeSource,
  maskOf,
  oblique,
  readFiles,
  realSeries,
  sopClasses,
} from "./sources.ts";
import { dciodvfyFindings, withLoudDcmjs } from "./tools.ts";

const segHeader = (...args: Parameters<typeof buildSeg>): Header =>
  parseHeader(withLoudDcmjs(() => buildSeg(...args)).bytes);

const sequence = (header: Header, keyword: string): readonly Header[] => header[keyword] as readonly Header[];
const only = (header: Header, keyword: string): Header => {
  const items = sequence(header, keyword);
  assert.equal(items.length, 1, keyword);
  return items[0] as Header;
};
const code = (header: Header, keyword: string): string => {
  const item = only(header, keyword);
  return [item["CodeValue"], item["CodingSchemeDesignator"], item["CodeMeaning"]].join("|");
};
const frames = (header: Header): readonly Header[] => sequence(header, "PerFrameFunctionalGroupsSequence");

const plain = makeSource();
const plainHeader = segHeader(asymmetricMask(plain.grid), makeContext(plain));

const objectsOf = (source = plain, overrides: Parameters<typeof makeContext>[1] = {}) => {
  const context = makeContext(source, overrides);
  const mask = asymmetricMask(source.grid);
  const volume = { grid: source.grid, voxels: new Float32Array(mask.voxels.length).fill(40) };
  return withLoudDcmjs(() => {
    const seg = buildSeg(mask, context);
    return { seg, sr: buildSr(measureMask(mask, volume), seg.object, context) };
  });
};

test("SEG-1, PIT-12: patient and study are the source's in SEG and SR alike, and absent type 2 attributes are empty", () => {
  const source = makeSource({
    header: {
      PatientName: { Alphabetic: "Yamada^Tarou", Ideographic: "山田^太郎", Phonetic: "やまだ^たろう" },
      PatientSex: null,
      AccessionNumber: undefined,
      OtherPatientIDsSequence: [{ PatientID: "X2", IssuerOfPatientID: "Elsewhere" }],
      PatientWeight: 71.35,
      PatientAge: "074Y",
      ProcedureCodeSequence: [{ CodeValue: "1", CodingSchemeDesignator: "99L", CodeMeaning: "Bauch" }],
      ClinicalTrialProtocolID: "CT-7",
      DeidentificationMethod: ["a", "b"],
      PositionReferenceIndicator: "XY",
    },
  });
  const { seg, sr } = objectsOf(source);
  const [ofSeg, ofSr] = [parseHeader(seg.bytes), parseHeader(sr.bytes)];
  const expected = {
    PatientName: { Alphabetic: "Yamada^Tarou", Ideographic: "山田^太郎", Phonetic: "やまだ^たろう" },
    PatientID: "P-1",
    PatientBirthDate: "19500101",
    PatientSex: null,
    AccessionNumber: null,
    StudyInstanceUID: source.studyUid,
    StudyDate: "20240131",
    StudyTime: "101530.25",
    StudyID: "S1",
    StudyDescription: "Abdomen",
    ReferringPhysicianName: { Alphabetic: "Ref^Erring" },
    OtherPatientIDsSequence: [{ PatientID: "X2", IssuerOfPatientID: "Elsewhere" }],
    PatientWeight: 71.35,
    PatientAge: "074Y",
    ProcedureCodeSequence: [{ CodeValue: "1", CodingSchemeDesignator: "99L", CodeMeaning: "Bauch" }],
    ClinicalTrialProtocolID: "CT-7",
    DeidentificationMethod: ["a", "b"],
    TimezoneOffsetFromUTC: "+0130",
  };
  for (const [keyword, value] of Object.entries(expected)) {
    assert.deepEqual(ofSeg[keyword], value, `SEG ${keyword}`);
    assert.deepEqual(ofSr[keyword], value, `SR ${keyword}`);
  }
  assert.equal(ofSeg["FrameOfReferenceUID"], source.frameOfReferenceUid);
  assert.equal(ofSeg["PositionReferenceIndicator"], "XY");
});

test("SEG-1: a PatientID longer than its VR allows stays whole, since a cut one names another patient", () => {
  const long = "L".repeat(80);
  const { seg, sr } = objectsOf(makeSource({ header: { PatientID: long } }));
  assert.equal(parseHeader(seg.bytes)["PatientID"], long);
  assert.equal(parseHeader(sr.bytes)["PatientID"], long);
});

test("SEG-2, PIT-2: the character set is declared as UTF-8 in the file, also for plain ASCII", () => {
  for (const name of ["Test", "Müller^Jürgen", "山田"]) {
    const { seg, sr } = objectsOf(makeSource({ header: { PatientName: { Alphabetic: name } } }));
    for (const { bytes } of [seg, sr]) {
      const raw = Buffer.from(bytes);
      assert.ok(raw.includes("\x08\x00\x05\x00CS\x0a\x00ISO_IR 192", 0, "latin1"), name);
      assert.ok(raw.includes(Buffer.from(name, "utf8")), name);
    }
  }
});

test("SEG-3: a de-identified source stays so, and its shifted study date is not given away by a real one", () => {
  const header = {
    PatientIdentityRemoved: "YES",
    DeidentificationMethod: "Clean all",
    LongitudinalTemporalInformationModified: "MODIFIED",
    StationName: "STATION7",
    InstitutionName: "Hospital",
    OperatorsName: { Alphabetic: "Operator" },
  };
  const { seg, sr } = objectsOf(makeSource({ header }), { settings: { dates: "study" } });
  for (const { bytes } of [seg, sr]) {
    const written = parseHeader(bytes);
    assert.equal(written["PatientIdentityRemoved"], "YES");
    assert.equal(written["DeidentificationMethod"], "Clean all");
    assert.equal(written["LongitudinalTemporalInformationModified"], "MODIFIED");
    for (const keyword of ["StationName", "InstitutionName", "OperatorsName"])
      assert.ok(!(keyword in written));
    for (const keyword of ["SeriesDate", "ContentDate", "InstanceCreationDate"])
      assert.equal(written[keyword], "20240131", keyword);
    assert.equal(written["ContentTime"], "101530");
    assert.ok(!Buffer.from(bytes).includes("2025"), "the real year is nowhere");
  }
});

test("SEG-4: private attributes, requests, laterality and pixel semantics of the source are not copied", () => {
  const header = {
    Laterality: "L",
    ImageLaterality: "L",
    RequestAttributesSequence: [{ RequestedProcedureID: "R1" }],
    InstitutionName: "Hospital",
    RescaleSlope: 1,
    WindowCenter: 40,
    "00091001": "private",
  };
  const { seg, sr } = objectsOf(makeSource({ header }));
  for (const { bytes } of [seg, sr]) {
    const written = parseHeader(bytes);
    for (const keyword of Object.keys(header)) assert.ok(!(keyword in written), keyword);
  }
});

test("the series module names modality, number, description, and the equipment the software", () => {
  const uids = resultUids(makeContext(plain));
  assert.equal(plainHeader["Modality"], "SEG");
  assert.equal(plainHeader["SeriesInstanceUID"], uids.segSeries);
  assert.equal(plainHeader["SOPInstanceUID"], uids.segSop);
  assert.equal(plainHeader["SOPClassUID"], "1.2.840.10008.5.1.4.1.1.66.4");
  assert.equal(plainHeader["SeriesNumber"], 9004);
  assert.equal(plainHeader["InstanceNumber"], 1);
  assert.equal(plainHeader["SeriesDescription"], "AI Pancreas segmentation (research)");
  assert.equal(plainHeader["Manufacturer"], "panseg (research software)");
  assert.equal(plainHeader["ManufacturerModelName"], "panseg");
  assert.deepEqual(plainHeader["SoftwareVersions"], ["0.1.0", "panseg-ct@0123456789abcdef"]);
  assert.equal(plainHeader["DeviceSerialNumber"], uids.observer);
  const equipment = only(plainHeader, "ContributingEquipmentSequence");
  assert.equal(code(equipment, "PurposeOfReferenceCodeSequence"), "109101|DCM|Acquisition Equipment");
  assert.equal(equipment["Manufacturer"], "Scanner Works");
  assert.equal(equipment["ManufacturerModelName"], "Ring 3");
});

test("a series number that is no plain one is not followed", () => {
  for (const SeriesNumber of [null, 0, 1000, 31415, "4a"]) {
    const source = makeSource({ header: { SeriesNumber } });
    assert.equal(segHeader(asymmetricMask(source.grid), makeContext(source))["SeriesNumber"], 9000);
  }
});

test("PIT-15: dates are those of the order in the source's time zone", () => {
  assert.equal(plainHeader["ContentDate"], "20250305");
  assert.equal(plainHeader["ContentTime"], "003506");
  const west = makeSource({ header: { TimezoneOffsetFromUTC: "-0800" } });
  const header = segHeader(asymmetricMask(west.grid), makeContext(west));
  assert.deepEqual([header["SeriesDate"], header["SeriesTime"]], ["20250304", "150506"]);
});

test("PIT-15: without a time zone in the source, that of the machine holds", (t) => {
  const before = process.env["TZ"];
  t.after(() => {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  });
  const source = makeSource({ header: { TimezoneOffsetFromUTC: undefined } });
  process.env["TZ"] = "Asia/Tokyo";
  const header = segHeader(asymmetricMask(source.grid), makeContext(source));
  assert.deepEqual([header["ContentDate"], header["ContentTime"]], ["20250305", "080506"]);
  assert.ok(!("TimezoneOffsetFromUTC" in header));
});

test("PIT-5: the segment is coded as the pancreas, found automatically, tracked by its own UID", () => {
  const segment = only(plainHeader, "SegmentSequence");
  assert.equal(segment["SegmentNumber"], 1);
  assert.equal(segment["SegmentLabel"], "Pancreas");
  assert.equal(segment["SegmentDescription"], "Pancreas");
  assert.equal(segment["SegmentAlgorithmType"], "AUTOMATIC");
  assert.equal(segment["SegmentAlgorithmName"], "panseg-ct");
  assert.equal(code(segment, "SegmentedPropertyCategoryCodeSequence"), "91723000|SCT|Anatomical Structure");
  assert.equal(code(segment, "SegmentedPropertyTypeCodeSequence"), "15776009|SCT|Pancreas");
  assert.equal(segment["TrackingID"], "Pancreas");
  assert.equal(segment["TrackingUID"], resultUids(makeContext(plain)).tracking);
  assert.deepEqual(segment["RecommendedDisplayCIELabValue"], [51709, 38173, 44529]);
  const algorithm = only(segment, "SegmentationAlgorithmIdentificationSequence");
  assert.equal(code(algorithm, "AlgorithmFamilyCodeSequence"), "123110|DCM|Artificial Intelligence");
  assert.equal(algorithm["AlgorithmVersion"], "0123456789abcdef");
  assert.equal(
    algorithm["AlgorithmParameters"],
    "tile stride 0.5; mirrors 8; settings 9f8e7d6c5b4a3210; plan fedcba9876543210",
  );
  assert.equal(plainHeader["ContentLabel"], "PANCREAS");
  assert.equal(plainHeader["SegmentsOverlap"], "NO");
  for (const absent of ["ContentQualification", "ImageComments"]) assert.ok(!(absent in plainHeader));
});

test("the volume stands in the segment's description where the settings ask for it, and equals the SR's", () => {
  const source = makeSource({ spacingMm: [50, 7.5, 7.25] });
  const { seg, sr } = objectsOf(source, { settings: { volumeInLabel: true } });
  const description = only(parseHeader(seg.bytes), "SegmentSequence")["SegmentDescription"];
  assert.equal(description, "Pancreas 19.0 ml"); // 7 voxels × 2718.75 mm³ = 19.03125 ml
  assert.ok(Buffer.from(sr.bytes).includes("19.031"));
});

test("a phantom model is named as such in every description", () => {
  const context = makeContext(plain);
  const { seg, sr } = objectsOf(plain, { model: { ...context.model, isPhantomModel: true } });
  const [ofSeg, ofSr] = [parseHeader(seg.bytes), parseHeader(sr.bytes)];
  const descriptions = [
    ofSeg["SeriesDescription"],
    ofSeg["ContentDescription"],
    only(ofSeg, "SegmentSequence")["SegmentDescription"],
    ofSr["SeriesDescription"],
  ];
  for (const description of descriptions) assert.match(String(description), /PHANTOM DEMO MODEL/);
});

test("names that are too long, or hold a separator, are shortened instead of failing after the work is done", () => {
  const context = makeContext(plain);
  const { seg } = objectsOf(plain, {
    model: { ...context.model, id: `a\\b${"x".repeat(200)}`, isPhantomModel: true },
    settings: { seriesDescriptionSuffix: "(research, a suffix of sixty characters, more than there is)" },
  });
  const header = parseHeader(seg.bytes);
  assert.equal(
    header["SeriesDescription"],
    "AI Pancreas segmentation PHANTOM DEMO MODEL (research, a suffix",
  );
  assert.equal(sequence(header, "SegmentSequence")[0]?.["SegmentAlgorithmName"], `a b${"x".repeat(61)}`);
  assert.equal((header["SoftwareVersions"] as string[]).length, 2);
});

test("SEG-10, PIT-1: frames ascend along row × column and refer to the images at their positions", () => {
  const [, , z] = plain.grid.axes[0];
  assert.equal(z, 1);
  const positions = frames(plainHeader).map(
    (frame) => only(frame, "PlanePositionSequence")["ImagePositionPatient"],
  );
  assert.deepEqual(positions, [
    [-120.5, -98.25, 43.8],
    [-120.5, -98.25, 46.3],
    [-120.5, -98.25, 48.8],
  ]);
  const images = frames(plainHeader).map(
    (frame) =>
      only(only(frame, "DerivationImageSequence"), "SourceImageSequence")["ReferencedSOPInstanceUID"],
  );
  assert.deepEqual(
    images,
    plain.frames.slice(1, 4).map(({ sopInstanceUid }) => sopInstanceUid),
  );
});

test("SEG-10: a mask that is not on the source's grid is refused", () => {
  const other = makeSource({ shape: [6, 7, 5] });
  assert.throws(
    () => buildSeg(asymmetricMask(other.grid), makeContext(plain)),
    (error) => error instanceof FailureError && error.failure.code === "INTERNAL",
  );
});

test("SEG-11: orientation and spacings are shared, the spacing between slices is the measured one", () => {
  const source = makeSource({ ...oblique, shape: [5, 6, 7], spacingMm: [3.3, 0.5, 0.8] });
  const shared = only(
    segHeader(asymmetricMask(source.grid), makeContext(source)),
    "SharedFunctionalGroupsSequence",
  );
  assert.deepEqual(
    only(shared, "PlaneOrientationSequence")["ImageOrientationPatient"],
    [0.99619177455448, 0, -0.087189152479, 0.03713730096646, 0.90475166321996, 0.42431739155688],
  );
  assert.deepEqual(only(shared, "PixelMeasuresSequence"), {
    PixelSpacing: [0.5, 0.8],
    SliceThickness: 3,
    SpacingBetweenSlices: 3.3,
  });
  assert.deepEqual(Object.keys(shared).sort(), ["PixelMeasuresSequence", "PlaneOrientationSequence"]);
});

test("SEG-11: a source without slice thickness or cosines gets those of its grid", () => {
  const source = makeSource({ header: { SliceThickness: null, ImageOrientationPatient: undefined } });
  const shared = only(
    segHeader(asymmetricMask(source.grid), makeContext(source)),
    "SharedFunctionalGroupsSequence",
  );
  assert.equal(only(shared, "PixelMeasuresSequence")["SliceThickness"], 2.5);
  assert.deepEqual(only(shared, "PlaneOrientationSequence")["ImageOrientationPatient"], [1, 0, 0, 0, 1, 0]);
});

test("SEG-12, PIT-26: only slices with a voxel become frames", () => {
  const mask = maskOf(plain.grid, [
    [0, 0, 0],
    [5, 4, 6],
  ]);
  const header = segHeader(mask, makeContext(plain));
  assert.equal(header["NumberOfFrames"], 2);
  assert.equal(frames(header).length, 2);
});

test("SEG-13: every frame names its index from 1, its position, its segment and its source image", () => {
  frames(plainHeader).forEach((frame, i) => {
    assert.deepEqual(only(frame, "FrameContentSequence")["DimensionIndexValues"], [1, i + 1]);
    assert.equal(only(frame, "SegmentIdentificationSequence")["ReferencedSegmentNumber"], 1);
    const derivation = only(frame, "DerivationImageSequence");
    assert.equal(code(derivation, "DerivationCodeSequence"), "113076|DCM|Segmentation");
    const image = only(derivation, "SourceImageSequence");
    assert.equal(image["ReferencedSOPClassUID"], sopClasses.CT);
    assert.equal(image["SpatialLocationsPreserved"], "YES");
    assert.ok(!("ReferencedFrameNumber" in image));
    assert.equal(
      code(image, "PurposeOfReferenceCodeSequence"),
      "121322|DCM|Source image for image processing operation",
    );
  });
});

test("SEG-14: frames of a multi-frame source are named by number, and their object is referenced once", () => {
  const source = makeSource({ frameNumbers: true });
  const header = segHeader(asymmetricMask(source.grid), makeContext(source));
  const numbers = frames(header).map(
    (frame) => only(only(frame, "DerivationImageSequence"), "SourceImageSequence")["ReferencedFrameNumber"],
  );
  assert.deepEqual(numbers, [2, 3, 4]);
  assert.equal(sequence(only(header, "ReferencedSeriesSequence"), "ReferencedInstanceSequence").length, 1);
});

test("SEG-15: the dimensions are segment and position, under one organization", () => {
  const organization = only(plainHeader, "DimensionOrganizationSequence")["DimensionOrganizationUID"];
  assert.equal(organization, resultUids(makeContext(plain)).dimensionOrganization);
  assert.deepEqual(
    sequence(plainHeader, "DimensionIndexSequence").map((index) => [
      index["DimensionIndexPointer"],
      index["FunctionalGroupPointer"],
      index["DimensionDescriptionLabel"],
      index["DimensionOrganizationUID"],
    ]),
    [
      [0x0062000b, 0x0062000a, "ReferencedSegmentNumber", organization],
      [0x00200032, 0x00209113, "ImagePositionPatient", organization],
    ],
  );
});

test("SEG-16: exactly the images of the frames are referenced, in the source's series, without a study", () => {
  const series = only(plainHeader, "ReferencedSeriesSequence");
  assert.equal(series["SeriesInstanceUID"], plain.seriesUid);
  assert.ok(!("StudyInstanceUID" in series));
  assert.deepEqual(
    sequence(series, "ReferencedInstanceSequence").map((item) => item["ReferencedSOPInstanceUID"]),
    plain.frames.slice(1, 4).map(({ sopInstanceUid }) => sopInstanceUid),
  );
});

test("SEG-17, PIT-13, PIT-27: bits run on over frames from the lowest bit, as OB of even length", () => {
  const source = makeSource({ shape: [3, 3, 3] });
  const mask = maskOf(source.grid, [
    [0, 0, 0],
    [1, 0, 1],
    [2, 2, 2],
  ]);
  const { bytes } = buildSeg(mask, makeContext(source));
  const { pixelData } = openPart10(bytes);
  assert.equal(pixelData?.vr, "OB");
  assert.equal(pixelData?.length, 4); // 27 bits
  // Voxels 0, 9 + 1 and 18 + 8 of 27.
  assert.deepEqual([...bytes.subarray(pixelData?.valueStart)], [0b1, 0b100, 0, 0b100]);
  const odd = makeSource({ shape: [3, 61, 63] });
  const packed = openPart10(
    buildSeg(
      maskOf(odd.grid, [
        [0, 0, 0],
        [1, 0, 0],
        [2, 60, 62],
      ]),
      makeContext(odd),
    ).bytes,
  );
  assert.equal(packed.pixelData?.length, 1442); // 11529 bits are 1442 bytes
});

test("SEG-18, PIT-3: cosines and positions of 17 digits are written with 16 characters that keep their exponent", () => {
  const source = makeSource({ ...oblique, shape: [5, 6, 7] });
  const { bytes } = withLoudDcmjs(() => buildSeg(asymmetricMask(source.grid), makeContext(source)));
  for (const frame of frames(parseHeader(bytes))) {
    const written = only(frame, "PlanePositionSequence")["ImagePositionPatient"] as readonly number[];
    const image = only(only(frame, "DerivationImageSequence"), "SourceImageSequence")[
      "ReferencedSOPInstanceUID"
    ];
    const { positionLps } = source.frames.find(({ sopInstanceUid }) => sopInstanceUid === image) ?? {};
    for (const [i, value] of written.entries()) assert.ok(Math.abs(value - Number(positionLps?.[i])) < 1e-9);
  }
});

test("lossy compression of the source is told on", () => {
  const lossy = makeSource({
    header: {
      LossyImageCompression: "01",
      LossyImageCompressionRatio: [12.5],
      LossyImageCompressionMethod: "ISO_15444_1",
    },
  });
  const header = segHeader(asymmetricMask(lossy.grid), makeContext(lossy));
  assert.equal(header["LossyImageCompression"], "01");
  assert.equal(header["LossyImageCompressionRatio"], 12.5);
  assert.equal(header["LossyImageCompressionMethod"], "ISO_15444_1");
  assert.equal(plainHeader["LossyImageCompression"], "00");
});

test("the same input gives the same bytes, under a digest of them; any other mask gives others", () => {
  const context = makeContext(plain);
  const mask = asymmetricMask(plain.grid);
  const [a, b] = [buildSeg(mask, context), buildSeg(mask, structuredClone(context))];
  assert.deepEqual(a, b);
  assert.equal(a.object.sha256, sha256(a.bytes));
  assert.notEqual(buildSeg(maskOf(plain.grid, [[1, 1, 1]]), context).object.sha256, a.object.sha256);
});

test("the file meta information names this writer, the object and Explicit VR Little Endian", () => {
  const { bytes, object } = buildSeg(asymmetricMask(plain.grid), makeContext(plain));
  const part10 = openPart10(bytes);
  assert.equal(part10.transferSyntaxUid, "1.2.840.10008.1.2.1");
  assert.equal(part10.mediaStorageSopClassUid, object.sopClassUid);
  assert.equal(part10.mediaStorageSopInstanceUid, object.sopInstanceUid);
  const text = Buffer.from(bytes).toString("latin1");
  // Derived once and for all; another value would be another implementation.
  assert.ok(text.includes("2.25.330084346563044908438136559339697834220"));
  assert.ok(text.includes("PANSEG_0_1_0"));
});

test("SR-12: an empty mask makes no object", () => {
  const isEmptyMask = (error: unknown): boolean =>
    error instanceof FailureError && error.failure.code === "EMPTY_MASK";
  const context = makeContext(plain);
  const mask = maskOf(plain.grid, []);
  assert.throws(() => buildSeg(mask, context), isEmptyMask);
  const { seg } = objectsOf();
  const measures = measureMask(mask, { grid: plain.grid, voxels: new Float32Array(mask.voxels.length) });
  assert.throws(() => buildSr(measures, seg.object, context), isEmptyMask);
});

test("a reference that is no UID is refused without quoting it", () => {
  const source = makeSource();
  const [first, ...others] = source.frames;
  assert.ok(first);
  const bad = { ...source, frames: [{ ...first, sopInstanceUid: "../Doe^John" }, ...others] };
  assert.throws(
    () => buildSeg(maskOf(source.grid, [[0, 0, 0]]), makeContext(bad)),
    (error) =>
      error instanceof FailureError &&
      error.failure.code === "UID_INVALID" &&
      !/Doe/.test(JSON.stringify(error.failure)),
  );
});

const withUids = (source: SourceSeries): SourceSeries => ({
  ...source,
  studyUid: source.studyUid || "2.25.1",
  seriesUid: source.seriesUid || "2.25.2",
});

/** Each with what dciodvfy minds in the text that is copied from it. */
const realSources = [
  ["ct_abdomen_j2k", "a real CT", /defined term <SECTRA>/],
  [
    "sagittal_plain",
    "a real MR without frame of reference",
    /Patient's (Name|Age)|dataset contains invalid data/,
  ],
] as const;

for (const [name, what, ownFaults] of realSources) {
  test(`VAL-1: dciodvfy finds in SEG and SR of ${what} nothing but the faults of the source's text`, {
    skip: needsShared("fixtures", "dicom", name) || needsTool("dciodvfy"),
  }, async () => {
    const source = withUids(await readFiles(realSeries(name)));
    const mask = maskOf(source.grid, [
      [1, 100, 120],
      [1, 101, 120],
      [2, 100, 121],
    ]);
    const context = makeContext(source);
    const volume = { grid: source.grid, voxels: new Float32Array(mask.voxels.length) };
    const seg = buildSeg(mask, context);
    const sr = buildSr(measureMask(mask, volume), seg.object, context);
    for (const { bytes } of [seg, sr])
      assert.deepEqual(
        dciodvfyFindings(bytes).filter(
          (line) => !ownFaults.test(line) && !/needed to build DICOMDIR/.test(line),
        ),
        [],
      );
    assert.deepEqual(parseHeader(seg.bytes)["PatientName"], source.header["PatientName"]);
    assert.deepEqual(compareSeg(seg.bytes, mask), { kind: "equal" });
  });
}
