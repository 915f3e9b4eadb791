import assert from "node:assert/strict";
import test from "node:test";
import { parseHeader, text } from "../../../src/dicom/file/header.ts";
import { trackingUidOf } from "../../../src/dicom/identity/resultKey.ts";
import { readRejections } from "../../../src/dicom/report/readRejections.ts";
import { readReport } from "../../../src/dicom/report/readReport.ts";
import { buildRejection } from "../../../src/dicom/write/buildRejection.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../../src/dicom/write/buildTextReport.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import type { ObjectRef } from "../../../src/domain/history.ts";
import { NOTHING_FOUND } from "../../../src/domain/result.ts";
import type { Header } from "../../../src/domain/series.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { needsTool } from "../../support/shared.ts";
import { asymmetricMask, makeContext, makeSource, maskOf } from "./sources.ts";
import { dciodvfyFindings, dciodvfyKind, runOn, withLoudDcmjs } from "./tools.ts";

const source = makeSource({
  header: { PatientName: { Alphabetic: "Müller^Jörg", Ideographic: "山田^太郎" } },
});
const mask = asymmetricMask(source.grid);
const volume = { grid: mask.grid, voxels: Float32Array.from(mask.voxels, (_, i) => i) };
const measures = measureMask(mask, volume);
const empty = measureMask(maskOf(source.grid, []), volume);

const earlier: readonly ObjectRef[] = ["1", "2"].map((n) => ({
  studyUid: source.studyUid,
  seriesUid: `1.2.3.${n}`,
  sopClassUid: "1.2.840.10008.5.1.4.1.1.88.34",
  sopInstanceUid: `1.2.3.${n}.1`,
}));

const trend = {
  modality: "CT",
  studyDate: "20240131",
  priors: [{ studyDate: "20230131", volumeMl: 0.009, errorMl: 0.001, sopInstanceUid: "1.2.9" }],
  changeMl: 0.001,
  changePercent: 11.1,
  percentPerYear: 11.1,
  errorMl: 0.002,
} as const;

const build = (overrides: Parameters<typeof makeContext>[1] = {}) => {
  const context = makeContext(source, overrides);
  const seg = buildSeg(mask, context);
  return withLoudDcmjs(() => ({
    context,
    seg,
    sr: buildSr(measures, seg.object, context),
    textReport: buildTextReport(measures, seg.object, context),
  }));
};

const items = (header: Header, keyword: string): readonly Header[] =>
  (header[keyword] ?? []) as readonly Header[];

test("a report that replaces others names them as its predecessors, by study and series, and says so", () => {
  const { sr } = build({ predecessors: earlier });
  const [study, ...others] = items(parseHeader(sr.bytes), "PredecessorDocumentsSequence");
  assert.ok(study !== undefined && others.length === 0);
  assert.equal(text(study, "StudyInstanceUID"), source.studyUid);
  assert.deepEqual(
    items(study, "ReferencedSeriesSequence").map((series) => text(series, "SeriesInstanceUID")),
    ["1.2.3.1", "1.2.3.2"],
  );
  const read = readReport(sr.bytes);
  assert.deepEqual(read?.predecessors, ["1.2.3.1.1", "1.2.3.2.1"]);
  assert.match(String(read?.comment), /Replaces 1\.2\.3\.1\.1, 1\.2\.3\.2\.1\./);
  assert.equal(parseHeader(build().sr.bytes)["PredecessorDocumentsSequence"], undefined);
});

test("the trend stands in both reports, with its error and the date that it counts from", () => {
  const { sr, textReport } = build({ trend });
  assert.match(String(readReport(sr.bytes)?.comment), /^Since 2023-01-31 \(CT, <0\.1 ml\): \+0\.0 ml/);
  assert.ok(Buffer.from(textReport.bytes).toString("utf8").includes("Since 2023-01-31 (CT"));
});

test("the volumes of one series are tracked apart", () => {
  const series = { studyUid: "1.2", seriesUid: "1.3" };
  const [one, water] = ["", "ImageType=WATER"].map((part) => trackingUidOf({ ...series, part }));
  assert.notEqual(one, water);
  const group = readReport(build({ part: "ImageType=WATER" }).sr.bytes)?.groups[0];
  assert.equal(group?.trackingUid, trackingUidOf({ ...source, part: "ImageType=WATER" }));
});

test("SR-12: where a site wants it, an empty mask becomes reports that say so, without a number or a SEG", () => {
  const context = makeContext(source, { settings: { volumeInDescription: true } });
  const sr = withLoudDcmjs(() => buildSr(empty, null, context));
  const words = withLoudDcmjs(() => buildTextReport(empty, null, context));
  for (const { bytes } of [sr, words]) {
    const header = parseHeader(bytes);
    assert.ok(JSON.stringify(header).replaceAll("\\r\\n", " ").includes(NOTHING_FOUND));
    assert.ok(!JSON.stringify(header).includes("MeasuredValueSequence"));
    assert.match(String(text(header, "SeriesDescription")), /^AI Pancreas/);
    const [study] = items(header, "CurrentRequestedProcedureEvidenceSequence");
    const evidence = items(study ?? {}, "ReferencedSeriesSequence");
    assert.deepEqual(
      evidence.map((series) => text(series, "SeriesInstanceUID")),
      [source.seriesUid],
    );
  }
  const [group, ...others] = readReport(sr.bytes)?.groups ?? [];
  assert.ok(group !== undefined && others.length === 0);
  assert.equal(group.trackingUid, trackingUidOf({ ...source, part: "" }));
  assert.deepEqual([group.measurements, group.segment, group.finding], [[], null, null]);
  assert.ok(group.algorithm?.parameters.includes("settings 9f8e7d6c5b4a3210"));
});

test("a report of a SEG without measures, or of measures without a SEG, is refused", () => {
  const { context, seg } = build();
  const isRefused = (run: () => unknown): void => assert.throws(run, FailureError);
  isRefused(() => buildSr(empty, seg.object, context));
  isRefused(() => buildSr(measures, null, context));
});

const ofQuality = {
  reason: "quality",
  resultKey: "5e".repeat(32),
  rejectedAtMs: Date.UTC(2025, 5, 1, 12),
  manufacturer: "panseg (research software)",
  seriesNumberBase: 9000,
  software: { name: "panseg", version: "0.1.0" },
} as const;

const rejection = () => {
  const { seg, sr } = build();
  const objects = [sr.object, seg.object].map((object) => ({ ...object, studyUid: source.studyUid }));
  return {
    objects,
    note: withLoudDcmjs(() => buildRejection({ ...ofQuality, objects }, sr.bytes)),
  };
};

test("a rejection note names what it takes back, of the same patient and study, the same bytes twice", () => {
  const { objects, note } = rejection();
  const header = parseHeader(note.bytes);
  const like = parseHeader(build().sr.bytes);
  for (const keyword of ["PatientName", "PatientID", "StudyInstanceUID", "AccessionNumber"])
    assert.deepEqual(header[keyword], like[keyword]);
  assert.equal(text(header, "Modality"), "KO");
  const read = readRejections(note.bytes);
  assert.equal(read?.reason.value, "113001");
  assert.deepEqual(
    [...(read?.rejected ?? [])].sort(),
    objects.map(({ sopInstanceUid }) => sopInstanceUid).sort(),
  );
  assert.deepEqual(rejection().note, note);
});

test("a rejection note is dated by its moment, or like the study where what it takes back is", () => {
  const dateOf = (dates: "now" | "study"): unknown => {
    const { sr } = build({ settings: { dates } });
    const note = buildRejection(
      { ...ofQuality, objects: [{ ...sr.object, studyUid: source.studyUid }] },
      sr.bytes,
    );
    const header = parseHeader(note.bytes);
    return [header["ContentDate"], header["ContentTime"], header["SeriesDate"], header["SeriesTime"]];
  };
  assert.deepEqual(dateOf("now"), ["20250601", "133000", "20250601", "133000"]);
  assert.deepEqual(dateOf("study"), ["20240131", "101530", "20240131", "101530"]);
});

test("VAL-1: dciodvfy has nothing to say about successors, reports of nothing and rejection notes", {
  skip: needsTool("dciodvfy"),
}, () => {
  const context = makeContext(source);
  const { sr, textReport } = build({ predecessors: earlier, trend });
  for (const { bytes } of [
    sr,
    textReport,
    buildSr(empty, null, context),
    buildTextReport(empty, null, context),
    rejection().note,
  ])
    assert.deepEqual(dciodvfyFindings(bytes), []);
  assert.match(dciodvfyKind(rejection().note.bytes), /^KeyObjectSelectionDocument/);
});

test("VAL-2: dsrdump reads successors, reports of nothing and rejection notes", {
  skip: needsTool("dsrdump"),
}, () => {
  const { sr } = build({ predecessors: earlier, trend });
  const nothing = buildSr(empty, null, makeContext(source));
  for (const { bytes } of [sr, nothing, rejection().note]) {
    const { status, stderr } = runOn("dsrdump", [bytes]);
    assert.equal(status, 0);
    assert.deepEqual(
      stderr
        .split("\n")
        // It says so of every Key Object Selection.
        .filter(
          (line) => line !== "" && !/VR checker does not support|template constraints not yet/.test(line),
        ),
      [],
    );
  }
});
