import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { lockDataFolder } from "../../src/jobs/files/lock.ts";
import { openSpool } from "../../src/jobs/files/spool.ts";
import type { JobStore } from "../../src/ports/jobs.ts";
import { arrival, spooledOf } from "../contract/jobStoreBench.ts";
import { repetitions, said, startChild } from "./support/child.ts";
import { afterPowerCut, type Disk, makeDisk, mountDisk, needsDisks } from "./support/disk.ts";
import { privateFolder } from "./support/privateFolder.ts";
import { allJobs, assertIntegrity, assertOneResultPerSeries, drain, openStore } from "./support/store.ts";

const skip = needsDisks();

/** A disk of this test; unmounted and removed whatever happens. */
async function onDisk(megabytes: number, play: (disk: Disk, path: string) => Promise<void>): Promise<void> {
  const { path, dispose } = privateFolder();
  const disk = makeDisk(`${path}/disk`, megabytes);
  try {
    await play(disk, path);
  } finally {
    disk.unmount();
    dispose();
  }
}

async function assertAcknowledgedIsThere(folder: string, lines: readonly string[]): Promise<void> {
  const store = openStore(`${folder}/jobs.db`);
  const known = new Map((await allJobs(store)).map((job) => [job.key, job]));
  for (const uid of said(lines, "arrived")) assert.ok(known.has(uid), `${uid} was acknowledged and is lost`);
  for (const key of said(lines, "completed")) assert.equal(known.get(key)?.state, "done", key);
  const cursor = await store.readCursor("orthanc");
  assert.ok(cursor === null || known.has(cursor), "the cursor is ahead of the series");
  await store.releaseOwner("writer");
  await drain(store);
  await assertOneResultPerSeries(store);
  await store.close();
  assertIntegrity(`${folder}/jobs.db`);
  const spool = openSpool(`${folder}/spool`);
  for (const uid of said(lines, "kept")) assert.ok(spool.read(uid), `${uid} was kept and is lost`);
}

describe("power loss", { skip }, () => {
  const cuts = repetitions("PANSEG_TEST_POWER_CUTS", 3);

  test(`F5 after ${cuts} power cuts all that was acknowledged is on the disk, and opens without hand work`, async (t) => {
    let acknowledged = 0;
    for (let cut = 0; cut < cuts; cut++) {
      await onDisk(48, async (disk, path) => {
        const writer = startChild("traffic", disk.folder, "writer");
        await writer.says("ready");
        // Three lines for each arrival that is worked on: enough to lose, at a moment of its own.
        await writer.hasSaid(24 + Math.floor(Math.random() * 60));
        await writer.freeze();
        const left = afterPowerCut(disk, `${path}/left`);
        writer.signal("SIGKILL");
        await writer.end;
        acknowledged += said(writer.lines, "arrived").length;
        try {
          await assertAcknowledgedIsThere(left.folder, writer.lines);
        } finally {
          left.unmount();
        }
      });
    }
    t.diagnostic(`${cuts} power cuts, ${acknowledged} arrivals acknowledged`);
    assert.ok(acknowledged > cuts * 5, `${acknowledged} acknowledgements are too few to mean anything`);
  });
});

/** Leaves less than a megabyte, for the database to use up. */
const fill = (folder: string): void => {
  try {
    for (let n = 0; ; n++) writeFileSync(`${folder}/ballast-${n}`, Buffer.alloc(2 ** 20));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
    const names = readdirSync(folder).filter((name) => name.startsWith("ballast"));
    rmSync(`${folder}/ballast-${names.length - 1}`);
  }
};
const free = (folder: string): void => {
  for (const name of readdirSync(folder)) if (name.startsWith("ballast")) rmSync(`${folder}/${name}`);
};
/** Fill the database until it refuses; the series that were acknowledged. */
const arriveUntilRefused = async (store: JobStore, first: number): Promise<number> => {
  for (let n = first; n < first + 10_000; n++) {
    try {
      await store.arrive([arrival(n)], { source: "orthanc", value: `${n}` });
    } catch {
      return n;
    }
  }
  throw new Error("the disk never filled");
};

describe("disk full", { skip }, () => {
  test("F17 a full disk refuses clearly and loses nothing; all goes on once there is room", () =>
    onDisk(8, async (disk) => {
      const store = openStore(`${disk.folder}/jobs.db`);
      const spool = openSpool(`${disk.folder}/spool`);
      const entry = spooledOf("1.2.1", { seg: Buffer.alloc(300_000, 1) });
      let acknowledged = 0;
      for (let cycle = 0; cycle < 3; cycle++) {
        fill(disk.folder);
        acknowledged = await arriveUntilRefused(store, acknowledged);
        assert.equal((await allJobs(store)).length, acknowledged, "what was refused has left no trace");
        assert.equal(await store.readCursor("orthanc"), `${acknowledged - 1}`);
        assert.throws(() => spool.keep(`key-${cycle}`, entry), { code: "ENOSPC" });
        assert.equal(spool.read(`key-${cycle}`), null);
        free(disk.folder);
        const cursor = { source: "orthanc", value: `${acknowledged}` };
        assert.equal(await store.arrive([arrival(acknowledged)], cursor), 1);
        acknowledged += 1;
        assert.deepEqual(spool.keep(`key-${cycle}`, entry), entry);
        assert.equal(readdirSync(`${disk.folder}/spool`).length, cycle + 1, "no leftovers");
      }
      await drain(store);
      await assertOneResultPerSeries(store);
      await store.close();
      assertIntegrity(`${disk.folder}/jobs.db`);
    }));
});

describe("disk full, and claims", { skip }, () => {
  test("S2: on a full disk no claim is handed out that was not written", () =>
    onDisk(8, async (disk) => {
      const store = openStore(`${disk.folder}/jobs.db`);
      const reader = openStore(`${disk.folder}/jobs.db`);
      fill(disk.folder);
      const acknowledged = await arriveUntilRefused(store, 0);
      let claims = 0;
      for (let n = 0; n < Math.min(acknowledged, 200); n++)
        if ((await store.claim("worker", 1_000_000).catch(() => null)) !== null) claims++;
      assert.equal((await reader.list({ state: "running" })).length, claims);
      await reader.close();
      await store.close();
    }));
});

describe("disk read-only", { skip }, () => {
  test("F18 a data folder that cannot be written is not served from", () =>
    onDisk(8, async (disk, path) => {
      const store = openStore(`${disk.folder}/jobs.db`);
      await store.arrive([arrival(1)]);
      await store.close();
      openSpool(`${disk.folder}/spool`);
      disk.unmount();
      const frozen = mountDisk(`${path}/disk`, "ro");
      assert.throws(() => lockDataFolder(frozen.folder));
      assert.throws(() => openStore(`${frozen.folder}/jobs.db`));
      const spool = openSpool(`${frozen.folder}/spool`);
      assert.throws(() => spool.keep("key", spooledOf("1.2.1", {})), {
        code: "EROFS",
      });
    }));
});
