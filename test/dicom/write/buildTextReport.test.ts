import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHeader } from "../../../src/dicom/read/header.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../../src/dicom/write/buildTextReport.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import { describeTrend } from "../../../src/domain/trend.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { needsTool } from "../../support/shared.ts";
import { asymmetricMask, makeContext, makeSource, oblique } from "./sources.ts";
import { dciodvfyFindings, runOn, withLoudDcmjs } from "./tools.ts";

type Overrides = Parameters<typeof makeContext>[1];

const report = (source = makeSource(), overrides: Overrides = {}) => {
  const context = makeContext(source, overrides);
  const mask = asymmetricMask(source.grid);
  const voxels = Float32Array.from(mask.voxels);
  const measures = measureMask(mask, { grid: source.grid, voxels });
  const seg = buildSeg(mask, context);
  const built = withLoudDcmjs(() => buildTextReport(measures, seg.object, context));
  return { context, measures, seg, built };
};

test("dciodvfy finds nothing in the text report, of CT and of an oblique MR", {
  skip: needsTool("dciodvfy"),
}, () => {
  for (const source of [makeSource(), makeSource(oblique)])
    assert.deepEqual(dciodvfyFindings(report(source).built.bytes), []);
});

test("a reader of text sees the volume, what made it and what it is not for", {
  skip: needsTool("dsrdump"),
}, () => {
  const { built, measures, context } = report(makeSource(), {
    model: { ...makeContext(makeSource()).model, isPhantomModel: true },
  });
  const { status, stdout } = runOn("dsrdump", [built.bytes], ["+Pl"]);
  assert.equal(status, 0);
  assert.match(stdout, /^Enhanced SR Document/m);
  assert.ok(stdout.includes(`Pancreas volume ${measures.volumeMl.toFixed(1)} ml`));
  assert.ok(stdout.includes(context.model.id));
  assert.match(stdout, /not verified by a person/);
  assert.match(stdout, /Research use only/);
  assert.match(stdout, /PHANTOM DEMO MODEL/);
});

test("text report, measurement report and SEG are three series of one study, the same bytes for the same input", () => {
  const { built, seg, measures, context } = report();
  const sr = buildSr(measures, seg.object, context);
  const series = [built, sr, seg].map(({ bytes }) => parseHeader(bytes));
  assert.equal(new Set(series.map((header) => header["SeriesInstanceUID"])).size, 3);
  assert.equal(new Set(series.map((header) => header["StudyInstanceUID"])).size, 1);
  assert.equal(new Set(series.map((header) => header["SeriesNumber"])).size, 3);
  assert.deepEqual(report().built, built);
});

test("an empty mask has no text report", () => {
  const { measures, seg, context } = report();
  assert.throws(
    () => buildTextReport({ ...measures, voxels: 0 }, seg.object, context),
    (error: unknown) => error instanceof FailureError && error.failure.code === "EMPTY_MASK",
  );
});

test("no line of the report is longer than a viewer's window, and no word is lost", () => {
  const trend = {
    modality: "CT",
    studyDate: "20250131",
    priors: [{ studyDate: "20240131", volumeMl: 68, errorMl: 3, sopInstanceUid: "1.2.3" }],
    changeMl: 3.4,
    changePercent: 5,
    percentPerYear: 5,
    errorMl: 5,
  } as const;
  const { built } = report(makeSource(), { trend });
  const written: string[] = [];
  const collect = (item: Record<string, unknown>): void => {
    if (item["ValueType"] === "TEXT") written.push(String(item["TextValue"]));
    for (const child of (item["ContentSequence"] ?? []) as Record<string, unknown>[]) collect(child);
  };
  collect(parseHeader(built.bytes));
  for (const line of written.flatMap((text) => text.split("\r\n"))) assert.ok(line.length <= 72, line);
  assert.ok(written.some((text) => text.replaceAll("\r\n", " ") === describeTrend(trend)));
});
