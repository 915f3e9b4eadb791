import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { parseHeader } from "../../../src/dicom/file/header.ts";
import { readSegPlanes } from "../../../src/dicom/segmentation/readSegPlanes.ts";
import { readSr, readSrVolumeMl } from "../../../src/dicom/verify/readSr.ts";
import { segVolumeMl } from "../../../src/dicom/verify/verifyBuilt.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { resultUids } from "../../../src/dicom/write/resultUids.ts";
import type { Measures } from "../../../src/domain/result.ts";
import type { Header, SourceSeries } from "../../../src/domain/series.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { needsTool } from "../../support/shared.ts";
import { asymmetricMask, makeContext, makeSource, oblique } from "./sources.ts";
import { dciodvfyFindings, runOn, withLoudDcmjs } from "./tools.ts";

type Overrides = Parameters<typeof makeContext>[1];

/** Intensities that grow from -10 by a half from voxel to voxel. */
const report = (source: SourceSeries, overrides: Overrides = {}, change: Partial<Measures> = {}) => {
  const context = makeContext(source, overrides);
  const mask = asymmetricMask(source.grid);
  const voxels = Float32Array.from({ length: mask.voxels.length }, (_, i) => i / 2 - 10);
  const measures = { ...measureMask(mask, { grid: source.grid, voxels }), ...change };
  const seg = buildSeg(mask, context);
  const sr = withLoudDcmjs(() => buildSr(measures, seg.object, context));
  return { context, measures, seg, sr, header: parseHeader(sr.bytes) };
};

const sequence = (header: Header | undefined, keyword: string): readonly Header[] =>
  (header?.[keyword] ?? []) as readonly Header[];
const codeOf = (header: Header, keyword: string): string => {
  const [code] = sequence(header, keyword);
  return code === undefined
    ? ""
    : [code["CodeValue"], code["CodingSchemeDesignator"], code["CodeMeaning"]].join("|");
};
const concept = (item: Header): string => codeOf(item, "ConceptNameCodeSequence");

const flatten = (item: Header): readonly Header[] => [
  item,
  ...sequence(item, "ContentSequence").flatMap(flatten),
];

const groupOf = (header: Header): Header =>
  flatten(header).find((item) => concept(item) === "125007|DCM|Measurement Group") ?? {};

type Num = { readonly concept: string; readonly value: unknown; readonly unit: string; readonly by: string };
const nums = (header: Header): readonly Num[] =>
  sequence(groupOf(header), "ContentSequence")
    .filter((item) => item["ValueType"] === "NUM")
    .map((item) => {
      const [measured] = sequence(item, "MeasuredValueSequence");
      const [modifier] = sequence(item, "ContentSequence");
      assert.ok(measured && modifier);
      return {
        concept: concept(item),
        value: measured["NumericValue"],
        unit: codeOf(measured, "MeasurementUnitsCodeSequence"),
        by: `${concept(modifier)}=${codeOf(modifier, "ConceptCodeSequence")}`,
      };
    });

const references = (header: Header | undefined): readonly unknown[] =>
  sequence(header, "ReferencedSOPSequence").map((item) => item["ReferencedSOPInstanceUID"]);

const ct = makeSource({ shape: [5, 5, 5], spacingMm: [50, 7.5, 7.25] });
const plain = report(ct);

test("SR-1: the current evidence holds the SEG's series first, then all images of the source", () => {
  const [evidence, ...others] = sequence(plain.header, "CurrentRequestedProcedureEvidenceSequence");
  assert.equal(others.length, 0);
  assert.equal(evidence?.["StudyInstanceUID"], ct.studyUid);
  const [first, second, ...more] = sequence(evidence, "ReferencedSeriesSequence");
  assert.equal(more.length, 0);
  assert.equal(first?.["SeriesInstanceUID"], plain.seg.object.seriesUid);
  assert.deepEqual(references(first), [plain.seg.object.sopInstanceUid]);
  assert.equal(second?.["SeriesInstanceUID"], ct.seriesUid);
  assert.deepEqual(
    references(second),
    ct.frames.map(({ sopInstanceUid }) => sopInstanceUid),
  );
  assert.ok(!("PertinentOtherEvidenceSequence" in plain.header));
});

test("SR-2: every image that the tree refers to is in the evidence", () => {
  const [evidence] = sequence(plain.header, "CurrentRequestedProcedureEvidenceSequence");
  const listed = new Set(sequence(evidence, "ReferencedSeriesSequence").flatMap(references));
  const images = flatten(plain.header).filter((item) => item["ValueType"] === "IMAGE");
  assert.equal(images.length, 1 + ct.frames.length);
  for (const image of images) for (const uid of references(image)) assert.ok(listed.has(uid));
});

test("SR-3: root, image library and measurement group name their templates", () => {
  const templates = flatten(plain.header).flatMap((item) =>
    sequence(item, "ContentTemplateSequence").map((template) => [
      concept(item).split("|")[0],
      template["MappingResource"],
      template["TemplateIdentifier"],
    ]),
  );
  assert.deepEqual(templates, [
    ["126000", "DCMR", "1500"],
    ["111028", "DCMR", "1600"],
    ["125007", "DCMR", "1411"],
  ]);
});

test("SR-4, SR-9: the volume stands in cubic centimetres, once, by the sum of voxels", () => {
  const volumes = nums(plain.header).filter(({ concept: name }) => name === "118565006|SCT|Volume");
  assert.deepEqual(volumes, [
    {
      concept: "118565006|SCT|Volume",
      value: 19.031, // 7 voxels × 2718.75 mm³
      unit: "cm3|UCUM|cubic centimeter",
      by: "370129005|SCT|Measurement Method=126030|DCM|Sum of segmented voxel method for volume",
    },
  ]);
});

test("SR-4: the volume says what its voxels leave open", () => {
  const [volume = {}] = sequence(groupOf(plain.header), "ContentSequence").filter(
    (item) => concept(item) === "118565006|SCT|Volume",
  );
  const error = sequence(volume, "ContentSequence").find((item) => item["ValueType"] === "NUM") ?? {};
  assert.equal(error["RelationshipType"], "HAS PROPERTIES");
  assert.equal(concept(error), "371884006|SCT|+/-, range of measurement uncertainty");
  // All 7 voxels lie at the surface: half of 19.03125 ml.
  assert.equal(sequence(error, "MeasuredValueSequence")[0]?.["NumericValue"], 9.516);
});

test("SR-5: attenuation in Hounsfield units with its derivations", () => {
  // numpy 2.4.6: a = np.array([31,32,33,36,56,67,93]) / 2 - 10; a.mean(), a.std(), np.median(a), a.min(), a.max()
  const found = nums(plain.header).slice(5);
  assert.deepEqual(
    found.map(({ value, by }) => [value, by.split("=")[1]]),
    [
      [14.9, "373098007|SCT|Mean"],
      [10.9, "386136009|SCT|Standard Deviation"],
      [8, "373099004|SCT|Median"],
      [5.5, "255605001|SCT|Minimum"],
      [36.5, "56851009|SCT|Maximum"],
    ],
  );
  for (const num of found) {
    assert.equal(num.concept, "112031|DCM|Attenuation Coefficient");
    assert.equal(num.unit, "[hnsf'U]|UCUM|Hounsfield unit");
  }
});

test("SR-6: MR intensities are signal without a unit, and the procedure is an MRI", () => {
  const mr = report(makeSource({ ...oblique, shape: [5, 6, 7] }));
  const found = nums(mr.header).slice(5);
  assert.equal(found.length, 5);
  for (const num of found) {
    assert.equal(num.concept, "110852|DCM|MR signal intensity");
    assert.equal(num.unit, "1|UCUM|no units");
  }
  const codes = flatten(mr.header).map((item) => codeOf(item, "ConceptCodeSequence"));
  assert.ok(codes.includes("25056-3|LN|MRI unspecified body region"));
  assert.ok(codes.includes("MR|DCM|Magnetic Resonance"));
});

test("SR-7, SR-8: diameter and extents are lengths by this software, and no surface is stated", () => {
  // Voxels (1,1,1) to (3,3,3) of 50 × 7.5 × 7.25 mm; the ends of the diameter lie in the first and the last slice.
  const found = nums(plain.header).slice(1, 5);
  assert.deepEqual(
    found.map(({ concept: name, value }) => [name, value]),
    [
      ["L0JK|IBSI|Maximum 3D Diameter of a Mesh", plain.measures.extent?.largestDiameterMm.toFixed(1)],
      ["103355008|SCT|Width", "21.8"],
      ["131197000|SCT|Depth", "22.5"],
      ["121207|DCM|Height", "150.0"],
    ].map(([name, value]) => [name, Number(value)]),
  );
  for (const { unit, by } of found) {
    assert.equal(unit, "mm|UCUM|millimeter");
    assert.match(by, /^111001\|DCM\|Algorithm Name/);
  }
  for (const { concept: name } of nums(plain.header)) assert.doesNotMatch(name, /C0JK/);
  assert.equal(nums(report(ct, {}, { extent: null }).header).length, 6);
});

test("SR-10: the volume equals that of the stored SEG alone, and does not depend on the slice thickness", () => {
  const source = makeSource({
    shape: [6, 7, 8],
    spacingMm: [30.1, 9.77, 7.31],
    header: { SliceThickness: 1 },
  });
  const { seg, sr, measures } = report(source);
  const seen = Number(segVolumeMl(seg.bytes));
  assert.ok(Math.abs(seen / measures.volumeMl - 1) < 1e-9);
  assert.ok(Math.abs(readSrVolumeMl(sr.bytes) / seen - 1) < 1e-4);
  const texts = flatten(parseHeader(sr.bytes)).map((item) => item["TextValue"]);
  assert.ok(texts.includes("standard deviation over the population of voxels"));
});

test("SR-10: a volume below 10 ml has six decimals, so that it still equals the SEG's within 1e-4", () => {
  const { sr } = report(ct, {}, { volumeMl: 0.8487701 });
  assert.equal(readSrVolumeMl(sr.bytes), 0.84877);
});

test("the report says by which settings and plan its numbers came about", () => {
  const parameters = readSr(plain.sr.bytes).group.algorithm?.parameters;
  assert.deepEqual(parameters, [
    "tile stride 0.5",
    "mirrors 8",
    "settings 9f8e7d6c5b4a3210",
    "plan fedcba9876543210",
    "standard deviation over the population of voxels",
  ]);
  const other = report(ct, { settingsDigest: "00".repeat(32) });
  assert.ok(readSr(other.sr.bytes).group.algorithm?.parameters.includes("settings 0000000000000000"));
});

test("SR-11: numbers have fixed decimals, and a measure that could not be computed is left out", () => {
  const raw = Buffer.from(plain.sr.bytes).toString("latin1");
  for (const written of ["19.031", "14.9", "8.0"]) assert.ok(raw.includes(written), written);
  const intensity = { mean: Number.NaN, sd: 1e30, median: 3, min: 2, max: 4 };
  const partial = report(ct, {}, { intensity, extent: null });
  assert.deepEqual(
    nums(partial.header).map(({ value }) => value),
    [19.031, 3, 2, 4],
  );
  assert.equal(nums(report(ct, {}, { intensity: null, extent: null }).header).length, 1);
});

test("SR-13: the only free text is the research notice, the phantom mark and what was unusual", () => {
  const comments = (header: Header): readonly unknown[] =>
    flatten(header)
      .filter((item) => concept(item) === "121106|DCM|Comment")
      .map((item) => item["TextValue"]);
  assert.deepEqual(comments(plain.header), ["Research use only. Not a medical device; not for diagnosis."]);
  assert.equal(plain.header["SeriesDescription"], "AI Pancreas measurements (research)");
  const phantom = report(ct, {
    model: { ...plain.context.model, isPhantomModel: true },
    warnings: [
      { code: "MASK_AT_EDGE", sentence: "The mask reaches the edge of the image." },
      { code: "SHORT_COVERAGE", sentence: "Ran on\nthe CPU." },
    ],
  });
  assert.deepEqual(comments(phantom.header), [
    "Research use only. Not a medical device; not for diagnosis. PHANTOM DEMO MODEL: trained on synthetic phantoms only. The mask reaches the edge of the image. Ran on the CPU.",
  ]);
});

test("PIT-6: the document is a complete, unverified one of a device", () => {
  const { header } = plain;
  assert.equal(header["SOPClassUID"], "1.2.840.10008.5.1.4.1.1.88.34");
  assert.equal(header["Modality"], "SR");
  assert.equal(header["SeriesNumber"], 10_004);
  assert.equal(header["CompletionFlag"], "COMPLETE");
  assert.equal(header["VerificationFlag"], "UNVERIFIED");
  assert.equal(header["PreliminaryFlag"], "FINAL");
  assert.ok("ReferencedPerformedProcedureStepSequence" in header);
  assert.ok("PerformedProcedureCodeSequence" in header);
  const observers = flatten(header).filter((item) => concept(item) === "121005|DCM|Observer Type");
  assert.deepEqual(
    observers.map((item) => codeOf(item, "ConceptCodeSequence")),
    ["121007|DCM|Device"],
  );
});

test("PIT-20: the first UID of the group tracks the SEG's segment, and every number has a child", () => {
  const group = groupOf(plain.header);
  const firstUid = sequence(group, "ContentSequence").find((item) => item["ValueType"] === "UIDREF");
  assert.ok(firstUid);
  assert.equal(concept(firstUid), "112040|DCM|Tracking Unique Identifier");
  const [segment] = sequence(parseHeader(plain.seg.bytes), "SegmentSequence");
  assert.equal(firstUid["UID"], segment?.["TrackingUID"]);
  assert.equal(firstUid["UID"], resultUids(plain.context).tracking);
  const numbers = sequence(group, "ContentSequence").filter((item) => item["ValueType"] === "NUM");
  assert.equal(numbers.length, 10);
  for (const number of numbers) assert.ok(sequence(number, "ContentSequence").length > 0);
  assert.ok(flatten(plain.header).some((item) => concept(item) === "111028|DCM|Image Library"));
});

test("the report reads back: volume, organ, and the segment of the SEG that was measured", () => {
  const { report: stored, group, volumeMl } = readSr(plain.sr.bytes);
  const { sopInstanceUid, seriesUid } = plain.sr.object;
  assert.deepEqual(
    [stored.sopInstanceUid, stored.seriesUid, stored.studyUid],
    [sopInstanceUid, seriesUid, ct.studyUid],
  );
  assert.equal(volumeMl, 19.031);
  assert.equal(group.trackingUid, resultUids(plain.context).tracking);
  assert.deepEqual([group.finding?.value, group.finding?.scheme], ["15776009", "SCT"]);
  assert.deepEqual(group.segment, {
    sopInstanceUid: readSegPlanes(plain.seg.bytes).sopInstanceUid,
    segmentNumber: 1,
  });
});

test("what is no measurement report is refused", () => {
  assert.throws(() => readSr(plain.seg.bytes), /NOT_DICOM/);
  const bytes = Buffer.from(plain.sr.bytes);
  bytes.write("cm9", bytes.indexOf("cm3"));
  assert.throws(() => readSr(new Uint8Array(bytes)), /NOT_DICOM.*unit/);
});

test("the same input gives the same bytes", () => {
  assert.deepEqual(report(ct).sr, plain.sr);
});

const golden = fileURLToPath(new URL("./report.golden.txt", import.meta.url));

test("VAL-2: dsrdump reads the tree that is kept beside this test", { skip: needsTool("dsrdump") }, () => {
  const { status, stdout, stderr } = runOn("dsrdump", [plain.sr.bytes], ["+Pc", "+Pl"]);
  assert.equal(status, 0);
  assert.match(stdout, /^Comprehensive 3D SR Document/);
  const complaints = stderr
    .split("\n")
    .filter((line) => line !== "" && !/VR checker does not support/.test(line));
  assert.deepEqual(complaints, []);
  assert.equal(stdout.replace(/2\.25\.\d+/g, "2.25.…"), readFileSync(golden, "utf8"));
});

test("VAL-3: dsr2xml reads the report with all of its values", { skip: needsTool("dsr2xml") }, () => {
  const { status, stdout } = runOn("dsr2xml", [plain.sr.bytes]);
  assert.equal(status, 0);
  assert.equal(stdout.match(/<num>/g)?.length, 11);
  assert.match(stdout, /<value>19\.031<\/value>/);
});

test("VAL-1: dciodvfy has nothing to say about a report without intensities, with warnings, of a phantom model", {
  skip: needsTool("dciodvfy"),
}, () => {
  const { sr } = report(
    ct,
    {
      model: { ...plain.context.model, isPhantomModel: true },
      warnings: [{ code: "VOLUME_UNUSUAL", sentence: "The volume of 9.5 ml lies outside." }],
      settings: { dates: "study", manufacturer: "Überwerk" },
    },
    { intensity: null },
  );
  assert.deepEqual(dciodvfyFindings(sr.bytes), []);
});
