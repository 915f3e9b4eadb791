import assert from "node:assert/strict";
import { test } from "node:test";
import { watchClaiming } from "../../src/processes/claiming.ts";
import { keepLog, openJobs } from "../pacs/fakeArchive.ts";
import { eventually } from "../support/eventually.ts";

const series = { studyUid: "1.2.3", seriesUid: "1.2.3.1", instanceCount: 20, isEvent: true };

test("S1: work that waits while nobody takes it is a trouble with a code, until somebody does", async (t) => {
  const jobs = openJobs(t);
  const log = keepLog();
  const claiming = watchClaiming(jobs, log, { lookMs: 5, longestWaitMs: 20 });
  t.after(claiming.stop);
  const told = (event: string) => log.lines.some((line) => line.event === event);

  await jobs.arrive([series]);
  const trouble = await eventually("somebody misses the worker", () => claiming.trouble());
  assert.equal(trouble.code, "JOBS_NOT_CLAIMED");
  await eventually("the log says so", () => told("jobs are not claimed"));

  const claim = await jobs.claim("worker", 60_000);
  assert.ok(claim);
  await eventually("it is over", () => claiming.trouble() === null && told("jobs are claimed again"));
  assert.equal(log.lines.filter(({ event }) => event === "jobs are not claimed").length, 1);
});

test("S1: work that may not begin yet, and work behind a job that runs, waits for no worker", async (t) => {
  const jobs = openJobs(t);
  assert.equal(await jobs.isWorkWaiting(), false);
  await jobs.arrive([series, { ...series, seriesUid: "1.2.3.2" }]);
  assert.equal(await jobs.isWorkWaiting(), true);
  const claim = await jobs.claim("worker", 60_000);
  assert.ok(claim);
  assert.equal(await jobs.isWorkWaiting(), false, "one runs");
  const other = await jobs.claim("worker", 60_000);
  assert.ok(other);
  const failure = { code: "PACS_BUSY", sentence: "", remedy: "", details: {} } as const;
  const inAnHourMs = Date.now() + 3_600_000;
  for (const held of [claim, other]) await jobs.retryLater(held, failure, inAnHourMs, false);
  assert.equal(await jobs.isWorkWaiting(), false, "both come back in an hour");
});
