import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { setAsideDamagedJobs } from "../../src/jobs/sqlite/damage.ts";
import { arrival } from "../contract/jobStoreBench.ts";
import { repetitions } from "./support/child.ts";
import { privateFolder } from "./support/privateFolder.ts";
import {
  allJobs,
  assertIntegrity,
  assertOneResultPerSeries,
  drain,
  openStore,
  workOnce,
} from "./support/store.ts";

const series = Array.from({ length: 60 }, (_, n) => arrival(n));

/** A ledger in mid-work: done, running and queued jobs of both kinds. */
async function makeLedger(file: string): Promise<void> {
  const store = openStore(file);
  await store.arrive(series);
  for (let n = 0; n < 90; n++) await workOnce(store, "worker");
  await store.close();
}

/** mulberry32: the same faults for the same seed. */
const randomOf = (seed: number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

function damage(bytes: Buffer, seed: number): Buffer {
  const random = randomOf(seed);
  const at = Math.floor(random() * bytes.length);
  if (seed % 3 === 0) return bytes.subarray(0, at);
  const length = seed % 3 === 1 ? 16 : 4096;
  for (let n = at; n < Math.min(bytes.length, at + length); n++) bytes[n] = Math.floor(random() * 256);
  return bytes;
}

describe("damaged job database", () => {
  const faults = repetitions("PANSEG_TEST_DAMAGES", 30);

  test(`F19 ${faults} damaged files: each is found or harmless, and the ledger fills again from the archive`, async () => {
    const { path, dispose } = privateFolder();
    await makeLedger(`${path}/seed.db`);
    let found = 0;
    for (let seed = 1; seed <= faults; seed++) {
      const file = `${path}/jobs.db`;
      writeFileSync(file, damage(readFileSync(`${path}/seed.db`), seed));
      const aside = setAsideDamagedJobs(file);
      if (aside !== null) {
        found += 1;
        assert.ok(existsSync(aside), "the damaged file is kept");
      }
      const store = openStore(file);
      await store.arrive(series);
      const keys = new Set((await allJobs(store, "examine")).map(({ key }) => key));
      assert.ok(
        series.every(({ seriesUid }) => keys.has(seriesUid)),
        `seed ${seed}`,
      );
      await drain(store);
      await store.close();
      assertIntegrity(file);
      rmSync(file);
    }
    assert.ok(found > faults / 2, `${found} of ${faults} were found`);
    dispose();
  });

  test("F19 a sound file is left alone, with what lies in its write-ahead log", async () => {
    const { path, dispose } = privateFolder();
    const file = `${path}/jobs.db`;
    assert.equal(setAsideDamagedJobs(file), null, "no file, nothing to do");
    const store = openStore(file);
    await store.arrive(series);
    assert.equal(setAsideDamagedJobs(file), null);
    assert.equal((await allJobs(store)).length, series.length);
    await store.close();
    assert.equal(setAsideDamagedJobs(file), null);
    dispose();
  });

  test("F19 a file that is no database is set aside under a name of its own each time", () => {
    const { path, dispose } = privateFolder();
    const file = `${path}/jobs.db`;
    for (const n of [1, 2]) {
      writeFileSync(file, "not a database at all".repeat(100));
      writeFileSync(`${file}-wal`, "stale");
      assert.equal(setAsideDamagedJobs(file), `${file}.damaged-${n}`);
      assert.ok(!existsSync(file));
      assert.ok(!existsSync(`${file}-wal`), "a stale log would be replayed into the next database");
    }
    dispose();
  });
});

describe("lost or restored ledger", () => {
  for (const how of ["deleted", "restored from an old copy"] as const) {
    test(`F20 a ledger that was ${how} fills again: nothing lost, no result twice`, async () => {
      const { path, dispose } = privateFolder();
      const file = `${path}/jobs.db`;
      const archive = new Set<string>();
      const work = async (rounds: number): Promise<void> => {
        const store = openStore(file);
        await store.arrive(series);
        for (let n = 0; n < rounds; n++) archive.add((await workOnce(store, "worker")) ?? "");
        await store.close();
      };
      await work(70);
      copyFileSync(file, `${path}/old.db`);
      await work(20);
      rmSync(file);
      if (how !== "deleted") copyFileSync(`${path}/old.db`, file);
      await work(1000);
      archive.delete("");
      const store = openStore(file);
      await assertOneResultPerSeries(store);
      assert.deepEqual(archive, new Set(series.map(({ seriesUid }) => `key-${seriesUid}`)));
      await store.close();
      dispose();
    });
  }
});
