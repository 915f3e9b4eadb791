import assert from "node:assert/strict";
import test from "node:test";
import { readReport } from "../../src/dicom/report/readReport.ts";
import { buildSeg } from "../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../src/dicom/write/buildSr.ts";
import type { ArchivedReport } from "../../src/domain/report.ts";
import { measureMask } from "../../src/measure/measureMask.ts";
import { historyOf, type Present } from "../../src/story/history.ts";
import { asymmetricMask, makeContext, makeSource, maskOf } from "../dicom/write/sources.ts";

type Spec = {
  readonly modality?: "CT" | "MR";
  readonly studyUid?: string;
  readonly studyDate?: string;
  readonly part?: string;
  readonly key?: string;
  readonly softwareName?: string;
  readonly isEmpty?: boolean;
};

/** A report as the archive gives it back. */
const stored = (spec: Spec = {}, marks: Partial<ArchivedReport> = {}): ArchivedReport => {
  const source = {
    ...makeSource({
      modality: spec.modality ?? "CT",
      spacingMm: [50, 7.5, 7.25],
      header: { StudyDate: spec.studyDate ?? "20240131" },
    }),
    ...(spec.studyUid !== undefined && { studyUid: spec.studyUid }),
  };
  const mask = spec.isEmpty === true ? maskOf(source.grid, []) : asymmetricMask(source.grid);
  const context = makeContext(source, {
    part: spec.part ?? "",
    resultKey: (spec.key ?? "5e").repeat(32),
    software: { name: spec.softwareName ?? "panseg", version: "0.1.0" },
  });
  const measures = measureMask(mask, { grid: mask.grid, voxels: new Float32Array(mask.voxels.length) });
  const seg = spec.isEmpty === true ? null : buildSeg(mask, context).object;
  const report = readReport(buildSr(measures, seg, context).bytes);
  assert.ok(report !== null);
  return { ...report, rejected: null, supersededBy: null, ...marks };
};

const { studyUid, seriesUid } = makeSource();
const present: Present = {
  studyUid,
  seriesUid,
  part: "",
  modality: "CT",
  softwareName: "panseg",
  sopInstanceUid: "1.2.3",
};
const other = "1.2.826.0.1.3680043.10.998.77";

test("our report on the same series is replaced, and one of another study is compared with", () => {
  const earlier = stored({ studyUid: other, studyDate: "20230131" });
  const same = stored();
  const { predecessors, priors } = historyOf([same, earlier], present);
  assert.deepEqual(
    predecessors.map(({ sopInstanceUid }) => sopInstanceUid),
    [same.sopInstanceUid],
  );
  assert.deepEqual(priors, [
    { studyDate: "20230131", volumeMl: 19.031, errorMl: 9.516, sopInstanceUid: earlier.sopInstanceUid },
  ]);
});

test("a result that is written anew does not replace itself", () => {
  const same = stored();
  const { predecessors } = historyOf([same], { ...present, sopInstanceUid: same.sopInstanceUid });
  assert.deepEqual(predecessors, []);
});

test("another volume of the series is not replaced", () => {
  assert.deepEqual(historyOf([stored({ part: "ImageType=WATER" })], present).predecessors, []);
});

test("a report that found no pancreas is replaced by the next one on the same volume, whatever that finds", () => {
  const part = "ImageType=WATER";
  const nothing = [stored({ isEmpty: true, part }), stored({ isEmpty: true, key: "77" })];
  for (const [n, own] of [part, ""].entries())
    assert.deepEqual(
      historyOf(nothing, { ...present, part: own }).predecessors.map(({ sopInstanceUid }) => sopInstanceUid),
      [nothing[n]?.sopInstanceUid],
    );
  assert.deepEqual(historyOf(nothing, { ...present, part: "ImageType=FAT" }).predecessors, []);
});

test("a report that found no pancreas in another study is no volume to compare with", () => {
  const earlier = stored({ isEmpty: true, studyUid: other, studyDate: "20230131" });
  assert.deepEqual(historyOf([earlier], present), { predecessors: [], priors: [] });
});

test("CT and MR are never mixed", () => {
  const mr = stored({ modality: "MR", studyUid: other, studyDate: "20230131" });
  assert.deepEqual(historyOf([mr], present).priors, []);
  assert.equal(historyOf([mr], { ...present, modality: "MR" }).priors.length, 1);
});

test("what was taken back, is replaced already or was written by others, counts for nothing", () => {
  const reason = { value: "113001", scheme: "DCM", meaning: "Rejected for Quality Reasons" };
  for (const marks of [{ rejected: reason }, { supersededBy: "1.2.9" }])
    for (const spec of [{}, { studyUid: other }])
      assert.deepEqual(historyOf([stored(spec, marks)], present), { predecessors: [], priors: [] });
  const foreign = [stored({ softwareName: "other" }), stored({ softwareName: "other", studyUid: other })];
  assert.deepEqual(historyOf(foreign, present), { predecessors: [], priors: [] });
});

test("of one study's reports the one written last comes last", () => {
  const first = stored({ studyUid: other, key: "5e" }, { contentTime: "101500" });
  const second = stored({ studyUid: other, key: "77" }, { contentTime: "111500" });
  for (const reports of [
    [first, second],
    [second, first],
  ])
    assert.equal(historyOf(reports, present).priors.at(-1)?.sopInstanceUid, second.sopInstanceUid);
});
