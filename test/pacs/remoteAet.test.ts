import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import { startOrthanc } from "../support/orthanc.ts";
import { needsTool } from "../support/shared.ts";
import { makeSlices } from "./objects.ts";

const silent = { info: () => {}, warn: () => {}, error: () => {} };

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
};

test("WEB-13: Orthanc tells which application entity sent a series, and nothing of one that came by HTTP", {
  skip: needsTool("Orthanc", "storescu"),
}, async (t) => {
  const dicomPort = await freePort();
  const orthanc = await startOrthanc(t, { dicomPort });
  const folder = mkdtempSync(join(tmpdir(), "panseg-aet-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "sent"));
  const sent = makeSlices({ study: "s", series: "by storage" }, ["1", "2"]);
  const posted = makeSlices({ study: "s", series: "by HTTP" }, ["1", "2"]);
  for (const [n, { bytes }] of sent.entries()) writeFileSync(join(folder, "sent", `${n}.dcm`), bytes);
  const scanner = spawn("storescu", [
    ...["-aet", "SCANNER_7", "-aec", "ANY", "127.0.0.1", String(dicomPort), "+sd", join(folder, "sent")],
  ]);
  const [code] = (await once(scanner, "exit")) as [number];
  assert.equal(code, 0);
  await orthanc.stow(posted.map(({ bytes }) => bytes));

  const options = { url: orthanc.url, headers: orthanc.headers };
  const pacs = makeDicomwebPacs({ ...options, restUrl: orthanc.restUrl }, silent);
  const [first, second] = [sent[0], posted[0]];
  assert.ok(first && second);
  assert.equal(await pacs.remoteAet(first), "SCANNER_7");
  assert.equal(await pacs.remoteAet(second), "");
  assert.equal(await pacs.remoteAet({ ...first, seriesUid: "1.2.3" }), "");
  assert.equal(await makeDicomwebPacs(options, silent).remoteAet(first), null);
});
