import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parseHeader, text } from "../../../src/dicom/file/header.ts";
import { readReport } from "../../../src/dicom/report/readReport.ts";
import { judgeMeasurements } from "../../../src/dicom/verify/judgeReport.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../../src/dicom/write/buildTextReport.ts";
import { judgeSource } from "../../../src/dicom/write/judgeSource.ts";
import type { Header, SourceSeries } from "../../../src/domain/series.ts";
import { isLegalUid } from "../../../src/domain/uid.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { needsShared, needsTool, sharedFolder } from "../../support/shared.ts";
import { asymmetricMask, makeContext, makeSource } from "./sources.ts";
import { dciodvfyFindings, dciodvfyKind, runOn } from "./tools.ts";

const objectsOf = (source: SourceSeries) => {
  const context = makeContext(source, { warnings: judgeSource(source) });
  const mask = asymmetricMask(source.grid);
  const voxels = Float32Array.from({ length: mask.voxels.length }, (_, i) => i / 2 - 10);
  const measures = measureMask(mask, { grid: source.grid, voxels });
  const seg = buildSeg(mask, context);
  const sr = buildSr(measures, seg.object, context);
  return { measures, seg, sr, words: buildTextReport(measures, seg.object, context) };
};

const sequence = (header: Header | undefined, keyword: string): readonly Header[] =>
  (header?.[keyword] ?? []) as readonly Header[];

const plain = makeSource();
const codesOf = (source: SourceSeries) => judgeSource(source).map(({ code }) => code);

describe("D9: UIDs that DICOM does not allow", () => {
  test("D9: components have no leading zeros, and there are several", () => {
    for (const uid of ["1.2", "0.0", "2.25.0", "1.2.840.10008.1.2", `1.${"2".repeat(62)}`])
      assert.ok(isLegalUid(uid), uid);
    for (const uid of ["", "1", "1.", ".1", "1..2", "1.02", "01.2", "1.00", "1.a", `1.${"2".repeat(63)}`])
      assert.ok(!isLegalUid(uid), uid);
  });

  const illegal = { ...plain, seriesUid: "1.02.3.4.5" };

  test("D9: a series without a legal UID is named by its images in the measurement group, and the report reads back the same", () => {
    const { sr, measures } = objectsOf(illegal);
    const [group] = readReport(sr.bytes)?.groups ?? [];
    assert.deepEqual(
      group?.sourceImages,
      illegal.frames.map(({ sopInstanceUid }) => sopInstanceUid),
    );
    assert.equal(group?.sourceSeriesUid, illegal.seriesUid);
    assert.equal(judgeMeasurements(sr.bytes, sr.bytes, measures), null);
    const [lawful] = readReport(objectsOf(plain).sr.bytes)?.groups ?? [];
    assert.deepEqual([lawful?.sourceImages, lawful?.sourceSeriesUid], [[], plain.seriesUid]);
  });

  for (const [name, source] of [
    ["series", illegal],
    ["frame of reference", { ...plain, frameOfReferenceUid: "1.02.4" }],
    [
      "image",
      {
        ...plain,
        frames: plain.frames.map((frame) => ({ ...frame, sopInstanceUid: `${frame.sopInstanceUid}.01` })),
      },
    ],
    [
      "series and image",
      {
        ...illegal,
        frames: plain.frames.map((frame) => ({ ...frame, sopInstanceUid: `${frame.sopInstanceUid}.01` })),
      },
    ],
    ["study", { ...plain, studyUid: "1.02.6" }],
  ] as const)
    test(`D9: dsrdump reads the report about a ${name} with a leading zero`, {
      skip: needsTool("dsrdump"),
    }, () => {
      const { sr, words } = objectsOf(source);
      for (const { bytes } of [sr, words]) {
        const { status, stderr } = runOn("dsrdump", [bytes]);
        assert.equal(status, 0, stderr);
        assert.doesNotMatch(stderr, /^[EF]:/m);
        // Lines are broken where viewers would cut them.
        const said = Buffer.from(bytes).toString("latin1").replace(/\s+/g, " ");
        assert.ok(said.includes("is no UID that DICOM"), "the report itself says so");
      }
    });

  test("D9: they are warned of by name, and stand where references must lead to the source", () => {
    assert.deepEqual(codesOf(plain), []);
    const source = {
      ...illegal,
      frameOfReferenceUid: "1.04",
      frames: plain.frames.map((frame) => ({ ...frame, sopInstanceUid: `${frame.sopInstanceUid}.01` })),
    };
    const [warning, ...more] = judgeSource(source);
    assert.deepEqual(more, []);
    assert.equal(warning?.code, "SOURCE_UID_ILLEGAL");
    assert.deepEqual(warning?.details, {
      attributes: ["SeriesInstanceUID", "FrameOfReferenceUID", "SOPInstanceUID"],
    });
    const { seg, sr } = objectsOf(source);
    const header = parseHeader(seg.bytes);
    assert.equal(text(header, "FrameOfReferenceUID"), "1.04");
    assert.equal(
      text(sequence(header, "ReferencedSeriesSequence")[0] ?? {}, "SeriesInstanceUID"),
      "1.02.3.4.5",
    );
    assert.ok(readReport(sr.bytes) !== null);
  });

  test("D9: the outsider's slice is warned of, and its report is read", {
    skip: needsShared("fixtures", "cases", "leading-zero-uid") || needsTool("dsrdump"),
  }, () => {
    const file = readFileSync(sharedFolder("fixtures", "cases", "leading-zero-uid", "source-slice.dcm"));
    const header = parseHeader(file);
    const uid = (keyword: string) => text(header, keyword) ?? "";
    const source = {
      ...makeSource({ header }),
      studyUid: uid("StudyInstanceUID"),
      seriesUid: uid("SeriesInstanceUID"),
      frameOfReferenceUid: uid("FrameOfReferenceUID"),
    };
    assert.deepEqual(judgeSource(source)[0]?.details, { attributes: ["SeriesInstanceUID"] });
    const { status, stderr } = runOn("dsrdump", [objectsOf(source).sr.bytes]);
    assert.equal(status, 0, stderr);
  });
});

test("D9: a frame of reference that had to be derived is warned of", () => {
  assert.deepEqual(codesOf({ ...plain, frameOfReferenceUid: "" }), ["FRAME_OF_REFERENCE_DERIVED"]);
});

describe("D9: text that DICOM does not allow", () => {
  const wrong: Readonly<Record<string, Header>> = {
    PatientName: { PatientName: { Alphabetic: "x".repeat(65) } },
    PatientID: { PatientID: ["one", "two"] },
    PatientBirthDate: { PatientBirthDate: "1950.01.01" },
    StudyDate: { StudyDate: "20241332" },
    StudyTime: { StudyTime: "10:15" },
    PatientSex: { PatientSex: "female" },
    PatientAge: { PatientAge: "45" },
    StudyID: { StudyID: "seventeen letters" },
    AccessionNumber: { AccessionNumber: "A\u0007" },
    StudyDescription: { StudyDescription: "d".repeat(65) },
    ReferencedSOPInstanceUID: {
      ReferencedStudySequence: [
        { ReferencedSOPClassUID: "1.2.840.10008.3.1.2.3.1", ReferencedSOPInstanceUID: "1.02" },
      ],
    },
    Manufacturer: { Manufacturer: "m".repeat(65) },
  };
  for (const [keyword, header] of Object.entries(wrong))
    test(`D9: ${keyword} is copied and warned of by name, never by value`, () => {
      const source = makeSource({ header });
      const [warning, ...more] = judgeSource(source);
      assert.deepEqual([warning?.code, more], ["SOURCE_TEXT_ILLEGAL", []]);
      assert.deepEqual(warning?.details, { attributes: [keyword] });
      const value = JSON.stringify(Object.values(header)[0]).replace(/[^a-z0-9]/gi, "");
      assert.ok(!warning?.sentence.includes(value));
    });

  test("D9: what DICOM allows is not warned of: long names in groups, empty values, short times, paragraphs", () => {
    const header = {
      PatientName: { Alphabetic: "a".repeat(64), Ideographic: "b".repeat(64), Phonetic: "c".repeat(64) },
      PatientBirthDate: null,
      StudyTime: "10",
      PatientComments: "one\r\ntwo",
      PatientAge: "045Y",
      PatientWeight: 71.5,
    };
    assert.deepEqual(judgeSource(makeSource({ header })), []);
  });
});

describe("D9: a report about requested images names the requests", () => {
  const request = {
    RequestedProcedureID: "RP-1",
    AccessionNumber: "ACC-7",
    RequestedProcedureDescription: "CT abdomen",
    ScheduledProcedureStepID: "SPS-9",
    ReasonForTheRequestedProcedure: "private words",
    RequestedProcedureCodeSequence: [
      { CodeValue: "169070004", CodingSchemeDesignator: "SCT", CodeMeaning: "CT abdomen" },
      { CodeValue: "1", CodingSchemeDesignator: "not known", CodeMeaning: "x" },
    ],
  };
  const second = { RequestedProcedureID: "RP-2", StudyInstanceUID: "1.2.3.4" };
  const requested = makeSource({ header: { RequestAttributesSequence: [request, {}, second] } });

  test("D9: with what the standard asks of an item, empty where it is not known, and nothing else", () => {
    const { sr, words } = objectsOf(requested);
    for (const { bytes } of [sr, words]) {
      const items = sequence(parseHeader(bytes), "ReferencedRequestSequence");
      assert.deepEqual(
        items.map((item) => text(item, "RequestedProcedureID")),
        ["RP-1", "RP-2"],
      );
      assert.deepEqual(
        items.map((item) => text(item, "StudyInstanceUID")),
        [requested.studyUid, "1.2.3.4"],
      );
      const [first] = items;
      assert.equal(text(first ?? {}, "AccessionNumber"), "ACC-7");
      assert.deepEqual(
        sequence(first, "RequestedProcedureCodeSequence").map((code) => text(code, "CodeValue")),
        ["169070004"],
      );
      assert.deepEqual(
        Object.keys(items[1] ?? {})
          .filter((keyword) => keyword !== "SpecificCharacterSet")
          .sort(),
        [
          "AccessionNumber",
          "FillerOrderNumberImagingServiceRequest",
          "PlacerOrderNumberImagingServiceRequest",
          "ReferencedStudySequence",
          "RequestedProcedureCodeSequence",
          "RequestedProcedureDescription",
          "RequestedProcedureID",
          "StudyInstanceUID",
        ],
      );
      assert.ok(!Buffer.from(bytes).includes("private words"));
    }
  });

  test("D9: a source without requests, or whose identity was removed, gives a report without", () => {
    const removed = { PatientIdentityRemoved: "YES", RequestAttributesSequence: [request] };
    for (const header of [
      {},
      { RequestAttributesSequence: [] },
      { RequestAttributesSequence: [{}] },
      removed,
    ]) {
      const { sr } = objectsOf(makeSource({ header }));
      assert.equal("ReferencedRequestSequence" in parseHeader(sr.bytes), false);
    }
  });

  test("D9: dciodvfy and dsrdump have nothing to say about them", {
    skip: needsTool("dciodvfy", "dsrdump"),
  }, () => {
    const { sr, words } = objectsOf(requested);
    const without = objectsOf(plain);
    for (const [found, before] of [
      [sr, without.sr],
      [words, without.words],
    ] as const) {
      assert.match(dciodvfyKind(found.bytes), /SR/);
      assert.deepEqual(dciodvfyFindings(found.bytes), dciodvfyFindings(before.bytes));
      const { status, stdout, stderr } = runOn("dsrdump", [found.bytes], ["+Pf"]);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /RP-1|ACC-7|Measurement|Findings/);
    }
  });
});
