import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { CastSeries } from "../../src/demo/cast.ts";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { finalJob, judgeSeries } from "../../src/demo/verdict.ts";
import { defaultReadOptions, readSeries } from "../../src/dicom/series/readSeries.ts";
import { buildSeg } from "../../src/dicom/write/buildSeg.ts";
import { zyx } from "../../src/domain/axes.ts";
import { type FailureCode, makeFailure } from "../../src/domain/failure.ts";
import type { Job } from "../../src/domain/job.ts";
import { RESEARCH_NOTICE, type ResultSummary } from "../../src/domain/result.ts";
import { measureMask } from "../../src/measure/measureMask.ts";
import { makeContext } from "../dicom/write/sources.ts";
import { pacsOf, startDemo } from "./archive/requests.ts";
import { asInstances } from "./phantom/support.ts";

const phantom = makePhantom({
  seed: 61,
  modelClass: "CT",
  shape: zyx(24, 64, 64),
  spacingMm: zyx(8, 6.3, 6.3),
});
const files = writeSeries(phantom);
const { source, volume } = await readSeries(asInstances(files), defaultReadOptions);

const cast = (expected: FailureCode | null): CastSeries => ({
  name: "a series",
  modelClass: "CT",
  files,
  expected,
  phantom: expected === null ? phantom : null,
});

const job = (ended: Partial<Job>): Job => ({
  studyUid: source.studyUid,
  seriesUid: source.seriesUid,
  id: 1,
  kind: "segment",
  key: "k",
  state: "done",
  step: "verify-seg",
  progress: 1,
  attempts: 1,
  order: null,
  instanceCount: files.length,
  failure: null,
  result: null,
  deliveries: [],
  createdAtMs: 0,
  updatedAtMs: 0,
  notBeforeMs: 0,
  ...ended,
});

/** An archive that holds a SEG of the voxels that are kept, and the job that says so. */
const segmentedAs = async (t: TestContext, keep: (at: number) => boolean) => {
  const mask = {
    grid: source.grid,
    voxels: phantom.label.voxels.map((value, at) => (keep(at) ? value : 0)),
  };
  const context = makeContext(source);
  const { bytes, object } = buildSeg(mask, context);
  const pacs = pacsOf(await startDemo(t));
  await pacs.storeInstance({ studyUid: source.studyUid, ...object }, bytes);
  const result: ResultSummary = {
    outcome: "segmented",
    notice: RESEARCH_NOTICE,
    software: context.software,
    model: context.model,
    executionProvider: "cpu",
    settingsDigest: context.settingsDigest,
    series: null,
    measures: measureMask(mask, volume),
    warnings: [],
    objects: [{ kind: "seg", name: "seg", object }],
    startedAt: "2025-03-04T23:05:06.000Z",
    secondsPerStep: { infer: 2 },
  };
  return { pacs, job: job({ result }) };
};

test("a stored SEG that equals the truth is as expected, with Dice 1 and the phantom's volume", async (t) => {
  const { pacs, job: done } = await segmentedAs(t, () => true);
  const verdict = await judgeSeries(cast(null), done, pacs);
  assert.deepEqual(
    [verdict.state, verdict.reason, verdict.model, verdict.dice, verdict.asExpected],
    ["done", null, "panseg-ct", 1, true],
  );
  assert.ok(Math.abs((verdict.volumeMl ?? 0) - phantom.facts.pancreasMl) < 1e-6);
  assert.ok(Math.abs((verdict.trueVolumeMl ?? 0) - phantom.facts.pancreasMl) < 1e-6);
  assert.deepEqual(verdict.secondsPerStep, { infer: 2 });
});

test("a SEG that misses half of the pancreas is not as expected, whatever the job says", async (t) => {
  const { pacs, job: done } = await segmentedAs(t, (at) => at % 2 === 0);
  const verdict = await judgeSeries(cast(null), done, pacs);
  assert.ok((verdict.dice ?? 1) > 0.5 && (verdict.dice ?? 1) < 0.75, `Dice ${verdict.dice}`);
  assert.equal(verdict.state, "done");
  assert.equal(verdict.asExpected, false);
});

test("a series that should be refused and is segmented is not as expected", async (t) => {
  const { pacs, job: done } = await segmentedAs(t, () => true);
  const verdict = await judgeSeries(cast("LOCALIZER"), done, pacs);
  assert.deepEqual([verdict.asExpected, verdict.dice], [false, null]);
});

test("a refusal is as expected for the code that is due alone, and only where it is the series' end", async (t) => {
  const pacs = pacsOf(await startDemo(t));
  const failure = makeFailure("LOCALIZER", "ImageType says LOCALIZER.");
  const asExpected = async (expected: FailureCode | null, ended: Partial<Job>) =>
    (await judgeSeries(cast(expected), job({ kind: "examine", failure, ...ended }), pacs)).asExpected;
  assert.equal(await asExpected("LOCALIZER", { state: "skipped" }), true);
  assert.equal(await asExpected("GANTRY_TILT", { state: "skipped" }), false);
  assert.equal(await asExpected("LOCALIZER", { state: "dead" }), false);
  assert.equal(await asExpected(null, { state: "skipped" }), false);
  const { reason } = await judgeSeries(cast("LOCALIZER"), job({ state: "skipped", failure }), pacs);
  assert.deepEqual(reason, { code: "LOCALIZER", sentence: "ImageType says LOCALIZER." });
});

test("a series in which nothing was found, so that no SEG is stored, is not as expected", async (t) => {
  const { pacs, job: done } = await segmentedAs(t, () => true);
  assert.ok(done.result);
  const { objects } = done.result;
  const result = {
    ...done.result,
    outcome: "no-pancreas-found",
    objects: objects.filter(({ kind }) => kind !== "seg"),
  } as const;
  const verdict = await judgeSeries(cast(null), { ...done, result }, pacs);
  assert.deepEqual([verdict.asExpected, verdict.dice], [false, null]);
});

test("the segmentation of a series tells its end, and its examination alone only where it was refused", () => {
  const examine = job({ kind: "examine" });
  const segment = job({ id: 2 });
  const { seriesUid } = source;
  assert.equal(finalJob([], seriesUid), null);
  assert.equal(finalJob([examine], seriesUid), null);
  assert.equal(finalJob([examine, { ...segment, state: "running" }], seriesUid), null);
  assert.equal(finalJob([examine, segment], seriesUid), segment);
  const outdated = {
    ...segment,
    state: "skipped",
    failure: makeFailure("SERIES_CHANGED", "Older."),
  } as const;
  assert.equal(finalJob([{ ...examine, state: "queued" }, outdated], seriesUid), null, "a slice came late");
  assert.equal(finalJob([{ ...segment, state: "running" }, outdated, examine], seriesUid), null);
  assert.equal(finalJob([{ ...segment, seriesUid: "1.2.3" }], seriesUid), null);
  const skipped = job({ kind: "examine", state: "skipped" });
  assert.equal(finalJob([skipped], seriesUid), skipped);
});
