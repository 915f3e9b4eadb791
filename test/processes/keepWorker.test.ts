import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openSqliteJobStore } from "../../src/jobs/sqlite/sqlite.ts";
import type { JobStore } from "../../src/ports/jobs.ts";
import { keepWorker } from "../../src/processes/keepWorker.ts";
import { keepLog, temporaryFolder } from "../pacs/fakeArchive.ts";
import { eventually } from "../support/eventually.ts";

const program = fileURLToPath(new URL("children/claimer.ts", import.meta.url));

const series = { studyUid: "1.2.3", seriesUid: "1.2.3.1", instanceCount: 20, isEvent: true };

/** The service's side of a worker of its own, on a real ledger with one series in it. */
const start = async (
  t: TestContext,
  leaseMs: number,
  change: (jobs: JobStore) => JobStore = (jobs) => jobs,
) => {
  const file = join(temporaryFolder(t), "jobs.sqlite");
  const jobs = openSqliteJobStore({ file, clock: { nowMs: () => Date.now() }, maxAttempts: 3 });
  t.after(() => jobs.close());
  await jobs.arrive([series]);
  const log = keepLog();
  const worker = keepWorker({ program, arguments: [file] }, change(jobs), leaseMs, log);
  t.after(worker.stop);
  const linesOf = (event: string) => log.lines.filter((line) => line.event === event);
  const ready = (times: number) =>
    eventually(`${times} worker(s) were ready`, () => linesOf("worker ready").length >= times);
  const pid = () => Number(linesOf("worker started").at(-1)?.fields["pid"]);
  /** Wakes the worker until it holds the job; by whom it is held. */
  const held = () =>
    eventually("the worker holds the job", async () => {
      worker.wake();
      return (await jobs.owners())[0];
    });
  return { jobs, worker, linesOf, ready, pid, held };
};

test("a worker is told to look, and each of its lives has a name of its own in the ledger", async (t) => {
  const { jobs, ready, pid, held, linesOf } = await start(t, 3_600_000);
  await ready(1);
  const first = await held();
  process.kill(pid(), "SIGKILL");
  await ready(2);
  assert.deepEqual(await jobs.owners(), [], "what the dead one held is free");
  const second = await held();
  assert.notEqual(first, second);
  for (const owner of [first, second]) assert.match(owner, new RegExp(`:${process.pid}:[0-9a-f-]{36}$`));
  assert.equal(linesOf("worker hangs").length, 0);
});

test("what a dead worker held is released as soon as the ledger can be written, and its successor pays nothing for it", async (t) => {
  let refusals = 0;
  const { jobs, ready, pid, held, linesOf } = await start(t, 20_000, (store) => ({
    ...store,
    releaseOwner: (owner) =>
      refusals++ === 0 ? Promise.reject(new Error("database is locked")) : store.releaseOwner(owner),
  }));
  await ready(1);
  const dead = await held();
  process.kill(pid(), "SIGKILL");
  await eventually(
    "it could not be released",
    () => linesOf("jobs of the dead worker could not be released")[0],
  );
  await ready(2);
  const next = await eventually("another one holds the job", async () => {
    const owner = await held();
    return owner !== dead && owner;
  });
  assert.deepEqual(await jobs.owners(), [next]);
  assert.equal(linesOf("worker died").length, 1);
  assert.equal(linesOf("worker hangs").length, 0);
});

test("a worker that has nothing to do and does not even look for it is replaced", async (t) => {
  const { ready, pid, linesOf } = await start(t, 3000);
  await ready(1);
  const first = pid();
  process.kill(first, "SIGSTOP");
  await eventually("it is missed", () => linesOf("worker hangs")[0]);
  await ready(2);
  assert.notEqual(pid(), first);
});

test("a worker that is killed is told of with its signal, and one that ends when it is asked to without a complaint", async (t) => {
  const { worker, linesOf, ready, pid } = await start(t, 3_600_000);
  await ready(1);
  process.kill(pid(), "SIGKILL");
  const died = await eventually("it died", () => linesOf("worker died")[0]);
  assert.deepEqual([died.fields["code"], died.fields["signal"]], [null, "SIGKILL"]);
  await ready(2);
  await worker.stop();
  assert.equal(linesOf("worker does not stop").length, 0);
});
