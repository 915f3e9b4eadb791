import assert from "node:assert/strict";
import { test } from "node:test";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import { sweep } from "../../src/pacs/sweep.ts";
import { eventually } from "../support/eventually.ts";
import { dicomJson, isFailure, keepLog, openJobs, sendJson, startArchive } from "./fakeArchive.ts";
import { uidOf } from "./objects.ts";

/** An archive with series that have grown by one instance each time they are listed, and others that stay. */
const startGrowing = async (
  owner: Parameters<typeof startArchive>[0],
  growing: string[],
  steady: string[],
) => {
  let listings = 0;
  const archive = await startArchive(owner, ({ query }, response) => {
    if (query.get("Modality") !== "CT" || query.get("offset") !== "0") return sendJson(response, []);
    listings++;
    const row = (name: string, count: number) =>
      dicomJson({
        "0020000D": uidOf("study"),
        "0020000E": uidOf(name),
        "00080060": "CT",
        "00201209": count,
      });
    sendJson(response, [
      ...growing.map((name) => row(name, 10 + listings)),
      ...steady.map((name) => row(name, 10)),
    ]);
  });
  return { archive, pacs: makeDicomwebPacs({ url: archive.url }, keepLog()) };
};

test("WEB-3 F12 a sweep brings what the jobs do not know, and only that", async (t) => {
  const { pacs } = await startGrowing(t, [], ["a", "b"]);
  const jobs = openJobs(t);
  await jobs.arrive([{ studyUid: uidOf("study"), seriesUid: uidOf("a"), instanceCount: 10, isEvent: true }]);
  assert.equal(await sweep(pacs, jobs, { days: null }, keepLog()), 1);
  assert.equal(await sweep(pacs, jobs, { days: null }, keepLog()), 0);
  assert.equal((await jobs.list()).length, 2);
});

test("F14 a series that grows between the two listings of a sweep is left for later", async (t) => {
  const { pacs } = await startGrowing(t, ["growing"], ["steady"]);
  const jobs = openJobs(t);
  assert.equal(await sweep(pacs, jobs, { days: null, stableMs: 20 }, keepLog()), 1);
  assert.deepEqual(
    (await jobs.list()).map((job) => job.seriesUid),
    [uidOf("steady")],
  );
});

test("a sweep that is called off while it waits reports nothing", async (t) => {
  const { archive, pacs } = await startGrowing(t, [], ["steady"]);
  const jobs = openJobs(t);
  const off = new AbortController();
  const sweeping = sweep(pacs, jobs, { days: null, stableMs: 3_600_000, signal: off.signal }, keepLog());
  await eventually("the first listing is over", () => archive.asked.length >= 2);
  off.abort();
  assert.equal(await sweeping, 0);
  assert.deepEqual(await jobs.list(), []);
});

test("F20 sweeping into an empty job store finds everything again", async (t) => {
  const { pacs } = await startGrowing(t, [], ["a", "b", "c"]);
  await sweep(pacs, openJobs(t), { days: null }, keepLog());
  const afresh = openJobs(t);
  assert.equal(await sweep(pacs, afresh, { days: null }, keepLog()), 3);
});

test("a sweep fails with the archive", async (t) => {
  const archive = await startArchive(t, (_, response) => response.writeHead(503).end());
  const pacs = makeDicomwebPacs({ url: archive.url }, keepLog());
  await assert.rejects(sweep(pacs, openJobs(t), { days: 1 }, keepLog()), isFailure("PACS_BUSY"));
});
