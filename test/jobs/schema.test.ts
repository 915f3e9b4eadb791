import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, statSync } from "node:fs";
import { test } from "node:test";
import { openDatabase } from "../../src/jobs/sqlite/database.ts";
import { migrate, migrations } from "../../src/jobs/sqlite/schema.ts";
import { openSqliteJobStore } from "../../src/jobs/sqlite/sqlite.ts";
import { arrival, hasCode } from "../contract/jobStoreBench.ts";
import { eventually } from "../support/eventually.ts";
import { repetitions, startChild, startTogether } from "./support/child.ts";
import { nextSchema } from "./support/nextSchema.ts";
import { privateFolder } from "./support/privateFolder.ts";
import { allJobs, assertIntegrity, openStore, wallClock } from "./support/store.ts";

async function filledStore(file: string, series: number): Promise<void> {
  const store = openStore(file);
  await store.arrive(Array.from({ length: series }, (_, n) => arrival(n)));
  await store.close();
}

function read(file: string, sql: string): Record<string, unknown> {
  const database = openDatabase(file);
  const row = database.first(sql);
  database.close();
  return { ...row };
}

/** What this version writes, and what the next one could. */
const [present, next] = [migrations.length, nextSchema.length];

const versionOf = (file: string): unknown => read(file, "PRAGMA user_version")["user_version"];

test("F30 a new version brings the file forward and leaves a copy of it as it was, private", async () => {
  const { path, dispose } = privateFolder();
  const file = `${path}/jobs.db`;
  await filledStore(file, 50);
  const database = openDatabase(file);
  migrate(database, file, nextSchema);
  migrate(database, file, nextSchema);
  database.close();
  assert.equal(versionOf(file), next);
  assert.deepEqual(read(file, "SELECT count(*) AS n, min(priority) AS least FROM job"), { n: 50, least: 7 });
  const backup = `${file}.schema-${present}.backup`;
  assert.equal(statSync(backup).mode & 0o777, 0o600);
  const old = openStore(backup);
  assert.equal((await allJobs(old)).length, 50);
  await old.close();
  dispose();
});

test("F30 an old version refuses a newer file and leaves it as it is", async () => {
  const { path, dispose } = privateFolder();
  const file = `${path}/jobs.db`;
  const database = openDatabase(file);
  migrate(database, file, nextSchema);
  database.close();
  assert.throws(
    () => openSqliteJobStore({ file, clock: wallClock, maxAttempts: 3 }),
    (error) =>
      hasCode("SETTINGS_INVALID")(error) &&
      String(error).includes(`schema ${next}, this version knows up to ${present}`),
  );
  assert.equal(versionOf(file), next);
  dispose();
});

test("F30 a step that fails leaves the version before it, whole", async () => {
  const { path, dispose } = privateFolder();
  const file = `${path}/jobs.db`;
  await filledStore(file, 3);
  const database = openDatabase(file);
  const addsColumn = "ALTER TABLE job ADD COLUMN extra INTEGER;";
  const broken = [...migrations, `${addsColumn} INSERT INTO absent VALUES (1)`];
  assert.throws(() => migrate(database, file, broken), /absent/);
  assert.equal(versionOf(file), present);
  migrate(database, file, [...migrations, addsColumn]);
  database.close();
  assert.deepEqual(read(file, "SELECT count(*) AS n, max(extra) AS extra FROM job"), { n: 3, extra: null });
  dispose();
});

test("a new file needs no copy; file and side files are for this user alone", async () => {
  const { path, dispose } = privateFolder();
  const store = openStore(`${path}/jobs.db`);
  await store.arrive([arrival(1)]);
  assert.deepEqual(readdirSync(path).toSorted(), ["jobs.db", "jobs.db-shm", "jobs.db-wal"]);
  for (const name of readdirSync(path)) assert.equal(statSync(`${path}/${name}`).mode & 0o777, 0o600, name);
  await store.close();
  dispose();
});

/** How eight processes end that migrate at the same moment. */
async function migrateTogether(file: string): Promise<readonly (number | string)[]> {
  const sign = `${file}.go`;
  const children = Array.from({ length: 8 }, () => startChild("migrator", file, sign));
  await startTogether(sign, children);
  return await Promise.all(children.map(({ end }) => end));
}

test("F30 eight processes may open a new file at the same moment", async () => {
  const { path, dispose } = privateFolder();
  for (let round = 0; round < 8; round++) {
    const file = `${path}/${round}.db`;
    assert.deepEqual(await migrateTogether(file), new Array(8).fill(0));
    assert.equal(versionOf(file), next);
  }
  dispose();
});

test("F30 eight processes may bring a filled file forward at the same moment, and the copy is the file as it was", async () => {
  const { path, dispose } = privateFolder();
  for (let round = 0; round < 4; round++) {
    const file = `${path}/${round}.db`;
    await filledStore(file, 50);
    assert.deepEqual(await migrateTogether(file), new Array(8).fill(0));
    assert.equal(versionOf(file), next);
    assert.equal(versionOf(`${file}.schema-${present}.backup`), present);
    assert.deepEqual(read(`${file}.schema-${present}.backup`, "SELECT count(*) AS n FROM job"), { n: 50 });
  }
  dispose();
});

const kills = repetitions("PANSEG_TEST_MIGRATION_KILLS", 6);

/** Of the database, its side files and its copy. */
const bytesOf = (folder: string, name: string): number =>
  readdirSync(folder)
    .filter((each) => each.startsWith(name))
    .reduce((sum, each) => sum + (statSync(`${folder}/${each}`, { throwIfNoEntry: false })?.size ?? 0), 0);

test(`F30 ${kills} kills in mid-migration leave the old or the new version, with every job`, async () => {
  const { path, dispose } = privateFolder();
  await filledStore(`${path}/seed.db`, 20_000);
  const seedBytes = bytesOf(path, "seed.db");
  const found = new Set<unknown>();
  // A kill may come too late on a busy machine; one at least has to come in time.
  for (let n = 0; n < kills || !found.has(present); n++) {
    const file = `${path}/${n}.db`;
    copyFileSync(`${path}/seed.db`, file);
    const child = startChild("migrator", file);
    await child.says("ready");
    // A migration writes the file two to three times: its copy, and the log of the change.
    const writtenBytes = ((n % kills) / kills) * 2.5 * seedBytes;
    const isSoFar = () => bytesOf(path, `${n}.db`) - seedBytes >= writtenBytes;
    await eventually("the migration has come so far", () => isSoFar() || child.hasEnded(), { everyMs: 1 });
    child.signal("SIGKILL");
    await child.end;
    const version = versionOf(file);
    found.add(version);
    assert.ok(version === present || version === next);
    assert.deepEqual(read(file, "SELECT count(*) AS n FROM job"), { n: 20_000 });
    assertIntegrity(file);
    if (version === next) assert.ok(existsSync(`${file}.schema-${present}.backup`), "the copy comes first");
    const again = startChild("migrator", file);
    assert.equal(await again.end, 0);
    assert.deepEqual(read(file, "SELECT min(priority) AS least FROM job"), { least: 7 });
    assertIntegrity(`${file}.schema-${present}.backup`);
  }
  dispose();
});
