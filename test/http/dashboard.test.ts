import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { makeFailure } from "../../src/domain/failure.ts";
import type { Job, JobState } from "../../src/domain/job.ts";
import { dashboardOf } from "../../src/http/pages/dashboard.ts";
import { resultOf } from "./world.ts";

const jobOf = (job: Partial<Job> & Pick<Job, "id" | "kind" | "state">): Job => ({
  key: String(job.id),
  studyUid: "1",
  seriesUid: "1.1",
  step: "",
  progress: 0,
  attempts: 1,
  order: null,
  instanceCount: null,
  failure: null,
  result: null,
  deliveries: [],
  createdAtMs: 0,
  updatedAtMs: job.id,
  notBeforeMs: 0,
  ...job,
});

/** The only series of a list of jobs: verdict, the job that tells it, and the one whose result is shown. */
const only = (...jobs: readonly Job[]) => {
  const studies = dashboardOf(jobs);
  assert.equal(studies.length, 1);
  assert.equal(studies[0]?.series.length, 1);
  const [shown] = studies[0]?.series ?? [];
  return [shown?.verdict, shown?.job.id, shown?.result?.id ?? null];
};

const examined = jobOf({ id: 1, kind: "examine", state: "done" });

test("each end of a job has its verdict", () => {
  const failure = makeFailure("LOCALIZER", "It is one.");
  assert.deepEqual(only(jobOf({ id: 1, kind: "examine", state: "queued" })), ["waiting", 1, null]);
  assert.deepEqual(only(jobOf({ id: 1, kind: "examine", state: "running" })), ["working", 1, null]);
  assert.deepEqual(only(jobOf({ id: 1, kind: "examine", state: "skipped", failure })), [
    "not-segmented",
    1,
    null,
  ]);
  assert.deepEqual(only(jobOf({ id: 1, kind: "examine", state: "dead", failure })), [
    "needs-a-person",
    1,
    null,
  ]);
  for (const [state, verdict] of [
    ["queued", "waiting"],
    ["running", "working"],
    ["done", "segmented"],
    ["skipped", "not-segmented"],
    ["dead", "needs-a-person"],
  ] as const)
    assert.deepEqual(only(jobOf({ id: 2, kind: "segment", state }), examined), [verdict, 2, null]);
  const nothing = jobOf({ id: 2, kind: "segment", state: "skipped", result: resultOf({ volumeMl: 0 }) });
  assert.deepEqual(only(nothing, examined), ["no-pancreas-found", 2, 2]);
  const something = jobOf({ id: 2, kind: "segment", state: "done", result: resultOf() });
  assert.deepEqual(only(something, examined), ["segmented", 2, 2]);
});

test("a result that a person withdrew is shown as withdrawn", () => {
  const failure = makeFailure("RETRACTED", "The result was withdrawn.");
  const withdrawn = jobOf({ id: 2, kind: "segment", state: "skipped", result: resultOf(), failure });
  assert.deepEqual(only(withdrawn, examined), ["withdrawn", 2, 2]);
});

test("of several ends of a series the latest is shown, whatever the order of the list", () => {
  const first = jobOf({ id: 2, kind: "segment", state: "done", result: resultOf(), updatedAtMs: 10 });
  const second = jobOf({ id: 3, kind: "segment", state: "dead", updatedAtMs: 20 });
  const refused = jobOf({ id: 1, kind: "examine", state: "skipped", updatedAtMs: 30 });
  assert.deepEqual(only(first, second, examined), ["needs-a-person", 3, null]);
  assert.deepEqual(only(examined, second, first), ["needs-a-person", 3, null]);
  assert.deepEqual(only(first, second, refused), ["not-segmented", 1, null]);
});

test("a series that is looked at again shows what is being done, and beside it the result so far", () => {
  const result = jobOf({ id: 2, kind: "segment", state: "done", result: resultOf(), updatedAtMs: 10 });
  const again = jobOf({ id: 1, kind: "examine", state: "queued", updatedAtMs: 5 });
  assert.deepEqual(only(result, again), ["waiting", 1, 2]);
  const late = jobOf({ id: 3, kind: "segment", state: "running", updatedAtMs: 20 });
  assert.deepEqual(only(late, result, again), ["working", 3, 2]);
  const refused = jobOf({ id: 4, kind: "segment", state: "skipped", updatedAtMs: 15 });
  assert.deepEqual(only(late, refused, examined), ["working", 3, null], "a refusal is no result");
});

test("studies come newest first by the order in which their jobs were made; series as they were found", () => {
  const at = (id: number, studyUid: string, seriesUid: string) =>
    jobOf({ id, kind: "examine", state: "skipped", studyUid, seriesUid, updatedAtMs: 100 - id });
  const studies = dashboardOf([at(4, "a", "a2"), at(3, "b", "b1"), at(2, "c", "c1"), at(1, "a", "a1")]);
  assert.deepEqual(
    studies.map(({ studyUid, series }) => [studyUid, series.map(({ seriesUid }) => seriesUid)]),
    [
      ["a", ["a1", "a2"]],
      ["b", ["b1"]],
      ["c", ["c1"]],
    ],
  );
});

test("a series that moved to another study stands in the study of its newest job", () => {
  const before = jobOf({ id: 2, kind: "segment", state: "done", studyUid: "old", updatedAtMs: 1 });
  const after = jobOf({ id: 1, kind: "examine", state: "queued", studyUid: "new", updatedAtMs: 2 });
  assert.deepEqual(
    dashboardOf([before, after]).map(({ studyUid, series }) => [studyUid, series.length]),
    [["new", 1]],
  );
});

test("no series stands twice, and none is lost but those whose segmentation is not on the list", () => {
  const states: readonly JobState[] = ["queued", "running", "done", "skipped", "dead"];
  const job = fc.record({
    kind: fc.constantFrom("examine" as const, "segment" as const),
    state: fc.constantFrom(...states),
    series: fc.nat(6),
    updatedAtMs: fc.nat(9),
  });
  fc.assert(
    fc.property(fc.array(job, { maxLength: 30 }), (drawn) => {
      const jobs = drawn.map(({ series, ...rest }, id) =>
        jobOf({ id, ...rest, seriesUid: String(series), studyUid: String(series % 2) }),
      );
      const shown = dashboardOf(jobs).flatMap(({ series }) => series.map(({ seriesUid }) => seriesUid));
      const telling = jobs.filter(({ kind, state }) => kind === "segment" || state !== "done");
      assert.deepEqual(shown.toSorted(), [...new Set(telling.map(({ seriesUid }) => seriesUid))].toSorted());
    }),
  );
});

test("each volume of a series that holds several is shown with its own verdict", () => {
  const order = {
    modelId: "t1",
    modelClass: "T1",
    instancesDigest: "",
    settingsDigest: "",
    orderedAtMs: 0,
  } as const;
  const water = jobOf({
    id: 2,
    kind: "segment",
    state: "done",
    order: { ...order, part: "ImageType=WATER" },
  });
  const inPhase = jobOf({
    id: 3,
    kind: "segment",
    state: "running",
    order: { ...order, part: "ImageType=IP" },
  });
  const [study] = dashboardOf([examined, water, inPhase]);
  assert.deepEqual(study?.series.map(({ part, verdict }) => [part, verdict]).toSorted(), [
    ["ImageType=IP", "working"],
    ["ImageType=WATER", "segmented"],
  ]);
});

test("S8: a computed result has the verdict of its outcome while it waits for a destination, also at work for it", () => {
  const result = resultOf();
  const computed = jobOf({ id: 2, kind: "segment", state: "computed", result });
  assert.deepEqual(only(examined, computed), ["segmented", 2, 2]);
  const nothing = { ...computed, result: resultOf({ volumeMl: 0 }) };
  assert.deepEqual(only(examined, nothing), ["no-pancreas-found", 2, 2]);
  assert.deepEqual(only(examined, { ...computed, state: "running" }), ["working", 2, 2]);
});
