import assert from "node:assert/strict";
import { test } from "node:test";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import { retrieveReadable } from "../../src/story/retrieve.ts";
import {
  isFailure,
  keepLog,
  sendPart,
  sopUidsOf,
  startArchive,
  temporaryFolder,
} from "../pacs/fakeArchive.ts";
import { makeSlices } from "../pacs/objects.ts";

const slices = makeSlices({ study: "s", series: "e" }, ["0", "1", "2"]);
const [series] = slices;
assert.ok(series);

/** The object under a transfer syntax for which there is no decoder; its name has as many characters. */
const inOtherSyntax = (bytes: Uint8Array): Uint8Array => {
  const foreign = Buffer.from(bytes);
  const at = foreign.indexOf("1.2.840.10008.1.2.1\0", 0, "latin1");
  assert.ok(at > 0);
  foreign.write("1.2.840.10008.1.2.66", at, "latin1");
  return foreign;
};

const bytesAt = (path: string): { readonly bytes: Uint8Array; readonly isSecond: boolean } => {
  const found = slices.findIndex((slice) => path.endsWith(slice.sopInstanceUid));
  return { bytes: slices[found]?.bytes ?? new Uint8Array(), isSecond: found === 1 };
};

const asksUncompressed = (accept: string | undefined): boolean =>
  accept?.endsWith("transfer-syntax=1.2.840.10008.1.2.1") === true;

test("P2: what comes in a transfer syntax without a decoder is asked for once more, uncompressed, and nothing else is", async (t) => {
  const archive = await startArchive(t, ({ path, headers }, response) => {
    const { bytes, isSecond } = bytesAt(path);
    sendPart(response, isSecond && !asksUncompressed(headers.accept) ? inOtherSyntax(bytes) : bytes);
  });
  const pacs = makeDicomwebPacs({ url: archive.url }, keepLog());
  const found = await retrieveReadable(
    series,
    sopUidsOf(slices),
    { pacs, workFolder: temporaryFolder(t) },
    () => {},
  );
  assert.deepEqual(
    found.map(({ read }) => Buffer.from(read())),
    slices.map(({ bytes }) => Buffer.from(bytes)),
  );
  assert.deepEqual(
    archive.asked.map(({ headers }) => asksUncompressed(headers.accept)),
    [false, false, false, true],
  );
});

test("P2: an archive that cannot decode either leaves the refusal to the reader; one that went away is tried again", async (t) => {
  const status = { now: 406 };
  const archive = await startArchive(t, ({ path, headers }, response) => {
    if (asksUncompressed(headers.accept)) response.writeHead(status.now).end();
    else sendPart(response, inOtherSyntax(bytesAt(path).bytes));
  });
  const pacs = makeDicomwebPacs({ url: archive.url }, keepLog());
  const retrieve = () =>
    retrieveReadable(series, sopUidsOf(slices), { pacs, workFolder: temporaryFolder(t) }, () => {});
  for (const code of [406, 500]) {
    status.now = code;
    const [first] = await retrieve();
    assert.deepEqual(
      Buffer.from(first?.read() ?? []),
      Buffer.from(inOtherSyntax(slices[0]?.bytes ?? new Uint8Array())),
    );
  }
  status.now = 503;
  await assert.rejects(retrieve(), isFailure("PACS_BUSY"));
});
