import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually, inTime } from "../support/eventually.ts";
import { serve } from "../support/panseg.ts";
import { needsTool } from "../support/shared.ts";
import {
  countOf,
  demoWorld,
  endedSegmentations,
  oneResult,
  phantomSeries,
  serviceSettings,
  startArchive,
  storedResults,
} from "./world.ts";

const holder = fileURLToPath(new URL("../jobs/children/hold.ts", import.meta.url));

/** Another process holds the ledger's write lock from now on, for 15 s, as a backup does. `over` is the end of it. */
const lockLedger = async (t: TestContext, data: string): Promise<{ readonly over: Promise<unknown> }> => {
  const child = spawn(process.execPath, [holder, join(data, "jobs.sqlite"), "15000"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const over = once(child, "exit");
  await inTime("the ledger is held", once(child.stdout, "data"));
  return { over };
};

type Listed = { readonly jobs: readonly { readonly kind: string; readonly state: string }[] };

const startWorld = async (t: TestContext) => {
  const { models, data } = await demoWorld(t);
  const orthanc = await startArchive(t);
  const service = await serve({
    ...serviceSettings(orthanc, models, data),
    PANSEG__INFERENCE__MIRROR: "false",
  });
  t.after(() => service.kill());
  await service.waitForLine(({ message }) => message === "worker ready");
  const untilListed = (state: string) =>
    eventually(`a job is ${state}`, async () => {
      const { jobs } = (await (await fetch(`${service.url}/api/jobs`)).json()) as Listed;
      return jobs.some((job) => job.state === state);
    });
  return { data, orthanc, service, untilListed };
};

describe("another process holds the ledger for 15 s", { skip: needsTool("Orthanc") }, () => {
  test("S1: while a worker claims: the work goes on afterwards, and the service ends in order", async (t) => {
    const { data, orthanc, service, untilListed } = await startWorld(t);
    // Whoever claims does it while the ledger is held, not before.
    process.kill(service.workerPid(), "SIGSTOP");
    await orthanc.stow(phantomSeries());
    await untilListed("queued");
    const { over } = await lockLedger(t, data);
    process.kill(service.workerPid(), "SIGCONT");
    await inTime("the ledger is free", over);

    const [ended] = await endedSegmentations(service.url, 1);
    assert.equal(ended?.state, "done");
    assert.deepEqual(countOf(await storedResults(orthanc)), oneResult);
    assert.equal(await service.stop(), 0);
    assert.deepEqual(
      service.lines.filter(({ message }) => message === "worker does not stop"),
      [],
    );
  });

  test("S1: while a job runs: it is not begun anew, and HTTP answers all the while", async (t) => {
    const { data, orthanc, service, untilListed } = await startWorld(t);
    await orthanc.stow(phantomSeries());
    await untilListed("running");
    const { over } = await lockLedger(t, data);
    let isOver = false;
    void over.then(() => {
      isOver = true;
    });
    let answers = 0;
    await eventually("the ledger is free", async () => {
      assert.equal((await fetch(`${service.url}/livez`)).status, 200);
      if (!isOver) answers++;
      return isOver;
    });
    t.diagnostic(`${answers} answers of /livez while the ledger was held`);
    assert.ok(answers > 50);

    const [ended] = await endedSegmentations(service.url, 1);
    assert.equal(ended?.state, "done");
    const failures = service.lines.filter(
      ({ message }) => message === "job failed" || message === "worker died",
    );
    assert.deepEqual(failures, []);
    assert.equal(await service.stop(), 0);
  });
});
