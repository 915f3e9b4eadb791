import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { serveViewer } from "./serveViewer.ts";

type Asked = { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders };

const portOf = (server: ReturnType<typeof createServer>): number => (server.address() as AddressInfo).port;

/** A viewer of two files before an archive that notes what it is asked and answers with a type of its own. */
const start = async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), "panseg-viewer-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const dist = mkdtempSync(join(folder, "dist-"));
  writeFileSync(join(folder, "secret.txt"), "beside the viewer");
  writeFileSync(join(dist, "index.html"), "<title>viewer</title>");
  writeFileSync(join(dist, "main.js"), "start();");
  const asked: Asked[] = [];
  const archive = createServer(({ method = "", url = "", headers }, response) => {
    asked.push({ method, path: url, headers });
    response.writeHead(206, { "content-type": "multipart/related; boundary=b" }).end("from the archive");
  }).listen(0, "127.0.0.1");
  await once(archive, "listening");
  t.after(() => archive.close());
  const archiveUrl = `http://127.0.0.1:${portOf(archive)}`;
  const viewer = await serveViewer({ dist, archiveUrl, archiveHeaders: { authorization: "Basic abc" } });
  t.after(() => viewer.close());
  return { asked, archive, url: viewer.url };
};

/** With the path as it is given: `fetch` would tidy it. */
const ask = async (url: string, path: string, method = "GET"): Promise<{ status: number; body: string }> => {
  const { hostname, port } = new URL(url);
  const sent = request({ hostname, port, path, method, headers: { accept: "application/dicom+json" } }).end();
  const [response] = await once(sent, "response");
  return { status: response.statusCode, body: Buffer.concat(await response.toArray()).toString() };
};

test("what the viewer reads comes from the archive unchanged, asked with the password that the browser lacks", async (t) => {
  const { asked, url } = await start(t);
  const response = await fetch(`${url}/dicom-web/studies?limit=1`, {
    headers: { accept: "multipart/related" },
  });
  assert.equal(response.status, 206);
  assert.equal(response.headers.get("content-type"), "multipart/related; boundary=b");
  assert.equal(await response.text(), "from the archive");
  assert.equal((await ask(url, "/wado?requestType=WADO")).status, 206);
  assert.deepEqual(
    asked.map(({ method, path }) => `${method} ${path}`),
    ["GET /dicom-web/studies?limit=1", "GET /wado?requestType=WADO"],
  );
  assert.equal(asked[0]?.headers.accept, "multipart/related");
  assert.ok(asked.every(({ headers }) => headers.authorization === "Basic abc"));
});

test("nothing but reading reaches the archive, and nothing of it but DICOMweb and WADO", async (t) => {
  const { asked, url } = await start(t);
  for (const method of ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
    assert.equal((await ask(url, "/dicom-web/studies", method)).status, 405);
  for (const path of [
    "/dicom-web/../instances",
    "/dicom-web/%2e%2e/tools/reset",
    "/instances",
    "/dicom-webs",
  ])
    assert.match((await ask(url, path)).body, /<title>viewer/);
  assert.deepEqual(asked, []);
  await ask(url, "//127.0.0.2/dicom-web/studies");
  await ask(url, "http://127.0.0.2/wado");
  assert.deepEqual(
    asked.map(({ path }) => path),
    ["/dicom-web/studies", "/wado"],
  );
});

test("files of the viewer are sent as they are, its pages get the start page, and nothing beside it is sent", async (t) => {
  const { url } = await start(t);
  const script = await fetch(`${url}/main.js`);
  assert.equal(script.headers.get("content-type"), "text/javascript");
  assert.equal(await script.text(), "start();");
  assert.match((await ask(url, "/viewer?StudyInstanceUIDs=1.2")).body, /<title>viewer/);
  assert.match((await ask(url, "/app-config.js")).body, /"qidoRoot":"\/dicom-web"/);
  assert.equal((await ask(url, "/absent.js")).status, 404);
  for (const path of ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/..\\secret.txt"])
    assert.deepEqual(await ask(url, path), { status: 404, body: "" });
});

test("an archive that has gone is told as such", async (t) => {
  const { archive, url } = await start(t);
  archive.closeAllConnections();
  archive.close();
  await once(archive, "close");
  assert.equal((await ask(url, "/dicom-web/studies")).status, 502);
});
