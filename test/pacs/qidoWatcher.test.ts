import assert from "node:assert/strict";
import { test } from "node:test";
import { makeFailure } from "../../src/domain/failure.ts";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import { makeQidoWatcher } from "../../src/pacs/qidoWatcher.ts";
import { dicomJson, isFailure, keepLog, openJobs, sendJson, startArchive } from "./fakeArchive.ts";
import { uidOf } from "./objects.ts";

type Owner = Parameters<typeof startArchive>[0];

/** An archive whose series and counts the test changes, watched with a clock that the test turns. */
const watch = async (owner: Owner, showsCounts = true) => {
  const counts = new Map<string, number>();
  let isUp = true;
  let nowMs = 1_000_000;
  const archive = await startArchive(owner, ({ path, query }, response) => {
    if (!isUp) return response.writeHead(500).end();
    const names = [...counts.keys()];
    if (path.endsWith("/metadata")) {
      const name = names.find((each) => path.includes(uidOf(each)));
      return sendJson(
        response,
        Array.from({ length: counts.get(name ?? "") ?? 0 }, (_, index) =>
          dicomJson({ "00080016": "1.2", "00080018": `1.2.${index + 1}`, "00280010": 1, "00280011": 1 }),
        ),
      );
    }
    // Asked for one series of one study: it is gone.
    if (path.startsWith("/studies/")) return sendJson(response, []);
    const rows = names.map((name) => ({
      "0020000D": uidOf(`study ${name}`),
      "0020000E": uidOf(name),
      "00080060": "CT",
      ...(showsCounts ? { "00201209": counts.get(name) ?? 0 } : {}),
    }));
    const wanted = query.get("Modality") === "CT" ? rows : [];
    return sendJson(response, wanted.slice(Number(query.get("offset"))).map(dicomJson));
  });
  const jobs = openJobs(owner);
  const options = { stableMs: 60_000, days: null };
  const pacs = makeDicomwebPacs({ url: archive.url }, keepLog());
  const begin = () => makeQidoWatcher(pacs, options, jobs, keepLog(), { nowMs: () => nowMs });
  const watcher = begin();
  return {
    counts,
    jobs,
    archive,
    begin,
    watcher,
    setUp: (value: boolean) => {
      isUp = value;
    },
    lookAfter: async (seconds: number) => {
      nowMs += seconds * 1000;
      await watcher.look();
    },
    queued: async () =>
      new Map((await jobs.list({ state: "queued" })).map((job) => [job.seriesUid, job.instanceCount])),
  };
};

test("WEB-8 a series is reported after its count stayed the same for the stable age", async (t) => {
  const { counts, lookAfter, queued } = await watch(t);
  counts.set("a", 10);
  await lookAfter(0);
  await lookAfter(59);
  assert.deepEqual(await queued(), new Map());
  await lookAfter(1);
  assert.deepEqual(await queued(), new Map([[uidOf("a"), 10]]));
});

test("F14 WEB-8 a series that grows waits anew, and one that grows later is reported again", async (t) => {
  const { counts, jobs, lookAfter, queued } = await watch(t);
  counts.set("a", 10);
  await lookAfter(0);
  counts.set("a", 20);
  await lookAfter(59);
  await lookAfter(59);
  assert.deepEqual(await queued(), new Map());
  await lookAfter(1);
  assert.deepEqual(await queued(), new Map([[uidOf("a"), 20]]));
  const claim = await jobs.claim("test", 60_000);
  assert.ok(claim);
  await jobs.completeExamination(claim, makeFailure("LOCALIZER", "A test ends it."));
  await lookAfter(600);
  assert.deepEqual(await queued(), new Map(), "nothing changed");
  counts.set("a", 21);
  await lookAfter(1);
  await lookAfter(60);
  assert.deepEqual(await queued(), new Map([[uidOf("a"), 21]]));
});

test("F11 looking again, and a new watcher after a restart, add no job", async (t) => {
  const { counts, jobs, begin, lookAfter } = await watch(t);
  for (const name of ["a", "b", "c"]) counts.set(name, 5);
  await lookAfter(0);
  for (let look = 0; look < 10; look++) await lookAfter(60);
  const successor = begin();
  await successor.look();
  await lookAfter(60);
  await successor.look();
  assert.equal((await jobs.list()).length, 3);
});

test("WEB-8 without counts in the list, instances are counted until the series is stable, then no more", async (t) => {
  const { counts, archive, lookAfter, queued } = await watch(t, false);
  const counted = () => archive.asked.filter(({ path }) => path.endsWith("/metadata")).length;
  counts.set("a", 4);
  await lookAfter(0);
  counts.set("a", 6);
  await lookAfter(30);
  await lookAfter(60);
  assert.deepEqual(await queued(), new Map([[uidOf("a"), 6]]));
  assert.equal(counted(), 3);
  await lookAfter(60);
  assert.equal(counted(), 3);
});

test("F15 a series that vanishes while it is counted is passed over", async (t) => {
  const { counts, lookAfter, queued } = await watch(t, false);
  counts.set("empty", 0);
  counts.set("a", 2);
  await lookAfter(0);
  await lookAfter(60);
  assert.deepEqual(await queued(), new Map([[uidOf("a"), 2]]));
});

test("F6 an outage between two looks delays a report and loses none", async (t) => {
  const { counts, setUp, lookAfter, queued, watcher } = await watch(t);
  counts.set("a", 3);
  await lookAfter(0);
  setUp(false);
  await assert.rejects(lookAfter(60), isFailure("PACS_ERROR"));
  setUp(true);
  await lookAfter(1);
  assert.deepEqual(await queued(), new Map([[uidOf("a"), 3]]));
  await watcher.stop();
});

test("F27 a clock that goes back does not report early", async (t) => {
  const { counts, lookAfter, queued } = await watch(t);
  counts.set("a", 3);
  await lookAfter(0);
  await lookAfter(-7200);
  await lookAfter(59);
  assert.deepEqual(await queued(), new Map());
  await lookAfter(1);
  assert.equal((await queued()).size, 1);
});
