import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { storedAs } from "../../src/domain/result.ts";
import { viewJob } from "../../src/http/app.ts";
import { openSpool } from "../../src/jobs/files/spool.ts";
import { makeOutages } from "../../src/jobs/policy/outages.ts";
import { makeNextTry } from "../../src/jobs/policy/retryPolicy.ts";
import type { Destination } from "../../src/ports/results.ts";
import type { Step } from "../../src/ports/world.ts";
import { deliver } from "../../src/story/deliver.ts";
import { claimOf } from "../contract/jobStoreBench.ts";
import { formerFiles, waitingKey, writeFormerLedger, writeFormerSpool } from "./support/former.ts";
import { privateFolder } from "./support/privateFolder.ts";
import { allJobs, assertIntegrity, openStore, wallClock } from "./support/store.ts";

const names = ["seg", "sr", "text-report", "key-image-1", "key-image-2"];

test("a ledger of version 0.1 opens: every job is there in its state, its objects in one list under today's names", async () => {
  const { path, dispose } = privateFolder();
  const file = `${path}/jobs.sqlite`;
  writeFormerLedger(file);
  const store = openStore(file);
  const jobs = await allJobs(store, "segment");
  const objectsByKey = new Map(jobs.map(({ key, state, result }) => [key, { state, result }]));
  const listed = [...objectsByKey].map(([key, { state, result }]) => [
    key,
    state,
    result?.objects.map(({ name }) => name) ?? null,
  ]);
  assert.deepEqual(listed.toReversed(), [
    ["key of the series that is done", "done", names],
    ["key of the empty series", "skipped", ["sr"]],
    ["key of the series without objects", "skipped", []],
    ["key of the dead series", "dead", null],
    [waitingKey, "queued", null],
    ["key of the series that was running", "running", null],
  ]);
  assert.equal(await store.readCursor("orthanc"), "7");
  const done = jobs.find(({ state }) => state === "done");
  assert.ok(done?.result);
  assert.deepEqual(
    done.result.objects.map(({ kind, object }) => [kind, Object.keys(object).length]),
    ["seg", "sr", "text-report", "key-image", "key-image"].map((kind) => [kind, 4]),
  );
  assert.equal(new Set(done.result.objects.map(({ object }) => object.sopInstanceUid)).size, 5);
  assert.equal(storedAs(done.result, "seg")?.sopClassUid, "1.2.840.10008.5.1.4.1.1.66.4");
  assert.equal(done.result.measures.voxels, 7);
  assert.equal(
    JSON.stringify(viewJob(done)).includes(done.result.objects[4]?.object.sopInstanceUid ?? "?"),
    true,
  );
  await store.close();
  assertIntegrity(file);
  assert.ok(existsSync(`${file}.schema-1.backup`), "the file as it was is kept");
  dispose();
});

const plainStep: Step = Object.assign(
  async <T>(_name: string, run: (progress: (share: number) => void) => T | Promise<T>) =>
    run(() => undefined),
  { secondsPerStep: {} },
);

test("what version 0.1 computed and left in its spool is delivered, byte for byte what it would have sent, in its order", async () => {
  const { path, dispose } = privateFolder();
  writeFormerLedger(`${path}/jobs.sqlite`);
  writeFormerSpool(`${path}/spool`);
  const store = openStore(`${path}/jobs.sqlite`);
  const spool = openSpool(`${path}/spool`);
  const claim = await claimOf(store);
  assert.deepEqual([claim.job.key, claim.job.deliveries], [waitingKey, []]);
  const spooled = spool.read(waitingKey);
  assert.ok(spooled);
  const held = new Map<string, Uint8Array>();
  const destination: Destination = {
    name: "archive",
    outputs: ["seg", "sr", "text-report", "key-image"],
    pacs: {
      hasInstance: async ({ sopInstanceUid }) => held.has(sopInstanceUid),
      storeInstance: async ({ sopInstanceUid }, bytes) => void held.set(sopInstanceUid, bytes),
      retrieveInstance: async ({ sopInstanceUid }) => held.get(sopInstanceUid) ?? assert.fail(sopInstanceUid),
    },
  };
  const carrier = {
    destinations: [destination],
    refusals: { find: () => null, note: () => null, forget: () => undefined },
    outages: makeOutages(),
    nextTry: makeNextTry(3),
    clock: wallClock,
    jobs: store,
    pacs: { describeStudy: async () => [{ ...claim.job, modality: "CT", number: 1, description: null }] },
    spool,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const { result } = await deliver(claim, spooled, carrier, plainStep);
  await store.complete(claim, result);
  const files = formerFiles();
  const [entry] = [...files.keys()].map((name) => name.split("/")[0]);
  assert.deepEqual(
    [...held.values()].map((bytes) => Buffer.from(bytes)),
    ["seg", "sr", "other-1", "other-2", "other-3"].map((name) => files.get(`${entry}/${name}.dcm`)),
  );
  const done = await store.find(claim.job.id);
  assert.deepEqual([done?.state, done?.deliveries[0]?.state], ["done", "delivered"]);
  assert.deepEqual(
    done?.result?.objects.map(({ name }) => name),
    names,
  );
  assert.ok(JSON.stringify(done && viewJob(done)).includes('"destination":"archive","state":"delivered"'));
  spool.remove(waitingKey);
  assert.equal(spool.read(waitingKey), null);
  await store.close();
  dispose();
});

test("a spool of version 0.1 in which one bit changed is no result", () => {
  for (const name of formerFiles().keys()) {
    const { path, dispose } = privateFolder();
    writeFormerSpool(`${path}/spool`, name);
    assert.equal(openSpool(`${path}/spool`).read(waitingKey), null, name);
    dispose();
  }
});
