import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { panseg, serve } from "../support/panseg.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-serve-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** An archive's address at which everybody is turned away, and how often somebody was. */
const startClosedDoor = async (t: TestContext) => {
  let knocks = 0;
  const server = createServer((socket) => {
    knocks++;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, knocks: () => knocks };
};

/** Nothing listens at the archive's address. */
const settings = (name: string) => ({
  PANSEG__DATAFOLDER: join(folder, name),
  PANSEG__MODELS__FOLDER: join(folder, "models"),
  PANSEG__PACS__DICOMWEBURL: "http://127.0.0.1:9/dicom-web",
  PANSEG__PACS__ORTHANCURL: "http://127.0.0.1:9",
  PANSEG__WATCH__EVERYSECONDS: "1",
});

test("F6, F28: without its archive the service lives, says so once, is degraded, and ends in order", async (t) => {
  const door = await startClosedDoor(t);
  const service = await serve({ ...settings("alone"), PANSEG__PACS__ORTHANCURL: door.url });
  t.after(() => service.kill());
  await service.waitForLine(({ message }) => message === "watch.trouble");
  const ready = await fetch(`${service.url}/readyz`);
  assert.equal(ready.status, 200);
  assert.equal(((await ready.json()) as { status: string }).status, "degraded");
  const before = door.knocks();
  await eventually("three more looks", () => door.knocks() >= before + 3);
  assert.equal(service.lines.filter(({ message }) => message === "watch.trouble").length, 1);
  const worker = service.workerPid();
  assert.equal(await service.stop(), 0);
  assert.throws(() => process.kill(worker, 0), "the worker outlived its service");
});

test("F29: a second service on one data folder and one on a used port end with 2 and leave nothing behind", async (t) => {
  const service = await serve(settings("first"));
  t.after(() => service.kill());
  const second = await panseg(["serve"], settings("first"));
  assert.equal(second.code, 2, second.stderr);
  assert.match(second.stderr, /DATA_DIR_LOCKED/);
  const port = new URL(service.url).port;
  const third = await panseg(["serve"], { ...settings("third"), PANSEG__HTTP__PORT: port });
  assert.equal(third.code, 2, third.stderr);
  assert.match(third.stderr, /PORT_IN_USE/);
});

test("faulty series rules stop the service at its start, and config check tells them", async () => {
  const rules = join(folder, "rules.yaml");
  writeFileSync(rules, "rules:\n  - { because: no end, where: { Modality: '(' }, points: 1 }\n");
  for (const command of [["serve"], ["config", "check"]]) {
    const { code, stderr } = await panseg(command, {
      ...settings("rules"),
      PANSEG__SERIES__RULESFILE: rules,
    });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /SETTINGS_INVALID/);
  }
});

test("F3: a dead worker is replaced, and a worker whose service was killed ends by itself", async (t) => {
  const service = await serve(settings("pair"));
  t.after(() => service.kill());
  await service.waitForLine(({ message }) => message === "worker started");
  const first = service.workerPid();
  process.kill(first, "SIGKILL");
  const next = await eventually("another worker", async () =>
    service.workerPid() === first ? null : service.workerPid(),
  );
  await service.kill();
  await eventually("the orphan ends", async () => {
    try {
      process.kill(next, 0);
      return null;
    } catch {
      return true;
    }
  });
});
