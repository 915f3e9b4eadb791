import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import type { PacsOptions } from "../../src/pacs/options.ts";
import { type Orthanc, startOrthanc } from "../support/orthanc.ts";
import { needsShared, needsTool } from "../support/shared.ts";
import { bytesOf, isFailure, keepLog, sopUidsOf, temporaryFolder } from "./fakeArchive.ts";
import { makeSlices, readFixture, type TestInstance, uidOf } from "./objects.ts";

const needsOrthanc = needsTool("Orthanc");
const needsFixtures = needsOrthanc || needsShared("fixtures", "dicom");

const pacsOf = (orthanc: Orthanc, options: Partial<PacsOptions> = {}) =>
  makeDicomwebPacs(
    { url: orthanc.url, restUrl: orthanc.restUrl, headers: orthanc.headers, ...options },
    keepLog(),
  );

const firstOf = (instances: readonly TestInstance[]): TestInstance => {
  const [first] = instances;
  assert.ok(first);
  return first;
};

test("WEB-10 PIT-21 a series comes back from Orthanc as it is stored", { skip: needsFixtures }, async (t) => {
  const orthanc = await startOrthanc(t);
  const pacs = pacsOf(orthanc);
  const folders = [
    "ct_abdomen_j2k",
    "sagittal_compressed_j2k",
    "sagittal_compressed_rle",
    "sagittal_plain",
    "ct_padding",
  ];
  for (const folder of folders)
    await t.test(folder, async (t) => {
      const instances = readFixture(folder);
      const first = firstOf(instances);
      // The same images in other transfer syntaxes bear the same UIDs.
      for (const id of (await orthanc.rest("/patients")) as string[])
        await orthanc.rest(`/patients/${id}`, "DELETE");
      await orthanc.stow(bytesOf(instances));
      const found = (await pacs.findSeries(null)).find((series) => series.seriesUid === first.seriesUid);
      assert.deepEqual(found, {
        studyUid: first.studyUid,
        seriesUid: first.seriesUid,
        instanceCount: instances.length,
        isEvent: false,
      });
      const metadata = await pacs.seriesMetadata(first);
      assert.deepEqual(
        metadata.map((each) => (each["00080018"] as { Value: string[] }).Value[0]).sort(),
        sopUidsOf(instances).toSorted(),
      );
      const files = await pacs.retrieveInstances(first, sopUidsOf(instances), temporaryFolder(t));
      for (const [index, file] of files.entries())
        assert.ok(
          Buffer.from(instances[index]?.bytes ?? []).equals(file.read()),
          `instance ${index} differs`,
        );
    });
});

test("a result is stored once, found, and read back to the byte", { skip: needsOrthanc }, async (t) => {
  const orthanc = await startOrthanc(t);
  const pacs = pacsOf(orthanc);
  const seg = firstOf(makeSlices({ study: "s", series: "seg", modality: "SEG" }, ["result"]));
  const countInstances = async () =>
    ((await orthanc.rest("/statistics")) as { CountInstances: number }).CountInstances;

  assert.equal(await pacs.hasInstance(seg), false);
  await pacs.storeInstance(seg, seg.bytes);
  assert.equal(await pacs.hasInstance(seg), true);
  assert.deepEqual(await pacs.retrieveInstance(seg), seg.bytes);

  await t.test("WEB-4 a repeated store looks like success and adds nothing", async () => {
    await pacs.storeInstance(seg, seg.bytes);
    assert.equal(await countInstances(), 1);
    assert.deepEqual(await pacs.retrieveInstance(seg), seg.bytes);
  });

  await t.test("WEB-5 what Orthanc cannot parse is refused, and nothing is kept", async () => {
    const broken = { ...seg, sopInstanceUid: uidOf("broken") };
    await assert.rejects(pacs.storeInstance(broken, seg.bytes.subarray(0, 150)), isFailure("STORE_REJECTED"));
    assert.equal(await pacs.hasInstance(broken), false);
    assert.equal(await countInstances(), 1);
  });

  await t.test("our own modality is none that is looked for", async () => {
    assert.deepEqual(await pacs.findSeries(null), []);
  });

  await t.test("WEB-8 all of many series are found through small pages, and the window is kept", async () => {
    const old = makeSlices({ study: "old", series: "ct", studyDate: "19990101" }, ["1"]);
    const many = Array.from({ length: 7 }, (_, index) =>
      makeSlices({ study: `study ${index % 3}`, series: `${index}`, modality: index % 2 ? "CT" : "MR" }, [
        "1",
        "2",
      ]),
    ).flat();
    await orthanc.stow(bytesOf([...old, ...many]));
    const small = pacsOf(orthanc, { pageSize: 2 });
    assert.equal((await small.findSeries(null)).length, 8);
    const days = Math.ceil((Date.now() - Date.parse("2024-02-29")) / 86_400_000);
    assert.deepEqual(
      new Set((await small.findSeries(days)).map((series) => series.seriesUid)),
      new Set(many.map((slice) => slice.seriesUid)),
    );
    assert.deepEqual(await small.findSeries(1), []);
  });

  await t.test("F15 a deleted series is gone, and its instances are missing", async () => {
    const slices = makeSlices({ study: "short-lived", series: "ct" }, ["1", "2"]);
    const first = firstOf(slices);
    await orthanc.stow(bytesOf(slices));
    assert.equal((await pacs.seriesMetadata(first)).length, 2);
    const ids = (await orthanc.rest("/series?expand")) as {
      ID: string;
      MainDicomTags: { SeriesInstanceUID: string };
    }[];
    const id = ids.find((series) => series.MainDicomTags.SeriesInstanceUID === first.seriesUid)?.ID;
    await orthanc.rest(`/series/${id}`, "DELETE");
    await assert.rejects(pacs.seriesMetadata(first), isFailure("SERIES_GONE"));
    await assert.rejects(
      pacs.retrieveInstances(first, sopUidsOf(slices), temporaryFolder(t)),
      isFailure("INCOMPLETE_RETRIEVAL"),
    );
  });

  await t.test("ping names Orthanc and its version", async () => {
    const { software, milliseconds } = await pacs.ping();
    assert.match(software, /^Orthanc \d+\.\d+\.\d+$/);
    assert.ok(milliseconds > 0);
    assert.equal((await pacsOf(orthanc, { restUrl: null }).ping()).software, "DICOMweb archive");
  });

  await t.test("WEB-7 wrong and missing credentials are told apart from trouble", async () => {
    for (const headers of [{}, { authorization: "Basic d3Jvbmc6d3Jvbmc=" }, { authorization: "Bearer x" }]) {
      const stranger = pacsOf(orthanc, { headers });
      const calls = [
        stranger.findSeries(null),
        stranger.seriesMetadata(seg),
        stranger.retrieveInstance(seg),
        stranger.hasInstance(seg),
        stranger.storeInstance(seg, seg.bytes),
        stranger.ping(),
      ];
      for (const result of await Promise.allSettled(calls)) {
        assert.equal(result.status, "rejected");
        isFailure("PACS_UNAUTHORIZED", { status: 401 })(result.reason);
      }
    }
  });

  await t.test("F6 a stopped archive is unreachable, and after its return all goes on", async () => {
    await orthanc.kill();
    const folder = temporaryFolder(t);
    const calls = [
      pacs.findSeries(null),
      pacs.seriesMetadata(seg),
      pacs.retrieveInstances(seg, [seg.sopInstanceUid], folder),
      pacs.hasInstance(seg),
      pacs.storeInstance(seg, seg.bytes),
      pacs.ping(),
    ];
    for (const result of await Promise.allSettled(calls)) {
      assert.equal(result.status, "rejected");
      isFailure("PACS_UNREACHABLE")(result.reason);
    }
    assert.deepEqual(readdirSync(folder), []);
    await orthanc.restart();
    assert.deepEqual(await pacs.retrieveInstance(seg), seg.bytes);
  });
});

test("WEB-12 an Orthanc that answers metadata from its index is asked for the files' own", {
  skip: needsOrthanc,
}, async (t) => {
  const orthanc = await startOrthanc(t, { dicomWeb: { SeriesMetadata: "MainDicomTags" } });
  const slices = makeSlices({ study: "s", series: "ct" }, ["1", "2", "3"]);
  const first = firstOf(slices);
  await orthanc.stow(bytesOf(slices));
  const raw = (await orthanc.rest(
    `/dicom-web/studies/${first.studyUid}/series/${first.seriesUid}/metadata`,
  )) as Record<string, unknown>[];
  assert.equal(raw[0]?.["00280010"], undefined, "this Orthanc leaves nothing out, so nothing is tested");
  const metadata = await pacsOf(orthanc).seriesMetadata(first);
  assert.deepEqual(
    metadata.map((each) => (each["00280010"] as { Value: number[] }).Value[0]),
    [2, 2, 2],
  );
});

test("WEB-4 with OverwriteInstances a repeated store still leaves one instance of the same bytes", {
  skip: needsOrthanc,
}, async (t) => {
  const orthanc = await startOrthanc(t, { overwriteInstances: true });
  const pacs = pacsOf(orthanc);
  const seg = firstOf(makeSlices({ study: "s", series: "seg", modality: "SEG" }, ["result"]));
  await pacs.storeInstance(seg, seg.bytes);
  await pacs.storeInstance(seg, seg.bytes);
  assert.deepEqual(await pacs.retrieveInstance(seg), seg.bytes);
  assert.equal(((await orthanc.rest("/statistics")) as { CountInstances: number }).CountInstances, 1);
});
