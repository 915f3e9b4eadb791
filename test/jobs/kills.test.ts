import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { openSpool } from "../../src/jobs/files/spool.ts";
import { arrival, LEASE } from "../contract/jobStoreBench.ts";
import { eventually } from "../support/eventually.ts";
import { repetitions, said, startChild, startTogether } from "./support/child.ts";
import { privateFolder } from "./support/privateFolder.ts";
import { allJobs, assertIntegrity, assertOneResultPerSeries, drain, openStore } from "./support/store.ts";

const inFolder = async (play: (folder: string) => Promise<void>): Promise<void> => {
  const { path, dispose } = privateFolder();
  try {
    await play(path);
  } finally {
    dispose();
  }
};

/** How much shall have been said when the blow falls. */
const randomCount = (least: number, most: number): number =>
  least + Math.floor(Math.random() * (most - least + 1));

describe("kill -9", () => {
  const kills = repetitions("PANSEG_TEST_KILLS", 12);

  test(`F1 ${kills} kills at random moments lose nothing that was acknowledged and do nothing twice`, (t) =>
    inFolder(async (folder) => {
      const lines: string[] = [];
      for (let kill = 0; kill < kills; kill++) {
        const child = startChild("traffic", folder, `${kill}`);
        await child.says("ready");
        await child.hasSaid(randomCount(2, 30));
        child.signal("SIGKILL");
        assert.equal(await child.end, "SIGKILL");
        lines.push(...child.lines);
        const store = openStore(`${folder}/jobs.db`);
        await store.releaseOwner(`${kill}`);
        await store.close();
      }
      assertIntegrity(`${folder}/jobs.db`);

      const store = openStore(`${folder}/jobs.db`);
      const known = new Map((await allJobs(store)).map((job) => [job.key, job]));
      const arrived = said(lines, "arrived");
      assert.ok(arrived.length >= kills, `${arrived.length} arrivals are too few to mean anything`);
      for (const uid of arrived) assert.ok(known.has(uid), `${uid} was acknowledged and is lost`);
      const completed = said(lines, "completed");
      for (const key of completed) assert.equal(known.get(key)?.state, "done", key);
      assert.equal(new Set(completed).size, completed.length, "completed twice");
      const cursor = await store.readCursor("orthanc");
      assert.ok(known.has(cursor ?? ""), "the cursor is ahead of the series");

      t.diagnostic(
        `${kills} kills, ${arrived.length} arrivals and ${completed.length} completions acknowledged`,
      );
      await drain(store);
      await assertOneResultPerSeries(store);
      await store.close();
      const spool = openSpool(`${folder}/spool`);
      for (const uid of said(lines, "kept")) {
        assert.equal(Buffer.from(spool.read(uid)?.objects[0]?.bytes ?? []).toString(), `SEG of ${uid}`);
      }
    }));

  test("F2 killed after any verb, the next process carries the series to its one result", () =>
    inFolder(async (folder) => {
      for (let verb = 1; ; verb++) {
        const file = `${folder}/after-${verb}.db`;
        const child = startChild("steps", file, verb);
        const end = await child.end;
        if (end === 0) {
          assert.equal(verb, 8, "seven verbs were tried");
          return;
        }
        const store = openStore(file);
        assert.equal(await store.readCursor("orthanc"), "7");
        await store.releaseOwner("steps");
        await drain(store);
        await assertOneResultPerSeries(store);
        assert.equal((await allJobs(store)).length, 2);
        await store.close();
        assertIntegrity(file);
      }
    }));

  test("F3 workers that are killed at random leave every job completed exactly once", () =>
    inFolder(async (folder) => {
      const file = `${folder}/jobs.db`;
      const store = openStore(file);
      await store.arrive(Array.from({ length: 40 }, (_, n) => arrival(n)));
      const completed: string[] = [];
      let born = 0;
      const keepWorking = async (): Promise<void> => {
        for (let end: number | string = "SIGKILL"; end !== 0; ) {
          const owner = `worker-${++born}`;
          const child = startChild("worker", file, owner, 5);
          // Every life gets something done, however late it begins: by the clock, a busy machine would see none that does.
          await child.hasSaid(randomCount(2, 24));
          child.signal("SIGKILL");
          end = await child.end;
          completed.push(...said(child.lines, "completed"));
          await store.releaseOwner(owner);
        }
      };
      await Promise.all([keepWorking(), keepWorking(), keepWorking()]);
      await drain(store);
      assert.equal(new Set(completed).size, completed.length, "completed twice");
      await assertOneResultPerSeries(store);
      await store.close();
      assertIntegrity(file);
    }));

  test("F4 a series that kills its worker each time is dead after three deaths, the others are done", () =>
    inFolder(async (folder) => {
      const file = `${folder}/jobs.db`;
      const store = openStore(file, 3);
      await store.arrive(Array.from({ length: 20 }, (_, n) => arrival(n)));
      let deaths = 0;
      for (;;) {
        const child = startChild("poisoned", file, "worker", "1.2.3.4");
        if ((await child.end) === 0) break;
        deaths += 1;
        assert.equal(await store.releaseOwner("worker"), 1);
      }
      assert.equal(deaths, 3);
      const jobs = await allJobs(store, "segment");
      const dead = jobs.filter(({ state }) => state === "dead");
      assert.deepEqual(
        dead.map(({ seriesUid, failure }) => [seriesUid, failure?.code]),
        [["1.2.3.4", "WORKER_DIED"]],
      );
      assert.equal(jobs.filter(({ state }) => state === "done").length, 19);
      await store.close();
    }));
});

describe("several processes", () => {
  test("F3 four processes that claim at once get each job once", () =>
    inFolder(async (folder) => {
      const file = `${folder}/jobs.db`;
      const store = openStore(file);
      await store.arrive(Array.from({ length: 200 }, (_, n) => arrival(n)));
      const sign = `${folder}/go`;
      const children = [1, 2, 3, 4].map((n) => startChild("worker", file, `worker-${n}`, 0, sign));
      await startTogether(sign, children);
      await Promise.all(children.map(({ says }) => says("claimed")));
      writeFileSync(`${sign}.on`, "");
      assert.deepEqual(await Promise.all(children.map(({ end }) => end)), [0, 0, 0, 0]);
      const claimed = children.flatMap(({ lines }) => said(lines, "claimed"));
      assert.equal(claimed.length, 400);
      assert.equal(new Set(claimed).size, 400);
      await assertOneResultPerSeries(store);
      await store.close();
    }));

  test("F11 every event ten times over eight connections, shuffled, is one job for each series", () =>
    inFolder(async (folder) => {
      const file = `${folder}/jobs.db`;
      const children = Array.from({ length: 8 }, (_, n) => startChild("notifier", file, 25, 10, n + 1));
      assert.deepEqual(await Promise.all(children.map(({ end }) => end)), new Array(8).fill(0));
      const store = openStore(file);
      const jobs = await allJobs(store);
      assert.equal(jobs.length, 25);
      await drain(store);
      await assertOneResultPerSeries(store);
      await store.close();
      assertIntegrity(file);
    }));

  const freezes = repetitions("PANSEG_TEST_FREEZES", 2);
  test(`F32 ${freezes} workers frozen past their lease can change nothing when they return`, () =>
    inFolder(async (folder) => {
      const file = `${folder}/jobs.db`;
      const store = openStore(file);
      for (let n = 0; n < freezes; n++) {
        await store.arrive([arrival(n)]);
        const child = startChild("partitioned", file);
        await child.says("claimed");
        await child.freeze();
        assert.equal(
          await eventually("the lease expires", async () => (await store.releaseExpired()) || null),
          1,
        );
        const claim = await store.claim("successor", LEASE);
        assert.ok(claim);
        child.signal("SIGCONT");
        assert.equal(await child.end, 0);
        assert.deepEqual(said(child.lines, "answer"), ["LEASE_LOST", "LEASE_LOST"]);
        assert.deepEqual(await store.find(claim.job.id), claim.job, "untouched");
        await store.skip(claim, { code: "SERIES_GONE", sentence: "Gone.", remedy: "", details: {} });
      }
      await store.close();
    }));
});
