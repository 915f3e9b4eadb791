import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { api } from "dicomweb-client";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import type { Limits } from "../../src/pacs/exchange.ts";
import { makeXhr } from "../../src/pacs/xhr.ts";
import { isFailure, keepLog, sendJson, startArchive, temporaryFolder } from "./fakeArchive.ts";
import { uidOf } from "./objects.ts";

const limits: Limits = { headersMs: 500, idleMs: 500, totalMs: 1000, maxBytes: 10_000 };

describe("PIT-17 PIT-24 dicomweb-client runs over fetch without a global XMLHttpRequest", () => {
  test("a call carries its own request object and brings the parsed answer", async (t) => {
    assert.equal("XMLHttpRequest" in globalThis, false);
    const archive = await startArchive(t, (_, response) => sendJson(response, [{ found: 1 }]));
    const client = new api.DICOMwebClient({ url: archive.url, verbose: false });
    const found = await client.searchForStudies({ request: { instance: makeXhr({}, limits) } });
    assert.deepEqual(found, [{ found: 1 }]);
    assert.equal("XMLHttpRequest" in globalThis, false);
  });

  test("PIT-19 WEB-7 the headers of the settings are sent and win over the client's own", async (t) => {
    const archive = await startArchive(t, (_, response) => sendJson(response, []));
    const client = new api.DICOMwebClient({ url: archive.url, verbose: false });
    const xhr = makeXhr({ authorization: "Bearer abc", accept: "application/special" }, limits);
    await client.searchForStudies({ request: { instance: xhr } });
    assert.equal(archive.asked[0]?.headers.authorization, "Bearer abc");
    assert.equal(archive.asked[0]?.headers.accept, "application/special");
  });

  test("WEB-11 JSON is read as UTF-8 whatever character set it names", async (t) => {
    const person = { "00080005": { vr: "CS", Value: ["ISO_IR 100"] }, name: "山田^太郎 Müller" };
    const archive = await startArchive(t, (_, response) => sendJson(response, [person]));
    const client = new api.DICOMwebClient({ url: archive.url, verbose: false });
    const found = await client.searchForStudies({ request: { instance: makeXhr({}, limits) } });
    assert.deepEqual(found, [person]);
  });

  test("PIT-18 a refusal with an empty body ends the call with its status", async (t) => {
    const archive = await startArchive(t, (_, response) => response.writeHead(401).end());
    const client = new api.DICOMwebClient({ url: archive.url, verbose: false });
    const xhr = makeXhr({}, limits);
    await assert.rejects(client.searchForStudies({ request: { instance: xhr } }), { status: 401 });
    await xhr.finished;
    assert.equal(xhr.failure(), null);
  });

  test("a body that the client cannot decode ends as a failure instead of never", async (t) => {
    const archive = await startArchive(t, (_, response) =>
      response.writeHead(200, { "content-type": "multipart/related; boundary=b" }).end("no parts here"),
    );
    const client = new api.DICOMwebClient({ url: archive.url, verbose: false });
    const xhr = makeXhr({}, limits);
    const uids = { studyInstanceUID: "1", seriesInstanceUID: "2", sopInstanceUID: "3" };
    client.retrieveInstance({ ...uids, request: { instance: xhr } }).catch(() => {});
    await xhr.finished;
    assert.equal(xhr.failure()?.failure.code, "PACS_BAD_ANSWER");
  });
});

test("PIT-23 WEB-7 no header, address or body of the archive reaches log, console or error", async (t) => {
  const secret = "c2VjcmV0LXRva2Vu";
  const patient = "Canary^Patient";
  const archive = await startArchive(t, (_, response) => response.writeHead(500).end(patient));
  const log = keepLog();
  const printed: unknown[] = [];
  for (const method of ["log", "info", "warn", "error", "debug"] as const)
    t.mock.method(console, method, (...line: unknown[]) => printed.push(line));
  const pacs = makeDicomwebPacs({ url: archive.url, headers: { Authorization: `Bearer ${secret}` } }, log);
  const instance = { studyUid: uidOf("s"), seriesUid: uidOf("e"), sopInstanceUid: uidOf("i") };
  const errors: unknown[] = [];
  const keep = (error: unknown) => errors.push(error);
  await pacs.findSeries(3).catch(keep);
  await pacs.seriesMetadata(instance).catch(keep);
  await pacs.retrieveInstance(instance).catch(keep);
  await pacs.retrieveInstances(instance, [instance.sopInstanceUid], temporaryFolder(t)).catch(keep);
  await pacs.hasInstance(instance).catch(keep);
  await pacs.storeInstance(instance, new Uint8Array(9)).catch(keep);
  await pacs.ping().catch(keep);
  assert.equal(errors.length, 7);
  for (const error of errors) isFailure("PACS_ERROR", { status: 500 })(error);
  const everything =
    errors.map((error) => describeFully(error)).join() + JSON.stringify([printed, log.lines]);
  assert.ok(!everything.includes(secret) && !everything.includes("Canary"), everything);
  assert.deepEqual(printed, []);
  assert.equal(archive.asked[0]?.headers.authorization, `Bearer ${secret}`);
});

const describeFully = (error: unknown): string =>
  error instanceof Error
    ? `${error.stack} ${JSON.stringify(error)} ${describeFully(error.cause)}`
    : JSON.stringify(error);

test("credentials that no header can carry are refused without being repeated", () => {
  const log = keepLog();
  for (const headers of [{ authorization: "Bearer se\ncret" }, { "bad name": "secret" }])
    assert.throws(
      () => makeDicomwebPacs({ url: "http://127.0.0.1:1", headers }, log),
      (error: Error) => isFailure("SETTINGS_INVALID")(error) && !/se\n?cret/.test(describeFully(error)),
    );
  for (const url of ["ftp://archive", "http://me:pass@archive", "archive", "http://archive?x=1"])
    assert.throws(() => makeDicomwebPacs({ url }, log), isFailure("SETTINGS_INVALID"));
});
