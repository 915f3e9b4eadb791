import assert from "node:assert/strict";
import { test } from "node:test";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { text } from "../../src/dicom/file/header.ts";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import { listHeaders } from "../../src/story/listing.ts";
import { startDemo, stow } from "../demo/archive/requests.ts";
import { isFailure, keepLog } from "../pacs/fakeArchive.ts";
import { makeSlices } from "../pacs/objects.ts";
import { type ProxyAnswer, startProxy } from "../support/proxy.ts";

const files = writeSeries(makePhantom({ seed: 7, modelClass: "T1" })).slice(0, 9);

const refusal = (status: number): ProxyAnswer => ({ status, headers: {}, body: Buffer.alloc(0) });

for (const [name, answer] of [
  ["has no metadata", refusal(404)],
  ["does not offer metadata", refusal(501)],
  ["gives metadata as XML alone", refusal(406)],
  ["answers with an empty list", { status: 200, headers: {}, body: Buffer.from("[]") }],
] as const)
  test(`D7: headers come from the instances where an archive ${name}, and are the same`, async (t) => {
    const archive = await startDemo(t);
    await stow(
      archive,
      files.map(({ bytes }) => bytes),
    );
    const direct = makeDicomwebPacs({ url: archive.url }, keepLog());
    const [series] = await direct.findSeries(null);
    assert.ok(series !== undefined);
    const told = await listHeaders(series, { pacs: direct });
    const without = await startProxy(archive.restUrl, {
      before: async (_, path) => !path.endsWith("/metadata") || answer,
    });
    t.after(without.stop);
    const pacs = makeDicomwebPacs({ url: `${without.url}/dicom-web` }, keepLog());
    const shares: number[] = [];
    const read = await listHeaders(series, { pacs }, (share) => shares.push(share));
    const bySop = (headers: typeof told) =>
      headers.toSorted((a, b) =>
        String(text(a, "SOPInstanceUID")) < String(text(b, "SOPInstanceUID")) ? -1 : 1,
      );
    assert.equal(read.length, 9);
    assert.deepEqual(bySop(read), bySop(told));
    assert.deepEqual(shares, [4 / 9, 8 / 9, 1], "no more than four instances are in memory at once");
  });

test("D7: index-only metadata without those of single instances is completed from the instances", async (t) => {
  const archive = await startDemo(t);
  const slices = makeSlices({ study: "s", series: "e" }, ["0", "1", "2"]);
  await stow(
    archive,
    slices.map(({ bytes }) => bytes),
  );
  const [series] = slices;
  assert.ok(series !== undefined);
  const partial = await startProxy(archive.restUrl, {
    rewrite: (_, path, __, answer) => {
      if (!path.endsWith("/metadata")) return answer;
      if (path.includes("/instances/")) return refusal(404);
      const whole = JSON.parse(answer.body.toString()) as readonly Record<string, unknown>[];
      const few = whole.map((each) => ({ "00080016": each["00080016"], "00080018": each["00080018"] }));
      return { status: 200, headers: answer.headers, body: Buffer.from(JSON.stringify(few)) };
    },
  });
  t.after(partial.stop);
  const pacs = makeDicomwebPacs({ url: `${partial.url}/dicom-web` }, keepLog());
  const headers = await listHeaders(series, { pacs });
  assert.deepEqual(
    headers.map((header) => header["Rows"]),
    [2, 2, 2],
  );
});

test("a series that is gone is gone, and an archive that is away is away, whatever the way to its headers", async (t) => {
  const archive = await startDemo(t);
  const [slice] = makeSlices({ study: "s", series: "e" }, ["0"]);
  assert.ok(slice !== undefined);
  const pacs = makeDicomwebPacs({ url: archive.url }, keepLog());
  await assert.rejects(listHeaders(slice, { pacs }), isFailure("SERIES_GONE"));
  await archive.stop();
  await assert.rejects(listHeaders(slice, { pacs }), isFailure("PACS_UNREACHABLE"));
});
