import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { makeFailure } from "../../src/domain/failure.ts";
import { makeApp, type Readiness } from "../../src/http/app.ts";
import { openSqliteJobStore } from "../../src/jobs/sqlite.ts";
import type { JobStore } from "../../src/ports.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-http-"));
let jobs: JobStore;
let server: Server;
let base: string;
let readiness: Readiness = { problems: [], degraded: [] };

before(async () => {
  jobs = openSqliteJobStore({
    file: join(folder, "jobs.sqlite"),
    clock: { nowMs: () => Date.UTC(2026, 0, 1) },
    maxAttempts: 3,
  });
  await jobs.arrive([{ studyUid: "1.2", seriesUid: "1.2.3", instanceCount: 20, isEvent: true }]);
  const claim = await jobs.claim("worker", 60_000);
  assert.ok(claim);
  await jobs.completeExamination(claim, makeFailure("LOCALIZER", "3 images in 3 orientations."));
  server = makeApp(jobs, async () => readiness).listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});

after(async () => {
  server.close();
  await jobs.close();
  rmSync(folder, { recursive: true });
});

const get = async (path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(base + path);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test("/livez says that the process answers, and nothing more", async () => {
  assert.deepEqual(await get("/livez"), { status: 200, body: { status: "ok" } });
});

test("/readyz names what is missing; an absent archive degrades and does not unready", async () => {
  readiness = { problems: [], degraded: ["the archive does not answer"] };
  assert.deepEqual(await get("/readyz"), { status: 200, body: { status: "degraded", ...readiness } });
  readiness = { problems: ["no disk"], degraded: [] };
  assert.equal((await get("/readyz")).status, 503);
});

test("R1: GET /api/jobs shows every series with its verdict and bears the research notice", async () => {
  const { status, body } = await get("/api/jobs?state=skipped");
  assert.equal(status, 200);
  assert.match(String(body["notice"]), /Research use only/);
  const [job] = body["jobs"] as Record<string, unknown>[];
  assert.equal(job?.["seriesUid"], "1.2.3");
  assert.equal((job?.["failure"] as { code: string } | undefined)?.code, "LOCALIZER");
  assert.deepEqual((await get("/api/jobs?state=dead")).body["jobs"], []);
});

test("wrong questions get a code and a sentence, no page and no stack", async () => {
  assert.equal((await get("/api/jobs?state=odd")).body["code"], "USAGE");
  assert.equal((await get("/api/jobs/999")).status, 404);
  assert.equal((await get("/api/jobs/x'--")).status, 404);
  assert.deepEqual((await get("/nothing")).body, {
    code: "NOT_FOUND",
    sentence: "There is nothing at this address.",
  });
});

test("a request under another host's name is refused, so that no web page can read the service", async () => {
  const status = await new Promise((resolve) => {
    request(`${base}/api/jobs`, { headers: { host: "evil.example" } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end();
  });
  assert.equal(status, 403);
});
