import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { asNobody, folderOfNobody, needsNobody } from "../support/launchers.ts";
import { panseg, type RunningService, serve } from "../support/panseg.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-data-"));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

const settings = (name: string) => ({
  PANSEG__DATAFOLDER: join(folder, name),
  PANSEG__MODELS__FOLDER: join(folder, `${name}-models`),
  PANSEG__PACS__DICOMWEBURL: "http://127.0.0.1:9/dicom-web",
  PANSEG__PACS__ORTHANCURL: "http://127.0.0.1:9",
});

type Ready = {
  readonly status: string;
  readonly problems: readonly { readonly code: string; readonly sentence: string; readonly remedy: string }[];
};

const readiness = async ({ url }: RunningService) => {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, body: (await response.json()) as Ready };
};

const becomesUnready = (service: RunningService): Promise<Ready> =>
  eventually("unready", async () => {
    const { status, body } = await readiness(service);
    return status === 503 ? body : null;
  });

/** Only after it let go: a look in between would find the old folder held. */
const letsGo = (service: RunningService, times = 1): Promise<true> =>
  eventually("the folder is let go", async () =>
    service.lines.filter(({ message }) => message === "data folder lost").length === times ? true : null,
  );

const becomesReady = (service: RunningService): Promise<true> =>
  eventually("ready again", async () => ((await readiness(service)).status === 200 ? true : null));

const noWorkerRuns = (service: RunningService): Promise<true> =>
  eventually("no worker runs", async () => {
    try {
      process.kill(service.workerPid(), 0);
      return null;
    } catch {
      return true;
    }
  });

test("S5: a data folder that is deleted unreadies the service with a reason, stops its work, and is held again when it is back", async (t) => {
  const data = join(folder, "deleted");
  const service = await serve(settings("deleted"));
  t.after(() => service.kill());
  await becomesReady(service);
  rmSync(data, { recursive: true });
  const { status, body } = await readiness(service);
  assert.equal(status, 503, "the very next answer does not know it");
  assert.equal(body.status, "unready");
  assert.equal(body.problems[0]?.code, "DATA_FOLDER_LOST");
  assert.match(body.problems[0]?.sentence ?? "", /is not there any more/);
  assert.match(body.problems[0]?.remedy ?? "", /rebuilds its jobs from the archive/);
  await letsGo(service);
  await noWorkerRuns(service);
  for (const path of ["/", "/api/jobs", "/api/jobs/1", "/api/jobs/1/picture.png"]) {
    const answer = await fetch(service.url + path);
    assert.equal(answer.status, 503, path);
    assert.equal(((await answer.json()) as { code: string }).code, "DATA_FOLDER_LOST");
  }
  assert.equal((await fetch(`${service.url}/livez`)).status, 200);
  const before = service.lines.length;
  mkdirSync(data, { mode: 0o700 });
  await becomesReady(service);
  assert.equal((await fetch(`${service.url}/api/jobs`)).status, 200);
  const lines = service.lines.slice(before).map(({ message }) => message);
  assert.ok(lines.includes("data folder held again"), lines.join());
  assert.equal(await service.stop(), 0);
});

test("S5: a data folder that was lost is not made anew by the service: its disk may come back; a restart makes it", async (t) => {
  const data = join(folder, "moved");
  const service = await serve(settings("moved"));
  t.after(() => service.kill());
  renameSync(data, `${data}.away`);
  await letsGo(service);
  await noWorkerRuns(service);
  const { body } = await readiness(service);
  assert.equal(body.problems[0]?.code, "DATA_FOLDER_LOST");
  renameSync(`${data}.away`, data);
  await becomesReady(service);
  renameSync(data, `${data}.away`);
  await letsGo(service, 2);
  assert.equal(await service.stop(), 0);
  const next = await serve(settings("moved"));
  t.after(() => next.kill());
  await becomesReady(next);
});

for (const [part, words] of [
  ["jobs.sqlite", /jobs\.sqlite was deleted while it was in use/],
  ["service.lock", /service\.lock was deleted while it was in use/],
  ["spool", /spool was deleted/],
  ["pictures", /pictures was deleted/],
] as const)
  test(`S5: ${part} alone is deleted: said, and made anew`, async (t) => {
    const name = `alone-${part}`;
    const service = await serve(settings(name));
    t.after(() => service.kill());
    // A worker that is only starting would make what is missing itself.
    await service.waitForLine(({ message }) => message === "worker ready");
    rmSync(join(folder, name, part), { recursive: true });
    const line = await service.waitForLine(({ message }) => message === "data folder lost");
    assert.equal(line["code"], "DATA_FOLDER_LOST");
    assert.match(String(line["sentence"]), words);
    await service.waitForLine(({ message }) => message === "data folder held again");
    await becomesReady(service);
    assert.equal(await service.stop(), 0);
  });

test("S5: a folder that another was put in the place of is let go, and the other held: what it holds is what counts", async (t) => {
  const data = join(folder, "replaced");
  const first = await serve(settings("replaced"));
  await becomesReady(first);
  assert.equal(await first.stop(), 0);
  cpSync(data, `${data}.backup`, { recursive: true });
  const service = await serve(settings("replaced"));
  t.after(() => service.kill());
  await becomesReady(service);
  renameSync(data, `${data}.old`);
  renameSync(`${data}.backup`, data);
  const line = await service.waitForLine(({ message }) => message === "data folder lost");
  assert.match(String(line["sentence"]), /was replaced while it was in use|was deleted/);
  await service.waitForLine(({ message }) => message === "data folder held again");
  await becomesReady(service);
  // The lock is the other folder's: no second service gets in.
  const second = await panseg(["serve"], { ...settings("replaced"), PANSEG__HTTP__PORT: "0" });
  assert.equal(second.code, 2);
  assert.match(second.stderr, /DATA_DIR_LOCKED/);
});

test("S5: a models folder that is deleted unreadies the service, which skips nothing for the lack of it", async (t) => {
  const models = join(folder, "models-lost-models");
  mkdirSync(models);
  const service = await serve(settings("models-lost"));
  t.after(() => service.kill());
  await becomesReady(service);
  rmSync(models, { recursive: true });
  const { problems } = await becomesUnready(service);
  assert.equal(problems[0]?.code, "MODELS_LOST");
  await letsGo(service);
  await noWorkerRuns(service);
  mkdirSync(models);
  await becomesReady(service);
});

test("S5: a data folder that becomes read-only unreadies the service until it can be written again", {
  skip: needsNobody(),
}, async (t) => {
  const data = folderOfNobody(join(folder, "read-only"));
  const service = await serve(settings("read-only"), asNobody);
  t.after(() => service.kill());
  await becomesReady(service);
  chmodSync(data, 0o500);
  const { problems } = await becomesUnready(service);
  assert.equal(problems[0]?.code, "DATA_FOLDER_LOST");
  assert.match(problems[0]?.sentence ?? "", /cannot be written \(EACCES\)/);
  await letsGo(service);
  await noWorkerRuns(service);
  chmodSync(data, 0o700);
  await becomesReady(service);
});

test("S7: a data folder that cannot be made or written ends the start with 2 and a sentence, and is no defect", async () => {
  const file = join(folder, "a-file");
  writeFileSync(file, "");
  const { code, stderr } = await panseg(["serve"], {
    ...settings("x"),
    PANSEG__DATAFOLDER: join(file, "data"),
  });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /a-file\/data cannot be made or written \(ENOTDIR\)\. \[FOLDER_UNWRITABLE\]/);
  assert.doesNotMatch(stderr, /defect/);
});
