import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, test } from "node:test";
import type { FailureCode } from "../../src/domain/failure.ts";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import { slowly } from "../support/slowly.ts";
import { type Asked, dicomJson, isFailure, keepLog, sendJson, startArchive } from "./fakeArchive.ts";
import { makeSlices, uidOf } from "./objects.ts";

const [ours, other] = makeSlices({ study: "s", series: "seg", modality: "SEG" }, ["ours", "other"]);
assert.ok(ours && other);

const item = (uid: string, reason: Readonly<Record<string, number>> = {}) =>
  dicomJson({ "00081150": "1.2.840.10008.5.1.4.1.1.66.4", "00081155": uid, ...reason });

const stored = (uid: string) => dicomJson({ "00081199": [item(uid)] });
const refused = (uid: string, reason: number) =>
  dicomJson({ "00081198": [item(uid, { "00081197": reason })] });
const storedWithEmptyFailures = { ...stored(ours.sopInstanceUid), "00081198": { vr: "SQ" } };

const xml = (tag: string, uid: string, reason = "") => `<?xml version="1.0" encoding="utf-8"?>
<!-- an archive of another make --><NativeDicomModel xml:space="preserve">
  <DicomAttribute tag="00081190" vr="UR" keyword="RetrieveURL"><Value number="1">http://a/b</Value></DicomAttribute>
  <DicomAttribute tag="00081198" vr="SQ" keyword="FailedSOPSequence"/>
  <DicomAttribute tag="${tag}" vr="SQ"><Item number="1">
    <DicomAttribute tag="00081150" vr="UI"><Value number="1">1.2.840.10008.5.1.4.1.1.66.4</Value></DicomAttribute>
    <DicomAttribute tag="00081155" vr="UI"><Value number="1">${uid}</Value></DicomAttribute>
    <DicomAttribute tag="00081197" vr="US">${reason && `<Value number="1">${reason}</Value>`}</DicomAttribute>
  </Item></DicomAttribute>
</NativeDicomModel>`;

type Case = {
  readonly status: number;
  readonly body: unknown;
  /** Whether a search afterwards finds the object. */
  readonly isListed?: boolean;
  /** null: success. */
  readonly code: FailureCode | null;
  readonly failureReason?: number;
};

const cases: Readonly<Record<string, Case>> = {
  "200 listed as stored": { status: 200, body: storedWithEmptyFailures, code: null },
  "200 listed as stored, in a list": { status: 200, body: [stored(ours.sopInstanceUid)], code: null },
  "200 in XML": { status: 200, body: xml("00081199", ours.sopInstanceUid), code: null },
  "200 refused in XML": {
    status: 200,
    body: xml("00081198", ours.sopInstanceUid, "290"),
    code: "CLASS_REFUSED",
    failureReason: 290,
  },
  "200 that lists another object": {
    status: 200,
    body: stored(other.sopInstanceUid),
    code: "PACS_BAD_ANSWER",
  },
  "200 that lists nothing, but it is there": { status: 200, body: {}, isListed: true, code: null },
  "200 empty, but it is there": { status: 200, body: "", isListed: true, code: null },
  "200 empty, and it is not there": { status: 200, body: "", code: "PACS_BAD_ANSWER" },
  "200 HTML": { status: 200, body: "<html>Welcome</html>", code: "PACS_BAD_ANSWER" },
  "200 half a JSON": { status: 200, body: '{"00081199":', code: "PACS_BAD_ANSWER" },
  "202 with ours stored": {
    status: 202,
    body: { ...refused(other.sopInstanceUid, 272), ...stored(ours.sopInstanceUid) },
    code: null,
  },
  "202 with ours refused": {
    status: 202,
    body: { ...stored(other.sopInstanceUid), ...refused(ours.sopInstanceUid, 43264) },
    code: "STORE_REJECTED",
    failureReason: 43264,
  },
  "202 without a word": { status: 202, body: "", code: "PACS_BAD_ANSWER" },
  "204, and it is there": { status: 204, body: "", isListed: true, code: null },
  "204, and it is not there": { status: 204, body: "", code: "PACS_BAD_ANSWER" },
  "400 although ours is stored": { status: 400, body: stored(ours.sopInstanceUid), code: null },
  "400 that names nothing": { status: 400, body: {}, code: "STORE_REJECTED" },
  "409 study differs": {
    status: 409,
    body: refused(ours.sopInstanceUid, 272),
    code: "STORE_FAILED",
    failureReason: 272,
  },
  "409 already there": {
    status: 409,
    body: refused(ours.sopInstanceUid, 45070),
    isListed: true,
    code: null,
  },
  "409 without a word, and it is there": { status: 409, body: "", isListed: true, code: null },
  "409 without a word, and it is not there": { status: 409, body: "", code: "STORE_FAILED" },
  "200 out of resources": {
    status: 200,
    body: refused(ours.sopInstanceUid, 0xa700),
    code: "PACS_BUSY",
    failureReason: 0xa700,
  },
  "413 too large for the archive": { status: 413, body: "", code: "STORE_REJECTED" },
  "415 not this kind": { status: 415, body: "", code: "CLASS_REFUSED" },
  "422 not this object": { status: 422, body: "", code: "STORE_REJECTED" },
  "401 unknown caller": { status: 401, body: "", code: "PACS_UNAUTHORIZED" },
  "403 forbidden": { status: 403, body: "", code: "PACS_UNAUTHORIZED" },
  "404 no such address": { status: 404, body: "", code: "PACS_ERROR" },
  "405 no store": { status: 405, body: "", code: "PACS_ERROR" },
  "408 too slow": { status: 408, body: "", code: "PACS_TIMEOUT" },
  "429 later": { status: 429, body: "", code: "PACS_BUSY" },
  "500 error": { status: 500, body: "", code: "PACS_ERROR" },
  "500 although it is there": { status: 500, body: "", isListed: true, code: null },
  "500 with ours refused": { status: 500, body: refused(ours.sopInstanceUid, 272), code: "PACS_ERROR" },
  "507 full": { status: 507, body: "", code: "PACS_BUSY" },
  "503 later": { status: 503, body: "", code: "PACS_BUSY" },
  "307 elsewhere": { status: 307, body: "", code: "PACS_ERROR" },
};

const answerCase = (each: Case, asked: Asked, response: ServerResponse): void => {
  if (asked.method === "GET") {
    sendJson(response, each.isListed ? [dicomJson({ "00080018": ours.sopInstanceUid })] : []);
  } else if (typeof each.body !== "string") {
    sendJson(response, each.body, each.status);
  } else {
    response.writeHead(each.status, { "retry-after": "30", location: "/elsewhere" });
    response.end(each.status === 204 ? undefined : each.body);
  }
};

describe("WEB-5 F9 PIT-22 a store is judged for its own object, by body, status and search", () => {
  for (const [name, each] of Object.entries(cases))
    test(`${name}: ${each.code ?? "success"}`, async (t) => {
      const archive = await startArchive(t, (asked, response) => answerCase(each, asked, response));
      const store = makeDicomwebPacs({ url: archive.url }, keepLog()).storeInstance(ours, ours.bytes);
      if (each.code === null) await store;
      else
        await assert.rejects(
          store,
          isFailure(each.code, {
            status: each.status,
            ...(each.failureReason === undefined ? {} : { failureReason: each.failureReason }),
            ...(each.code === "PACS_BUSY" ? { retryAfterMs: each.status === 200 ? null : 30_000 } : {}),
          }),
        );
      assert.equal(archive.asked.filter(({ method }) => method === "POST").length, 1);
    });
});

test("WEB-6 one object goes as multipart/related with its bytes whole, and JSON is asked for", async (t) => {
  const archive = await startArchive(t, (_, response) => sendJson(response, stored(ours.sopInstanceUid)));
  // A view into a larger buffer, as small Buffers are: only the view may be sent.
  const pool = new Uint8Array(ours.bytes.length + 64).fill(0xee);
  pool.set(ours.bytes, 32);
  const view = pool.subarray(32, 32 + ours.bytes.length);
  await makeDicomwebPacs({ url: archive.url }, keepLog()).storeInstance(ours, view);
  const [asked] = archive.asked;
  assert.ok(asked);
  assert.equal(asked.path, "/studies");
  assert.equal(asked.headers.accept, "application/dicom+json");
  const type = asked.headers["content-type"] ?? "";
  const boundary = /^multipart\/related; type="application\/dicom"; boundary="([^"]+)"$/.exec(type)?.[1];
  const head = `\r\n--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`;
  assert.deepEqual(
    asked.body,
    Buffer.concat([Buffer.from(head), ours.bytes, Buffer.from(`\r\n--${boundary}--`)]),
  );
});

test("WEB-5 a warning of the archive is noted with its number", async (t) => {
  const body = dicomJson({ "00081199": [item(ours.sopInstanceUid, { "00081196": 45056 })] });
  const archive = await startArchive(t, (_, response) => sendJson(response, body));
  const log = keepLog();
  await makeDicomwebPacs({ url: archive.url }, log).storeInstance(ours, ours.bytes);
  assert.deepEqual(log.lines, [
    {
      level: "warn",
      event: "pacs.store-warning",
      fields: { sopInstanceUid: ours.sopInstanceUid, warningReason: 45056 },
    },
  ]);
});

test("F8 a reply that is lost is unreachable or late, and a search then finds the object", async (t) => {
  let isStored = false;
  const archive = await startArchive(t, (asked, response) => {
    if (asked.method === "GET")
      return sendJson(response, isStored ? [dicomJson({ "00080018": ours.sopInstanceUid })] : []);
    isStored = true;
    response.destroy();
  });
  const pacs = makeDicomwebPacs({ url: archive.url }, keepLog());
  assert.equal(await pacs.hasInstance(ours), false);
  await assert.rejects(pacs.storeInstance(ours, ours.bytes), isFailure("PACS_UNREACHABLE"));
  assert.equal(await pacs.hasInstance(ours), true);
});

test("F7 WEB-15 a store that is never answered meets its own deadline, not that of reading", async (t) => {
  const archive = await startArchive(t, (asked, response) => {
    const isSlow = asked.path.startsWith("/slow");
    if (isSlow) void slowly(300, () => sendJson(response, stored(ours.sopInstanceUid)));
  });
  const pacsAt = (path: string, store: number) =>
    makeDicomwebPacs({ url: `${archive.url}/${path}`, timeoutsMs: { headers: 100, store } }, keepLog());
  await pacsAt("slow", 60_000).storeInstance(ours, ours.bytes);
  await assert.rejects(
    pacsAt("never", 1500).storeInstance(ours, ours.bytes),
    isFailure("PACS_TIMEOUT", { milliseconds: 1500 }),
  );
});

test("an archive that ignores the search key does not seem to hold what it does not", async (t) => {
  const archive = await startArchive(t, (_, response) =>
    sendJson(response, [
      dicomJson({ "00080018": other.sopInstanceUid }),
      dicomJson({ "00080018": uidOf("x") }),
    ]),
  );
  const pacs = makeDicomwebPacs({ url: archive.url }, keepLog());
  assert.equal(await pacs.hasInstance(ours), false);
  assert.equal(await pacs.hasInstance(other), true);
});
