import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import { slowly } from "../support/slowly.ts";
import { dicomJson, isFailure, keepLog, sendJson, startArchive } from "./fakeArchive.ts";
import { uidOf } from "./objects.ts";

const series = { studyUid: uidOf("study"), seriesUid: uidOf("series") };

const instance = (name: string, isWhole = true) =>
  dicomJson({
    "00080018": uidOf(name),
    ...(isWhole ? { "00080016": "1.2.840.10008.5.1.4.1.1.2", "00280010": 512, "00280011": 512 } : {}),
  });

const pacsAt = (url: string, options = {}) => makeDicomwebPacs({ url, ...options }, keepLog());

describe("WEB-12 the metadata of a series are whole or refused", () => {
  test("instances that the archive answers from its index are asked for one by one", async (t) => {
    const archive = await startArchive(t, ({ path }, response) => {
      const one = /instances\/([0-9.]+)\/metadata$/.exec(path)?.[1];
      if (one === undefined)
        return sendJson(response, [instance("a"), instance("b", false), instance("c", false)]);
      return sendJson(response, [instance(one === uidOf("b") ? "b" : "c")]);
    });
    const found = await pacsAt(archive.url).seriesMetadata(series);
    assert.deepEqual(found, [instance("a"), instance("b"), instance("c")]);
    assert.equal(archive.asked.length, 3);
  });

  test("an object without pixels needs no rows and columns, but its names", async (t) => {
    const text = dicomJson({ "00080016": "1.2.840.10008.5.1.4.1.1.88.11", "00080018": uidOf("text") });
    const archive = await startArchive(t, (_, response) => sendJson(response, [text]));
    assert.deepEqual(await pacsAt(archive.url).seriesMetadata(series), [text]);
  });

  for (const [lacking, bare] of [
    ["00080016", instance("x", false)],
    ["00080018", dicomJson({ "00080016": "1.2" })],
  ] as const)
    test(`an instance whose ${lacking} cannot be had`, async (t) => {
      const archive = await startArchive(t, (_, response) => sendJson(response, [bare]));
      await assert.rejects(
        pacsAt(archive.url).seriesMetadata(series),
        isFailure("PACS_BAD_ANSWER", { tag: lacking }),
      );
    });
});

describe("F15 a series that is gone is told from one that cannot be read", () => {
  for (const answer of ["404", "204", "an empty list"])
    for (const isListed of [false, true])
      test(`${answer}, ${isListed ? "but" : "and not"} listed`, async (t) => {
        const archive = await startArchive(t, ({ path }, response) => {
          if (!path.endsWith("/metadata"))
            return sendJson(response, isListed ? [dicomJson({ "0020000E": series.seriesUid })] : []);
          return answer === "an empty list"
            ? sendJson(response, [])
            : response.writeHead(Number(answer)).end();
        });
        await assert.rejects(
          pacsAt(archive.url).seriesMetadata(series),
          isFailure(isListed ? "PACS_BAD_ANSWER" : "SERIES_GONE"),
        );
      });
});

test("WEB-15 a series of too many instances is refused with the numbers", async (t) => {
  const many = Array.from({ length: 6 }, (_, index) => instance(`${index}`));
  const archive = await startArchive(t, (_, response) => sendJson(response, many));
  await assert.rejects(
    pacsAt(archive.url, { maxSeriesInstances: 5 }).seriesMetadata(series),
    isFailure("PACS_TOO_LARGE", { instances: 6, limit: 5 }),
  );
  assert.equal((await pacsAt(archive.url, { maxSeriesInstances: 6 }).seriesMetadata(series)).length, 6);
});

test("WEB-15 metadata may begin late, as long as they are whole in time", async (t) => {
  const archive = await startArchive(t, (_, response) => {
    void slowly(300, () => sendJson(response, [instance("late")]));
  });
  const found = await pacsAt(archive.url, { timeoutsMs: { headers: 100 } }).seriesMetadata(series);
  assert.equal(found.length, 1);
  await assert.rejects(
    pacsAt(archive.url, { timeoutsMs: { metadata: 100 } }).seriesMetadata(series),
    isFailure("PACS_TIMEOUT"),
  );
});

test("D5 WEB-9 addresses inside answers are not followed", async (t) => {
  const other = await startArchive(t, (_, response) => response.end("secret"));
  const pointing = {
    ...instance("a"),
    "00081190": { vr: "UR", Value: [`${other.url}/studies/1`] },
    "00091001": { vr: "UN", BulkDataURI: `${other.url}/bulk` },
    "7FE00010": { vr: "OW", BulkDataURI: `${other.url}/pixels` },
  };
  const archive = await startArchive(t, (_, response) => sendJson(response, [pointing]));
  const found = await pacsAt(archive.url).seriesMetadata(series);
  assert.deepEqual(found, [pointing]);
  assert.equal(other.asked.length, 0);
});
