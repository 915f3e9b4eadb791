import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeDisk, needsDisks } from "../jobs/support/disk.ts";
import { privateFolder } from "../jobs/support/privateFolder.ts";
import { makeSlices } from "../pacs/objects.ts";
import { eventually } from "../support/eventually.ts";
import { seriesOf } from "./arrivals.ts";
import { simulate } from "./simulation.ts";

const SERIES = 20;

test("S2: on a full disk of 40 MB claiming stops, says so once, and goes on by itself when there is room", {
  skip: needsDisks(),
}, async (t) => {
  const { path, dispose } = privateFolder();
  const disk = makeDisk(join(path, "disk"), 40);
  const service = await simulate(t, () => ({}), { dataFolder: disk.folder, reserveMegabytes: 8 });
  // Last of all: nothing that ends with this test may still have files there.
  t.after(() => {
    disk.unmount();
    dispose();
  });
  const all = Array.from({ length: SERIES }, (_, n) =>
    makeSlices({ study: `study ${n}`, series: "s" }, ["a", "b"]).map(({ bytes }) => bytes),
  );
  await service.stow(all.flat());
  await service.jobs.arrive(all.map(seriesOf));
  const ballast = join(disk.folder, "ballast");
  try {
    for (;;) writeFileSync(ballast, Buffer.alloc(2 ** 18), { flag: "a" });
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
  }
  const working = service.untilDone();
  await eventually("the worker looked many times for work", () => service.looks() >= 20);
  const waiting = await service.jobs.list({ state: "queued" });
  assert.deepEqual(new Set(waiting.map(({ attempts }) => attempts)), new Set([0]));
  assert.equal(waiting.length, SERIES);
  assert.deepEqual(
    service.log.lines.map(({ event }) => event),
    ["no job is begun"],
  );
  rmSync(ballast);
  const ended = await working;
  assert.deepEqual(
    new Set(ended.map(({ state, attempts }) => `${state} ${attempts}`)),
    new Set(["skipped 1"]),
  );
  const told = service.log.lines.map(({ event }) => event).filter((event) => /begun/.test(event));
  assert.deepEqual(told, ["no job is begun", "jobs are begun again"]);
});
