import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHeader } from "../../../src/dicom/file/header.ts";
import { reportNumbers } from "../../../src/dicom/verify/reportNumbers.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../../src/dicom/write/buildTextReport.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import { sayMl } from "../../../src/domain/millilitres.ts";
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
  assert.ok(stdout.includes(`Pancreas volume ${sayMl(measures.volumeMl)}`));
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

/** Every text of the content, lines joined. */
const textsOf = (bytes: Uint8Array): readonly string[] => {
  const written: string[] = [];
  const collect = (item: Record<string, unknown>): void => {
    if (item["ValueType"] === "TEXT") written.push(String(item["TextValue"]).replaceAll("\r\n", " "));
    for (const child of (item["ContentSequence"] ?? []) as Record<string, unknown>[]) collect(child);
  };
  collect(parseHeader(bytes));
  return written;
};

test("P1: the text report says every warning in its full sentence, each on a line of its own", () => {
  const warnings = [
    { code: "SHORT_COVERAGE", sentence: "The stack covers 62.5 mm; the pancreas may be cut off." },
    { code: "VOLUME_UNUSUAL", sentence: "The volume of 11.2 ml\u0007lies outside the usual." },
  ] as const;
  const texts = textsOf(report(makeSource(), { warnings }).built.bytes);
  assert.deepEqual(
    texts.filter((text) => text.startsWith("Warning: ")),
    [
      "Warning: The stack covers 62.5 mm; the pancreas may be cut off.",
      "Warning: The volume of 11.2 ml lies outside the usual.",
    ],
  );
  assert.ok(texts.includes("Research use only. Not a medical device; not for diagnosis."));
});

test("P2: the text report names the source series in its own letters, the day of the study and that of the computation", () => {
  const header = { SeriesDescription: "腹部 venös" };
  const texts = textsOf(report(makeSource({ header })).built.bytes);
  assert.ok(texts.includes("Series 4: 腹部 venös."), texts.join("\n"));
  assert.ok(texts.includes("Study of 2024-01-31, computed 2025-03-05."));
  const shifted = textsOf(report(makeSource({ header }), { settings: { dates: "study" } }).built.bytes);
  assert.ok(shifted.includes("Study of 2024-01-31."));
  const named = textsOf(report(makeSource({ header: { SeriesDescription: "ABD test 3.0" } })).built.bytes);
  assert.ok(named.includes("Series 4: description withheld, it names a person."), named.join("\n"));
});

test("P3: the text report states the volume once, as the pictures and the descriptions do, and no coded number beside it", () => {
  const { built, measures, seg, context } = report(makeSource(), { settings: { volumeInDescription: true } });
  const words = sayMl(measures.volumeMl);
  const texts = textsOf(built.bytes);
  assert.equal(texts.filter((text) => text.includes(words)).length, 1);
  assert.deepEqual(reportNumbers(built.bytes), []);
  for (const { bytes } of [built, seg, buildSr(measures, seg.object, context)])
    assert.match(String(parseHeader(bytes)["SeriesDescription"]), new RegExp(`^Pancreas ${words} `));
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
