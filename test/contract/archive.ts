import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { headerFromJson, parseHeader } from "../../src/dicom/file/header.ts";
import { makeFailure } from "../../src/domain/failure.ts";
import { makeOrthancWatcher } from "../../src/pacs/orthancWatcher.ts";
import {
  changesSince,
  FRAME_ACCEPT,
  firstOf,
  firstValue,
  get,
  getJson,
  getParts,
  INSTANCE_ACCEPT,
  instancePath,
  newestChange,
  pacsOf,
  readChanges,
  type Served,
  stow,
  valuesOf,
  withElement,
} from "../demo/archive/requests.ts";
import { bytesOf, isFailure, keepLog, openJobs, sopUidsOf, temporaryFolder } from "../pacs/fakeArchive.ts";
import { makeSlices, readFixture, uidOf } from "../pacs/objects.ts";
import { eventually } from "../support/eventually.ts";
import { needsShared } from "../support/shared.ts";

/** Starts an empty archive that calls a series stable after a second at most, and ends it with the test. */
export type StartServed = (owner: TestContext) => Promise<Served>;

/** One suite for every archive that can play Orthanc for the service: what it asks, and what a viewer asks. */
export const archiveContract = (name: string, start: StartServed, skip: string | false = false): void => {
  describe(name, { skip }, () => {
    test("WEB-8 series are found by modality and window, all of them through small pages", async (t) =>
      findsSeries(await start(t)));
    test("a study is described by its series: modality, number and text as they stand", async (t) =>
      describesStudy(await start(t)));
    test("metadata are what the file's own header says", async (t) => readsMetadata(await start(t)));
    test("metadata of a study are those of all instances of all its series", async (t) =>
      readsStudyMetadata(await start(t)));
    test(
      "real images come back as stored, with their metadata",
      {
        skip: needsShared("fixtures", "dicom"),
      },
      async (t) => deliversFixtures(t, await start(t)),
    );
    test("WEB-4 an object is stored once and read back to the byte", async (t) =>
      storesOnce(t, await start(t)));
    test("WEB-5 every part of a store request is judged by itself", async (t) => judgesParts(await start(t)));
    test("searches filter, page and count", async (t) => searches(await start(t)));
    test("frames come one by one with the transfer syntax in which they are stored", async (t) =>
      deliversFrames(await start(t)));
    test("what is not there is 404, what makes no sense 400", async (t) => refuses(await start(t)));
    test("WEB-1 WEB-2 F14 the watcher hears of each stable series, once more after a late slice", async (t) =>
      isWatched(t, await start(t)));
  });
};

const findsSeries = async (served: Served): Promise<void> => {
  const old = makeSlices({ study: "old", series: "ct", studyDate: "19990101" }, ["1"]);
  const other = makeSlices({ study: "s0", series: "seg", modality: "SEG" }, ["1"]);
  const many = Array.from({ length: 5 }, (_, index) =>
    makeSlices({ study: `s${index % 2}`, series: `${index}`, modality: index % 2 ? "CT" : "MR" }, ["1", "2"]),
  ).flat();
  assert.equal((await stow(served, bytesOf([...old, ...other, ...many]))).status, 200);
  const pacs = pacsOf(served, { pageSize: 2 });
  const found = await pacs.findSeries(null);
  assert.deepEqual(
    new Map(found.map((each) => [each.seriesUid, [each.studyUid, each.instanceCount]])),
    new Map([
      ...old.map((each): [string, unknown[]] => [each.seriesUid, [each.studyUid, 1]]),
      ...many.map((each): [string, unknown[]] => [each.seriesUid, [each.studyUid, 2]]),
    ]),
  );
  const days = Math.ceil((Date.now() - Date.parse("2024-02-29")) / 86_400_000);
  assert.equal((await pacs.findSeries(days)).length, 5, "the old one is outside the window");
  assert.deepEqual(await pacs.findSeries(1), []);
};

const describesStudy = async (served: Served): Promise<void> => {
  const described = (series: string, modality: string, number: unknown[], text: string[]) => {
    const slice = firstOf(makeSlices({ study: "s", series, modality }, ["1"]));
    const numbered = withElement(slice, "00200011", "IS", number);
    return text.length === 0 ? numbered : withElement(numbered, "0008103E", "LO", text);
  };
  const hostile = "</td><img src=x onerror=alert(1)> & 'Ab'";
  const series = [
    described("portal", "CT", [3], ["Portalvenös 2.0"]),
    described("hostile", "CT", [400], [hostile]),
    described("bare", "MR", [], []),
  ];
  const other = makeSlices({ study: "other", series: "ct" }, ["1"]);
  await stow(served, bytesOf([...series, ...other]));
  const pacs = pacsOf(served, { pageSize: 2 });
  const [portal, strange, bare] = series.map(({ seriesUid }) => seriesUid);
  assert.deepEqual(
    new Set(await pacs.describeStudy(uidOf("s"))),
    new Set([
      { seriesUid: portal, modality: "CT", number: 3, description: "Portalvenös 2.0" },
      { seriesUid: strange, modality: "CT", number: 400, description: hostile },
      { seriesUid: bare, modality: "MR", number: null, description: null },
    ]),
  );
  assert.deepEqual(await pacs.describeStudy(uidOf("nowhere")), []);
  await assert.rejects(pacs.describeStudy("../../system"), isFailure("UID_INVALID"));
};

const readsMetadata = async (served: Served): Promise<void> => {
  const slices = makeSlices({ study: "s", series: "e" }, ["1", "2", "3"]);
  await stow(served, bytesOf(slices));
  const first = firstOf(slices);
  const metadata = await pacsOf(served).seriesMetadata(first);
  assert.equal(metadata.length, 3);
  for (const { sopInstanceUid, bytes } of slices) {
    const json = metadata.find((each) => firstValue(each, "00080018") === sopInstanceUid);
    assert.ok(json);
    assert.deepEqual(headerFromJson(json), parseHeader(bytes));
    const pixels = json["7FE00010"] as { vr: string; BulkDataURI: string };
    assert.deepEqual([Object.keys(pixels).sort(), pixels.vr], [["BulkDataURI", "vr"], "OW"]);
    const [bulk] = await getParts(served, new URL(pixels.BulkDataURI).pathname.replace(/^\/dicom-web/, ""));
    assert.deepEqual(bulk?.bytes, Buffer.from(bytes.subarray(-8)));
  }
  const one = await getJson(served, `${instancePath(first)}/metadata`);
  assert.equal(firstValue(one.json[0], "00080018"), first.sopInstanceUid);
};

const readsStudyMetadata = async (served: Served): Promise<void> => {
  const own = [
    ...makeSlices({ study: "s", series: "ct" }, ["1", "2"]),
    ...makeSlices({ study: "s", series: "mr", modality: "MR" }, ["1"]),
  ];
  await stow(served, bytesOf([...own, ...makeSlices({ study: "other", series: "ct" }, ["1"])]));
  const { contentType, json } = await getJson(served, `/studies/${uidOf("s")}/metadata`);
  assert.match(contentType, /^application\/dicom\+json/);
  const headers = new Map(json.map((each) => [firstValue(each, "00080018"), headerFromJson(each)]));
  assert.deepEqual(headers, new Map(own.map((each) => [each.sopInstanceUid, parseHeader(each.bytes)])));
};

const deliversFixtures = async (t: TestContext, served: Served): Promise<void> => {
  const pacs = pacsOf(served);
  for (const folder of ["ct_abdomen_j2k", "sagittal_compressed_rle", "ct_padding"]) {
    const instances = readFixture(folder);
    const first = firstOf(instances);
    assert.equal((await stow(served, bytesOf(instances))).status, 200, folder);
    const files = await pacs.retrieveInstances(first, sopUidsOf(instances), temporaryFolder(t));
    for (const [index, file] of files.entries())
      assert.ok(Buffer.from(instances[index]?.bytes ?? []).equals(file.read()), `${folder} ${index} differs`);
    const metadata = await pacs.seriesMetadata(first);
    assert.deepEqual(
      new Set(metadata.map((each) => firstValue(each, "00080018"))),
      new Set(sopUidsOf(instances)),
      folder,
    );
    const geometry = ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns"];
    for (const { sopInstanceUid, bytes } of instances) {
      const json = metadata.find((each) => firstValue(each, "00080018") === sopInstanceUid);
      const [said, own] = [headerFromJson(json ?? {}), parseHeader(bytes)];
      assert.deepEqual(
        geometry.map((keyword) => said[keyword]),
        geometry.map((keyword) => own[keyword]),
      );
    }
  }
  // One fragment after an empty offset table: the frame is the rest of the file without the end of the sequence.
  const image = firstOf(readFixture("ct_abdomen_j2k"));
  const [frame] = await getParts(served, `${instancePath(image)}/frames/1`, FRAME_ACCEPT);
  assert.match(frame?.head ?? "", /transfer-syntax=1\.2\.840\.10008\.1\.2\.4\.90/);
  assert.equal(frame?.bytes.readUInt16BE(0), 0xff4f, "a JPEG 2000 codestream begins with SOC");
  assert.ok(Buffer.from(image.bytes).includes(frame?.bytes ?? "nothing"), "it is the stored one");
};

const storesOnce = async (t: TestContext, served: Served): Promise<void> => {
  const pacs = pacsOf(served);
  const seg = firstOf(makeSlices({ study: "s", series: "seg", modality: "SEG" }, ["result"]));
  assert.equal(await pacs.hasInstance(seg), false);
  await assert.rejects(pacs.retrieveInstance(seg), isFailure("INCOMPLETE_RETRIEVAL"));
  await assert.rejects(pacs.seriesMetadata(seg), isFailure("SERIES_GONE"));
  await pacs.storeInstance(seg, seg.bytes);
  assert.equal(await pacs.hasInstance(seg), true);
  assert.deepEqual(await pacs.retrieveInstance(seg), seg.bytes);

  const changed = Buffer.from(seg.bytes);
  changed[changed.length - 1] = 77;
  const before = await newestChange(served);
  await pacs.storeInstance(seg, changed);
  const answer = await stow(served, [changed]);
  assert.deepEqual([answer.status, answer.stored, answer.failed], [200, [seg.sopInstanceUid], []]);
  assert.deepEqual(await pacs.retrieveInstance(seg), seg.bytes, "the first copy is kept");
  const rows = (await changesSince(served, before)).filter(({ ChangeType }) => ChangeType.startsWith("New"));
  assert.deepEqual(rows, [], "nothing new is announced");

  const slices = makeSlices({ study: "s", series: "ct" }, ["1", "2", "3"]);
  await stow(served, bytesOf(slices));
  const files = await pacs.retrieveInstances(firstOf(slices), sopUidsOf(slices), temporaryFolder(t));
  assert.deepEqual(
    files.map((file) => file.read()),
    bytesOf(slices).map((bytes) => Buffer.from(bytes)),
  );
  const sorted = (files: readonly Uint8Array[]) =>
    files.map((file) => Buffer.from(file).toString("hex")).sort();
  for (const [path, expected] of [
    [`/studies/${seg.studyUid}`, [seg, ...slices]],
    [`/studies/${seg.studyUid}/series/${firstOf(slices).seriesUid}`, slices],
  ] as const) {
    const parts = await getParts(served, path, INSTANCE_ACCEPT);
    assert.deepEqual(sorted(parts.map(({ bytes }) => bytes)), sorted(bytesOf(expected)));
  }
  const { milliseconds, software } = await pacs.ping();
  assert.ok(milliseconds > 0);
  assert.match(software, /^Orthanc \d+\.\d+\.\d+/);
};

const judgesParts = async (served: Served): Promise<void> => {
  const [good, late] = makeSlices({ study: "s", series: "e" }, ["1", "2"]);
  assert.ok(good && late);
  const broken = await stow(served, [good.bytes, late.bytes.subarray(0, 150), late.bytes.subarray(0, -4)]);
  assert.deepEqual([broken.status, broken.stored, broken.failed], [400, [good.sopInstanceUid], []]);
  const pacs = pacsOf(served);
  assert.equal(await pacs.hasInstance(good), true);
  assert.equal(await pacs.hasInstance(late), false);
  await assert.rejects(pacs.storeInstance(late, late.bytes.subarray(0, 150)), isFailure("STORE_REJECTED"));

  const wrong = await stow(served, [late.bytes], "/studies/1.2.3");
  assert.deepEqual([wrong.status, wrong.stored, wrong.failed], [409, [], [[late.sopInstanceUid, 272]]]);
  assert.equal(await pacs.hasInstance(late), false);
  const right = await stow(served, [late.bytes], `/studies/${late.studyUid}`);
  assert.deepEqual([right.status, right.stored, right.failed], [200, [late.sopInstanceUid], []]);

  const [third, stranger] = [
    firstOf(makeSlices({ study: "s", series: "e" }, ["3"])),
    firstOf(makeSlices({ study: "stranger", series: "e" }, ["1"])),
  ];
  const mixed = await stow(served, [stranger.bytes, third.bytes], `/studies/${third.studyUid}`);
  assert.deepEqual(
    [mixed.status, mixed.stored, mixed.failed],
    [409, [third.sopInstanceUid], [[stranger.sopInstanceUid, 272]]],
  );
  assert.equal(await pacs.hasInstance(third), true);
  assert.equal(await pacs.hasInstance(stranger), false);

  const nothing = await stow(served, []);
  assert.deepEqual([nothing.status, nothing.stored, nothing.failed], [200, [], []]);
  const plain = await fetch(`${served.url}/studies`, {
    method: "POST",
    headers: { ...served.headers, "content-type": "application/dicom" },
    body: new Uint8Array(good.bytes),
  });
  await plain.arrayBuffer();
  assert.equal(plain.status, 415);
};

const searches = async (served: Served): Promise<void> => {
  const a = makeSlices({ study: "a", series: "ct", studyDate: "20240101" }, ["1", "2", "3"]);
  const seg = makeSlices({ study: "a", series: "seg", modality: "SEG", studyDate: "20240101" }, ["1"]);
  const b = makeSlices({ study: "b", series: "mr", modality: "MR", studyDate: "20240301" }, ["1"]);
  const withIds = [
    ...[...a, ...seg].map((each) => withElement(each, "00100020", "LO", ["ID-A"])),
    ...b.map((each) => withElement(each, "00100020", "LO", ["ID-B"])),
  ];
  await stow(served, bytesOf(withIds));
  const [studyA, studyB] = [uidOf("a"), uidOf("b")];
  const studies = async (query: string) =>
    (await getJson(served, `/studies?${query}`)).json.map((each) => firstValue(each, "0020000D")).sort();
  const both = [studyA, studyB].sort();
  assert.deepEqual(await studies(""), both);
  for (const query of [
    `StudyInstanceUID=${studyA}`,
    `0020000D=${studyA}`,
    "StudyDate=20240101",
    "StudyDate=20231231-20240229",
    "StudyDate=-20240101",
    "00080020=-20240101",
    "00100020=ID-A",
    "PatientID=ID-A",
    "PatientID=*-A",
    "PatientID=I*-A&limit=5&offset=0&includefield=all&fuzzymatching=true",
    "ModalitiesInStudy=SEG",
  ])
    assert.deepEqual(await studies(query), [studyA], query);
  assert.deepEqual(await studies("StudyDate=20240102-"), [studyB]);
  assert.deepEqual(await studies(`StudyInstanceUID=${studyA},${studyB}`), both);
  assert.deepEqual(await studies("StudyDate=20250101-"), []);
  assert.deepEqual(await studies("PatientID=ID"), []);
  const pages = [await studies("limit=1"), await studies("limit=1&offset=1"), await studies("offset=2")];
  assert.deepEqual(pages.flat().sort(), both);

  const { json, contentType } = await getJson(served, `/studies?StudyInstanceUID=${studyA}`);
  assert.match(contentType, /^application\/dicom\+json/);
  const [row] = json;
  assert.deepEqual(
    ["00201206", "00201208", "00100020", "00080020"].map((tag) => firstValue(row, tag)),
    [2, 4, "ID-A", "20240101"],
  );
  assert.deepEqual(valuesOf(row, "00080061").toSorted(), ["CT", "SEG"]);
  assert.deepEqual(valuesOf(row, "00100010"), [{ Alphabetic: "Müller^Jörg" }]);

  const series = await getJson(served, `/studies/${studyA}/series?Modality=CT`);
  assert.deepEqual(
    series.json.map((each) => ["0020000E", "00080060", "00201209"].map((tag) => firstValue(each, tag))),
    [[firstOf(a).seriesUid, "CT", 3]],
  );
  const found = await getJson(
    served,
    `/studies/${studyA}/series/${firstOf(a).seriesUid}/instances?SOPInstanceUID=${firstOf(a).sopInstanceUid}`,
  );
  assert.deepEqual(
    found.json.map((each) => ["00080018", "00200013", "00280010"].map((tag) => firstValue(each, tag))),
    [[firstOf(a).sopInstanceUid, 1, 2]],
  );
  assert.equal((await getJson(served, `/studies/${studyA}/instances`)).json.length, 4);
};

const deliversFrames = async (served: Served): Promise<void> => {
  const single = firstOf(makeSlices({ study: "s", series: "e" }, ["frames"]));
  const pixels = Uint8Array.from({ length: 24 }, (_, byte) => byte).buffer;
  const image = withElement(withElement(single, "00280008", "IS", [3]), "7FE00010", "OW", [pixels]);
  assert.equal((await stow(served, [image.bytes])).status, 200);
  const frame = (index: number) => Buffer.from(Uint8Array.from({ length: 8 }, (_, byte) => index * 8 + byte));
  for (const [list, expected] of [
    ["1", [frame(0)]],
    ["3", [frame(2)]],
    ["1,3", [frame(0), frame(2)]],
  ] as const) {
    const parts = await getParts(served, `${instancePath(image)}/frames/${list}`, FRAME_ACCEPT);
    assert.deepEqual(
      parts.map(({ bytes }) => bytes),
      expected,
    );
    for (const { head } of parts)
      assert.match(
        head,
        /content-type: application\/octet-stream; ?transfer-syntax=1\.2\.840\.10008\.1\.2\.1(?!\S)/i,
      );
  }
  for (const list of ["0", "x", "4", "1,4"])
    assert.equal((await get(served, `${instancePath(image)}/frames/${list}`)).status, 400, list);
};

const refuses = async (served: Served): Promise<void> => {
  const image = firstOf(makeSlices({ study: "s", series: "e" }, ["1"]));
  await stow(served, [image.bytes]);
  const missing = { ...image, sopInstanceUid: uidOf("missing") };
  for (const path of [
    "/studies/1.2.3",
    "/studies/1.2.3/metadata",
    instancePath(missing),
    `${instancePath(missing)}/metadata`,
    `${instancePath(missing)}/frames/1`,
    "/nowhere",
  ])
    assert.equal((await get(served, path)).status, 404, path);
  assert.equal((await get(served, "/studies?limit=x")).status, 400);
  const rest = await fetch(`${served.restUrl}/series/0000`, { headers: served.headers });
  assert.equal(rest.status, 404);
};

const isWatched = async (t: TestContext, served: Served): Promise<void> => {
  const jobs = openJobs(t);
  const options = {
    restUrl: served.restUrl,
    headers: served.headers,
    pageSize: 3,
    onReplaced: async () => {},
  };
  const watcher = makeOrthancWatcher(options, jobs, keepLog());
  const queued = () => jobs.list({ state: "queued" });
  const lookUntil = async (holds: () => Promise<boolean>): Promise<void> => {
    await eventually(`a look after which holds: ${holds}`, async () => {
      await watcher.look();
      return await holds();
    });
  };
  const finishAll = async (): Promise<void> => {
    for (let claim = await jobs.claim("t", 60_000); claim !== null; claim = await jobs.claim("t", 60_000))
      await jobs.completeExamination(claim, makeFailure("LOCALIZER", "A test ends it."));
  };
  await watcher.look();
  const ct = makeSlices({ study: "a", series: "ct" }, ["1", "2", "3"]);
  const mr = makeSlices({ study: "b", series: "mr", modality: "MR" }, ["1"]);
  await stow(
    served,
    bytesOf([...ct, ...mr, ...makeSlices({ study: "a", series: "seg", modality: "SEG" }, ["1"])]),
  );
  await watcher.look();
  assert.deepEqual(await queued(), [], "nothing is stable yet");
  await lookUntil(async () => (await queued()).length === 2);
  assert.deepEqual(
    new Map((await queued()).map((job) => [job.seriesUid, [job.studyUid, job.instanceCount]])),
    new Map([
      [firstOf(ct).seriesUid, [uidOf("a"), 3]],
      [firstOf(mr).seriesUid, [uidOf("b"), 1]],
    ]),
  );
  await finishAll();
  const before = await newestChange(served);
  assert.equal(await jobs.readCursor(`orthanc ${served.restUrl}`), String(before), "read to the end");
  await stow(served, bytesOf(makeSlices({ study: "a", series: "ct" }, ["1", "2", "3", "late"])));
  await lookUntil(async () => (await queued()).length === 1);
  assert.deepEqual(
    (await queued()).map((job) => [job.seriesUid, job.instanceCount]),
    [[firstOf(ct).seriesUid, 4]],
  );
  await finishAll();
  await watcher.look();
  assert.deepEqual(await queued(), []);

  const types = (await changesSince(served, before)).map((each) => each.ChangeType);
  const ours = types.filter((type) => type.startsWith("New") || type === "StableSeries");
  assert.deepEqual(ours, ["NewInstance", "StableSeries"]);
  await finishesPages(served);
};

/** Pages end where the log does, and one beyond the end says where that is. */
const finishesPages = async (served: Served): Promise<void> => {
  const last = await newestChange(served);
  const seqs: number[] = [];
  for (let since = 0; ; ) {
    const page = await readChanges(served, `since=${since}&limit=2`);
    assert.ok(page.Changes.length <= 2);
    seqs.push(...page.Changes.map(({ Seq }) => Seq));
    since = page.Last;
    if (page.Done) break;
  }
  assert.deepEqual(
    seqs,
    seqs.toSorted((a, b) => a - b),
  );
  assert.equal(seqs.at(-1), last);
  assert.deepEqual(await readChanges(served, `since=${last + 50}&limit=2`), {
    Changes: [],
    Done: true,
    Last: last,
  });
};
