import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { startDemo, stow } from "../demo/archive/requests.ts";
import { dicomJson, sendJson, startArchive, temporaryFolder } from "../pacs/fakeArchive.ts";
import { makeSlices, uidOf } from "../pacs/objects.ts";
import { type Orthanc, startOrthanc } from "../support/orthanc.ts";
import { panseg } from "../support/panseg.ts";
import { type ProxyAnswer, startProxy } from "../support/proxy.ts";
import { needsShared, needsTool, sharedFolder } from "../support/shared.ts";

type Finding = { readonly check: string; readonly state: string; readonly text: string };

/** What `panseg doctor --json` finds. */
const doctor = async (
  t: TestContext,
  settings: Readonly<Record<string, string>>,
  ...options: readonly string[]
): Promise<{ readonly code: number; readonly of: (check: string) => readonly Finding[] }> => {
  const { code, stdout, stderr } = await panseg(["doctor", "--json", ...options], {
    PANSEG__DATAFOLDER: join(temporaryFolder(t), "data"),
    PANSEG__MODELS__FOLDER: join(temporaryFolder(t), "models"),
    ...settings,
  });
  assert.ok(stdout.startsWith("{"), stderr);
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  return { code, of: (check) => findings.filter((finding) => finding.check === check) };
};

const settingsOf = (orthanc: Orthanc, kind = "orthanc") => ({
  PANSEG__PACS__KIND: kind,
  PANSEG__PACS__DICOMWEBURL: orthanc.url,
  PANSEG__PACS__ORTHANCURL: orthanc.restUrl,
  PANSEG__PACS__USERNAME: orthanc.user,
  PANSEG__PACS__PASSWORD: orthanc.password,
});

describe("D6: doctor tries on the very archive what its viewers will show", {
  skip: needsTool("Orthanc"),
}, () => {
  test("D6: --try-store finds that Orthanc serves no single bits of 11 columns, advises another type, and deletes its study", async (t) => {
    const orthanc = await startOrthanc(t);
    const { of } = await doctor(t, settingsOf(orthanc), "--try-store");
    const [binary, labelMap, fractional, ending] = of("viewers");
    assert.equal(binary?.state, "problem");
    assert.match(
      binary?.text ?? "",
      /^BINARY \(output\.segmentationType\): viewers show nothing.*status 400.*set output\.segmentationType: LABELMAP$/,
    );
    assert.deepEqual([labelMap?.state, fractional?.state], ["ok", "ok"]);
    assert.match(ending?.text ?? "", /PANSEG\^DOCTOR was deleted again/);
    assert.deepEqual(await orthanc.rest("/instances"), []);
    const served = await doctor(
      t,
      { ...settingsOf(orthanc), PANSEG__OUTPUT__SEGMENTATIONTYPE: "LABELMAP" },
      "--try-store",
    );
    assert.deepEqual(
      served.of("viewers").map(({ state }) => state),
      ["note", "ok", "ok", "ok"],
    );
  });

  test("D6: where nothing can be deleted it says what stays, and stores it no second time", async (t) => {
    const orthanc = await startOrthanc(t);
    for (const _ of [1, 2]) {
      const { of } = await doctor(t, settingsOf(orthanc, "dicomweb"), "--try-store");
      assert.match(
        of("viewers").at(-1)?.text ?? "",
        /trial study 2\.25\.\d+ of the patient PANSEG\^DOCTOR stays/,
      );
      assert.equal(((await orthanc.rest("/instances")) as unknown[]).length, 3);
    }
  });

  test("D6: without --try-store a segmentation that is there tells, and nothing is stored", {
    skip: needsShared("fixtures", "cases", "orthanc-frames-columns"),
  }, async (t) => {
    const orthanc = await startOrthanc(t);
    const before = await doctor(t, settingsOf(orthanc));
    assert.match(before.of("viewers")[0]?.text ?? "", /^not tried.*--try-store/);
    await orthanc.stow([
      readFileSync(sharedFolder("fixtures", "cases", "orthanc-frames-columns", "seg.dcm")),
    ]);
    const { code, of } = await doctor(t, settingsOf(orthanc));
    assert.equal(of("viewers")[0]?.state, "problem");
    assert.match(of("viewers")[0]?.text ?? "", /BINARY segmentation of 97 columns is not served.*status 400/);
    assert.equal(code, 1);
    assert.equal(((await orthanc.rest("/instances")) as unknown[]).length, 1);
  });
});

describe("D7: doctor says where headers come from", () => {
  for (const status of [404, 406, 501])
    test(`D7: an archive that answers ${status} to every question for metadata`, async (t) => {
      const archive = await startDemo(t);
      await stow(
        archive,
        makeSlices({ study: "s", series: "e" }, ["0", "1"]).map(({ bytes }) => bytes),
      );
      const direct = await doctor(t, settingsAt(archive.url));
      assert.equal(direct.of("headers")[0]?.text, "the archive gives them as metadata (WADO-RS)");
      const without = await startProxy(archive.restUrl, {
        before: async (_, path): Promise<boolean | ProxyAnswer> =>
          !path.endsWith("/metadata") || { status, headers: {}, body: Buffer.alloc(0) },
      });
      t.after(without.stop);
      const [finding] = (await doctor(t, settingsAt(`${without.url}/dicom-web`))).of("headers");
      assert.equal(finding?.state, "note");
      assert.match(finding?.text ?? "", /from the instances themselves/);
    });
});

const settingsAt = (url: string) => ({ PANSEG__PACS__KIND: "dicomweb", PANSEG__PACS__DICOMWEBURL: url });

describe("D5: doctor says what an archive cannot list", () => {
  const study = (name: string) => dicomJson({ "0020000D": uidOf(name), "00201206": 1, "00201208": 1 });
  const studies = ["a", "b", "c"].map(study);

  const listOf = async (t: TestContext, answer: Parameters<typeof startArchive>[1]): Promise<Finding> => {
    const archive = await startArchive(t, answer);
    const [finding] = (await doctor(t, settingsAt(archive.url))).of("archive's list");
    assert.ok(finding !== undefined);
    return finding;
  };

  test("D5: studies of every date", async (t) => {
    const found = await listOf(t, ({ path, query }, response) =>
      sendJson(response, path === "/studies" ? studies.slice(Number(query.get("offset"))) : []),
    );
    assert.deepEqual([found.state, found.text], ["ok", "studies of every date are found"]);
  });

  test("D5: the first page and no more", async (t) => {
    const found = await listOf(t, ({ path }, response) =>
      sendJson(response, path === "/studies" ? studies : []),
    );
    assert.equal(found.state, "problem");
    assert.match(found.text, /does not turn pages.*only the first 3/);
  });

  test("D5: nothing without a date", async (t) => {
    const found = await listOf(t, ({ query }, response) =>
      query.has("StudyDate") || query.get("limit") === "1"
        ? sendJson(response, [])
        : sendJson(response, [], 400),
    );
    assert.equal(found.state, "problem");
    assert.match(found.text, /refuses to list its studies without a date/);
  });
});

test("D8: doctor names a destination that does not answer, and what it was", async (t) => {
  const archive = await startDemo(t);
  const config = join(temporaryFolder(t), "settings.json");
  const destinations = [{ name: "second", dicomwebUrl: "http://archive.invalid" }];
  writeFileSync(config, JSON.stringify({ destinations }));
  const { of } = await doctor(t, settingsAt(archive.url), "--config", config);
  assert.equal(of("destination second")[0]?.state, "problem");
  assert.match(of("destination second")[0]?.text ?? "", /name of the archive/);
});
