import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { describe, test } from "node:test";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import type { PacsOptions } from "../../src/pacs/options.ts";
import { eventually } from "../support/eventually.ts";
import { slowly } from "../support/slowly.ts";
import {
  bytesOf,
  isFailure,
  keepLog,
  sendPart,
  sopUidsOf,
  startArchive,
  temporaryFolder,
} from "./fakeArchive.ts";
import { makeSlices } from "./objects.ts";

const slices = makeSlices(
  { study: "s", series: "e" },
  Array.from({ length: 12 }, (_, index) => `${index}`),
);
const [first] = slices;
assert.ok(first);

const pacsAt = (url: string, options: Partial<PacsOptions> = {}) =>
  makeDicomwebPacs({ url, ...options }, keepLog());

const bytesAt = (path: string): Uint8Array => {
  const found = slices.find((slice) => path.endsWith(slice.sopInstanceUid));
  assert.ok(found);
  return found.bytes;
};

test("PIT-25 instances come into numbered files in the order asked for, however they arrive", async (t) => {
  const archive = await startArchive(t, ({ path }, response) => {
    void slowly(Math.random() * 30, () => sendPart(response, bytesAt(path)));
  });
  const folder = temporaryFolder(t);
  const shares: number[] = [];
  const backwards = slices.toReversed();
  const found = await pacsAt(archive.url).retrieveInstances(first, sopUidsOf(backwards), folder, (share) =>
    shares.push(share),
  );
  assert.deepEqual(
    found.map((instance) => new Uint8Array(instance.read())),
    bytesOf(backwards),
  );
  assert.deepEqual(
    found.map((instance) => instance.name),
    slices.map((_, index) => `${index}.dcm`),
  );
  assert.deepEqual(
    shares,
    slices.map((_, index) => (index + 1) / slices.length),
  );
  assert.deepEqual(new Set(readdirSync(folder)), new Set(found.map((instance) => instance.name)));
});

test("WEB-10 PIT-21 any transfer syntax is asked for, so that the archive need not decode", async (t) => {
  const archive = await startArchive(t, (_, response) => sendPart(response, first.bytes));
  await pacsAt(archive.url).retrieveInstance(first);
  assert.equal(
    archive.asked[0]?.headers.accept,
    'multipart/related; type="application/dicom"; transfer-syntax=*',
  );
});

test("an object that comes alone instead of in parts is taken", async (t) => {
  const archive = await startArchive(t, (_, response) =>
    response.writeHead(200, { "content-type": "application/dicom" }).end(first.bytes),
  );
  assert.deepEqual(await pacsAt(archive.url).retrieveInstance(first), first.bytes);
});

test("WEB-15 PIT-24 four instances are under way at once, and not five", async (t) => {
  let underWay = 0;
  let most = 0;
  const archive = await startArchive(t, async ({ path }, response) => {
    underWay++;
    most = Math.max(most, underWay);
    await eventually("four are under way", () => most >= 4, { everyMs: 5 });
    // A fifth would come now.
    await slowly(30);
    underWay--;
    sendPart(response, bytesAt(path));
  });
  await pacsAt(archive.url).retrieveInstances(first, sopUidsOf(slices), temporaryFolder(t));
  assert.equal(most, 4);
});

describe("F7 what is no whole DICOM object is never used", () => {
  const boundary = { "content-type": 'multipart/related; type="application/dicom"; boundary=b' };
  const head = "--b\r\nContent-Type: application/dicom\r\n\r\n";
  const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
    "parts without an end": (response) => {
      response.writeHead(200, boundary).write(head);
      response.end(first.bytes.subarray(0, 200));
    },
    "no part at all": (response) => response.writeHead(200, boundary).end("--b--\r\n\r\n"),
    "parts that are none": (response) => response.writeHead(200, boundary).end("x".repeat(3000)),
    "a part of something else": (response) => sendPart(response, Buffer.from("<html>".repeat(50))),
    "an empty part": (response) => sendPart(response, new Uint8Array()),
    "a login page": (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
    "a body cut by a reset": (response) => {
      response.writeHead(200, boundary).write(head);
      response.write(first.bytes.subarray(0, 200), () => response.socket?.resetAndDestroy());
    },
  };
  for (const [name, answer] of Object.entries(answers))
    test(name, async (t) => {
      const archive = await startArchive(t, (_, response) => answer(response));
      const folder = temporaryFolder(t);
      await assert.rejects(
        pacsAt(archive.url).retrieveInstances(first, [first.sopInstanceUid], folder),
        isFailure("PACS_BAD_ANSWER"),
      );
      assert.deepEqual(readdirSync(folder), []);
    });
});

test("F15, S4: an instance deleted meanwhile makes the retrieval incomplete", async (t) => {
  for (const status of [404, 410]) {
    const archive = await startArchive(t, ({ path }, response) =>
      path.endsWith(slices[5]?.sopInstanceUid ?? "")
        ? response.writeHead(status).end()
        : sendPart(response, bytesAt(path)),
    );
    await assert.rejects(
      pacsAt(archive.url).retrieveInstances(first, sopUidsOf(slices), temporaryFolder(t)),
      isFailure("INCOMPLETE_RETRIEVAL", { sopInstanceUid: slices[5]?.sopInstanceUid }),
    );
  }
});

test("after the first failure no further instance is asked for", async (t) => {
  const archive = await startArchive(t, (_, response) => response.writeHead(500).end());
  await assert.rejects(
    pacsAt(archive.url, { parallelInstances: 2 }).retrieveInstances(
      first,
      sopUidsOf(slices),
      temporaryFolder(t),
    ),
    isFailure("PACS_ERROR"),
  );
  assert.equal(archive.asked.length, 2);
});

test("WEB-15 S2 an instance beyond the size limit and a series beyond the number limit are refused", async (t) => {
  const archive = await startArchive(t, (_, response) => sendPart(response, Buffer.alloc(100_000)));
  const pacs = pacsAt(archive.url, { maxInstanceBytes: 50_000, maxSeriesInstances: 3 });
  await assert.rejects(pacs.retrieveInstance(first), isFailure("PACS_TOO_LARGE", { maxBytes: 50_000 }));
  await assert.rejects(
    pacs.retrieveInstances(first, sopUidsOf(slices), temporaryFolder(t)),
    isFailure("PACS_TOO_LARGE", { instances: 12, limit: 3 }),
  );
});

test("F7 WEB-15 a series has a deadline besides that of each instance", async (t) => {
  const archive = await startArchive(t, ({ path }, response) => {
    void slowly(200, () => sendPart(response, bytesAt(path)));
  });
  const pacs = pacsAt(archive.url, { parallelInstances: 1, timeoutsMs: { series: 500 } });
  await assert.rejects(
    pacs.retrieveInstances(first, sopUidsOf(slices), temporaryFolder(t)),
    isFailure("PACS_TIMEOUT", { total: 12 }),
  );
  assert.ok(archive.asked.length < 6, `${archive.asked.length}`);
});
