import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pacsOf, type Served, startDemo, stow } from "../demo/archive/requests.ts";
import { startOrthanc } from "../support/orthanc.ts";
import { needsTool } from "../support/shared.ts";
import { bytesOf, dicomJson, sendJson, startArchive } from "./fakeArchive.ts";
import { makeSlices, uidOf } from "./objects.ts";

const seg = (study: string, series: string, studyDate: string, names: readonly string[] = ["1"]) =>
  bytesOf(makeSlices({ study, series, modality: "SEG", studyDate }, names));

const findsSegmentations = async (served: Served): Promise<void> => {
  const files = [
    ...seg("two", "a", "20240101", ["1", "2"]),
    ...seg("two", "b", "20240101"),
    ...bytesOf(makeSlices({ study: "two", series: "ct", studyDate: "20240101" }, ["1"])),
    ...seg("one", "a", "20240101"),
    ...seg("late", "a", "20250601"),
    ...seg("late", "b", "20250601"),
  ];
  assert.equal((await stow(served, files)).status, 200);
  const { findSegmentations } = pacsOf(served, { pageSize: 1 });
  const found = async (since: string | null) =>
    (await findSegmentations(since)).map(({ sopInstanceUid }) => sopInstanceUid).sort();
  const late = ["late/a/1", "late/b/1"].map(uidOf);
  const two = ["two/a/1", "two/a/2", "two/b/1"].map(uidOf);
  assert.deepEqual(await found(null), [...two, ...late].sort());
  assert.deepEqual(await found("20240102"), late.sort());
  assert.deepEqual(await found("20250601"), late.sort());
  assert.deepEqual(await found("20250602"), []);
  assert.deepEqual(
    (await findSegmentations("20250101")).find(({ seriesUid }) => seriesUid === uidOf("late/a")),
    {
      studyUid: uidOf("late"),
      seriesUid: uidOf("late/a"),
      sopInstanceUid: uidOf("late/a/1"),
      studyDate: "20250601",
      version: "",
    },
  );
};

const title = "segmentations of studies that hold several series of them are found, within their dates";

test(`Debian's Orthanc: ${title}`, { skip: needsTool("Orthanc") }, async (t) =>
  findsSegmentations(await startOrthanc(t)),
);

test(`the demo archive: ${title}`, async (t) => findsSegmentations(await startDemo(t)));

test("E7: what an archive tells of when an object was made is its version", async (t) => {
  const row = { "00080060": "SEG", "0020000D": uidOf("s"), "0020000E": uidOf("s/a"), "00201209": "2" };
  const instances = ["1", "2"].map((name) => ({
    "00080018": uidOf(`s/a/${name}`),
    ...(name === "1" && { "00080023": "20250607", "00080033": "120000.5", "00280008": "12" }),
  }));
  const archive = await startArchive(t, ({ path, query }, response) =>
    sendJson(
      response,
      query.get("offset") === "0" ? (path.endsWith("/instances") ? instances : [row]).map(dicomJson) : [],
    ),
  );
  const pacs = pacsOf({ url: archive.url, restUrl: archive.url, headers: {} });
  for (const found of [await pacs.findSegmentations(null), await pacs.findSegmentationsOf(uidOf("s"))])
    assert.deepEqual(
      found.map(({ version }) => version),
      ["||20250607|120000.5|12", ""],
    );
});

describe("an archive that answers in its own way", () => {
  const rows = ["a", "b"].map((series) => ({
    "00080060": "SEG",
    "0020000D": uidOf("s"),
    "0020000E": uidOf(`s/${series}`),
  }));
  const instance = (name: string, sopClassUid: string | null) =>
    dicomJson({ "00080018": uidOf(name), ...(sopClassUid !== null && { "00080016": sopClassUid }) });

  test("surfaces are left out, and a class that is not told is not", async (t) => {
    const archive = await startArchive(t, ({ path, query }, response) => {
      if (query.get("offset") !== "0") return sendJson(response, []);
      if (path === "/series") return sendJson(response, rows.map(dicomJson));
      return sendJson(response, [
        instance(`${path} surface`, "1.2.840.10008.5.1.4.1.1.66.5"),
        instance(`${path} labels`, "1.2.840.10008.5.1.4.1.1.66.7"),
        instance(`${path} untold`, null),
      ]);
    });
    const served: Served = { url: archive.url, restUrl: archive.url, headers: {} };
    const found = await pacsOf(served).findSegmentations(null);
    assert.equal(found.length, 4);
    assert.ok(found.every(({ studyDate }) => studyDate === null));
    assert.equal(archive.asked[0]?.query.get("Modality"), "SEG");
  });

  test("images of an archive that ignores what modality is asked for are dropped, and UIDs that are none", async (t) => {
    const images = rows.map((row) => ({ ...row, "00080060": "CT" }));
    const odd = { "00080060": "SEG", "0020000D": "../x", "0020000E": "1.2" };
    const archive = await startArchive(t, ({ query }, response) =>
      sendJson(response, query.get("offset") === "0" ? [...images, odd, odd].map(dicomJson) : []),
    );
    const served: Served = { url: archive.url, restUrl: archive.url, headers: {} };
    assert.deepEqual(await pacsOf(served).findSegmentations(null), []);
    assert.ok(archive.asked.every(({ path }) => path === "/series"));
  });
});
