import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { startDemo, stow } from "../demo/archive/requests.ts";
import { makeSlices } from "../pacs/objects.ts";
import { eventually } from "../support/eventually.ts";
import {
  asNobody,
  folderOfNobody,
  hardened,
  needsFilter,
  needsNobody,
  withoutPriorities,
} from "../support/launchers.ts";
import { type RunningService, serve } from "../support/panseg.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-hardened-"));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

/** A service in front of an archive that holds one series of two slices, too few to be segmented. */
const serveSeries = async (t: TestContext, data: string, launcher: readonly string[]) => {
  const archive = await startDemo(t);
  const slices = makeSlices({ study: "s", series: "ct" }, ["1", "2"]);
  assert.equal(
    (
      await stow(
        archive,
        slices.map(({ bytes }) => bytes),
      )
    ).status,
    200,
  );
  const service = await serve(
    {
      PANSEG__DATAFOLDER: data,
      PANSEG__MODELS__FOLDER: join(folder, "models"),
      PANSEG__PACS__DICOMWEBURL: archive.url,
      PANSEG__PACS__ORTHANCURL: archive.restUrl,
      PANSEG__WATCH__EVERYSECONDS: "1",
      PANSEG__WATCH__STABLESECONDS: "1",
      PANSEG__WATCH__SWEEPDAYS: "null",
    },
    launcher,
  );
  t.after(() => service.kill());
  return service;
};

/** The worker does what it is there for: the series is looked at and comes to its end. */
const worksOff = async ({ url }: RunningService): Promise<void> => {
  const code = await eventually("the series is looked at", async () => {
    const { jobs } = (await (await fetch(`${url}/api/jobs`)).json()) as {
      jobs: readonly { state: string; failure: { code: string } | null }[];
    };
    return jobs.find(({ state }) => state === "skipped")?.failure?.code ?? null;
  });
  assert.ok(code.length > 0 && code !== "INTERNAL", code);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
};

const warnings = ({ lines }: RunningService): number =>
  lines.filter(({ message }) => message === "the worker may not lower its priority").length;

test("P7: a worker that may not lower its priority warns once and works", {
  skip: needsFilter(),
}, async (t) => {
  const service = await serveSeries(t, join(folder, "filtered"), withoutPriorities());
  await worksOff(service);
  assert.equal(warnings(service), 1);
  const warning = service.lines.find(({ message }) => message === "the worker may not lower its priority");
  assert.deepEqual([warning?.["level"], warning?.["code"]], ["warn", "EPERM"]);
  assert.equal(service.lines.filter(({ message }) => message === "worker started").length, 1);
});

test("P7: a service that was started with less priority already does not ask for more", {
  skip: needsNobody("nice"),
}, async (t) => {
  const data = folderOfNobody(join(folder, "nice"));
  const service = await serveSeries(t, data, [...asNobody, "nice", "-n", "15"]);
  await worksOff(service);
  assert.equal(warnings(service), 0);
});

test("P7: service and worker do without a home, /proc, a name, a writable program and more than 64 files", {
  skip: needsNobody("unshare", "mount"),
}, async (t) => {
  const data = folderOfNobody(join(folder, "hardened"));
  const service = await serveSeries(t, data, hardened(data));
  await worksOff(service);
  assert.equal(await service.stop(), 0);
});

test("P7: a worker that ends at its start, time after time, is told in log and readiness with its reason, until it starts", async (t) => {
  const file = join(folder, "settings.json");
  const data = join(folder, "broken");
  const text = JSON.stringify({ dataFolder: data, watch: { enabled: false } });
  writeFileSync(file, text);
  mkdirSync(data);
  const service = await serve({ PANSEG_CONFIG: file });
  t.after(() => service.kill());
  await service.waitForLine(({ message }) => message === "worker started");
  // What the worker reads anew has become unreadable since.
  rmSync(file);
  process.kill(service.workerPid(), "SIGKILL");
  const line = await service.waitForLine(({ message }) => message === "worker cannot start");
  assert.equal(line["level"], "error");
  assert.match(String(line["lastWords"]), /no such file \[SETTINGS_INVALID\]/);
  const unready = await fetch(`${service.url}/readyz`);
  assert.equal(unready.status, 503);
  const { problems } = (await unready.json()) as { problems: readonly { code: string; sentence: string }[] };
  assert.equal(problems[0]?.code, "WORKER_CANNOT_START");
  assert.match(problems[0]?.sentence ?? "", /ended \d+ times.*no such file \[SETTINGS_INVALID\]/);
  writeFileSync(file, text);
  await service.waitForLine(({ message }) => message === "worker recovered");
  assert.equal((await fetch(`${service.url}/readyz`)).status, 200);
});
