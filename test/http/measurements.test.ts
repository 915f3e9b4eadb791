import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ArchivedReport } from "../../src/domain/report.ts";
import { dicomJson, sendJson, sendPart, startArchive } from "../pacs/fakeArchive.ts";
import { recordsOf } from "../readout/csv.ts";
import { eventually } from "../support/eventually.ts";
import { dcmqiReport } from "../support/foreignReports.ts";
import { startOrthanc } from "../support/orthanc.ts";
import { reportedStudies } from "../support/reportedStudies.ts";
import { needsTool } from "../support/shared.ts";
import { getJson, getText, startWorld } from "./world.ts";

const studies = reportedStudies();
const pathOf = (studyUid: string, query = "") => `/api/studies/${studyUid}/measurements${query}`;

describe("measurements over HTTP, from an archive with reports of several writers", {
  skip: needsTool("Orthanc"),
}, () => {
  test("stand in the form that is asked for, under its media type", async (t) => {
    const orthanc = await startOrthanc(t);
    await orthanc.stow(studies.files);
    const { url } = await startWorld(t, orthanc);

    await t.test("JSON, with the research notice and every mark", async () => {
      const { status, headers, json } = await getJson(url + pathOf(studies.laterStudy));
      assert.equal(status, 200);
      assert.equal(headers.get("content-type"), "application/json; charset=utf-8");
      assert.match(String(json["notice"]), /Research use only/);
      const reports = json["reports"] as readonly ArchivedReport[];
      assert.deepEqual(
        reports.map(({ rejected }) => rejected?.value ?? null).sort(),
        ["113001", null].sort(),
      );
      assert.doesNotMatch(JSON.stringify(json), /Canary|P-1/);
    });

    await t.test("CSV, without what was taken back unless that is asked for", async () => {
      const current = await getText(url + pathOf(studies.laterStudy, "?format=csv"));
      assert.equal(current.headers.get("content-type"), "text/csv; charset=utf-8; header=present");
      assert.deepEqual(
        recordsOf(current.text).map((row) => row["volume_ml"]),
        ["70.3619"],
      );
      const all = await getText(url + pathOf(studies.laterStudy, "?format=csv&all="));
      assert.equal(recordsOf(all.text).length, 2);
      const none = await getText(url + pathOf(studies.laterStudy, "?format=csv&all=0"));
      assert.equal(recordsOf(none.text).length, 1);
    });

    await t.test("FHIR, naming nobody", async () => {
      const { headers, json } = await getJson(url + pathOf(studies.ownStudy, "?format=fhir"));
      assert.equal(headers.get("content-type"), "application/fhir+json; charset=utf-8");
      assert.equal(json["resourceType"], "Bundle");
      assert.doesNotMatch(JSON.stringify(json), /P-1|Test\^/);
    });

    await t.test("or a problem: no report 404, no UID and no such form 400", async () => {
      for (const [path, status, code] of [
        [pathOf("1.2.3"), 404, "NO_REPORT"],
        [pathOf("x--help"), 400, "UID_INVALID"],
        [pathOf("--all"), 400, "UID_INVALID"],
        [pathOf(studies.ownStudy, "?format=xml"), 400, "USAGE"],
        [pathOf(studies.ownStudy, "?format=csv&format=json"), 400, "USAGE"],
        [pathOf(studies.ownStudy, "?format=toString"), 400, "USAGE"],
      ] as const) {
        const { status: answered, json } = await getJson(url + path);
        assert.deepEqual([answered, json["code"]], [status, code], path);
        assert.ok(json["sentence"]);
      }
    });
  });
});

describe("what may go wrong between archive and answer", () => {
  const away = (status: number) => (owner: Parameters<typeof startArchive>[0]) =>
    startArchive(owner, (_, response) => response.writeHead(status).end());
  const served = ({ url }: { url: string }) => ({ url, restUrl: url, headers: {} });

  test("an archive that is busy, or refuses us, is a bad gateway with its code", async (t) => {
    for (const [status, code] of [
      [503, "PACS_BUSY"],
      [401, "PACS_UNAUTHORIZED"],
    ] as const) {
      const { url } = await startWorld(t, served(await away(status)(t)));
      const { status: answered, json } = await getJson(url + pathOf("1.2"));
      assert.deepEqual([answered, json["code"]], [502, code]);
    }
  });

  /** An archive that holds one study, and never answers further. */
  const silent = (owner: Parameters<typeof startArchive>[0]) => startArchive(owner, () => {});

  test("an archive that keeps silent ends in time, and the process that waited with it", async (t) => {
    const archive = await silent(t);
    const { url } = await startWorld(t, served(archive), { timeoutMs: 2500 });
    const { status, json } = await getJson(url + pathOf("1.2"));
    assert.deepEqual([status, json["code"]], [504, "TIMEOUT"]);
  });

  test("more requests than may wait are told to come back, and the others are served in turn", async (t) => {
    const archive = await silent(t);
    const { url } = await startWorld(t, served(archive), { timeoutMs: 1500, parallel: 1, waiting: 1 });
    const answers = await Promise.all([1, 2, 3, 4].map(() => getJson(url + pathOf("1.2"))));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [503, 503, 504, 504]);
    const refused = answers.find(({ status }) => status === 503);
    assert.equal(refused?.headers.get("retry-after"), "5");
    assert.equal(refused?.json["code"], "BUSY");
  });

  test("whoever goes away leaves no process behind, and the next one is served", async (t) => {
    const archive = await silent(t);
    const { url } = await startWorld(t, served(archive), { timeoutMs: 60_000, parallel: 1, waiting: 0 });
    const impatient = new AbortController();
    const asked = fetch(url + pathOf("1.2"), { signal: impatient.signal });
    await eventually("the first request is at the archive", () => archive.asked.length > 0);
    impatient.abort();
    await assert.rejects(asked);
    // Refused while the first still dies; taken up, it gets no answer of this archive.
    const next = new AbortController();
    t.after(() => next.abort());
    const knock = async (): Promise<void> => {
      for (let status = 503; status === 503; )
        ({ status } = await fetch(url + pathOf("1.3"), { signal: next.signal }));
    };
    void knock().catch(() => {});
    const isAsked = () => archive.asked.some(({ path, query }) => `${path}?${query}`.includes("1.3"));
    await eventually("the next request is at the archive", isAsked);
  });

  test("documents that cannot be read are counted beside those that can", async (t) => {
    const sound = dcmqiReport();
    const archive = await startArchive(t, ({ path, query }, response) => {
      const [, , , level, , instances, sopInstanceUid] = path.split("/");
      if (sopInstanceUid !== undefined)
        return sendPart(response, sopInstanceUid === "1.9" ? sound.subarray(0, 900) : sound);
      if (query.get("offset") !== "0") return sendJson(response, []);
      if (instances !== undefined)
        return sendJson(response, [dicomJson({ "00080018": "1.8" }), dicomJson({ "00080018": "1.9" })]);
      if (level === "series") return sendJson(response, [dicomJson({ "0020000E": "1.3", "00080060": "SR" })]);
      sendJson(response, [dicomJson({ "0020000D": "1.2" })]);
    });
    const { url } = await startWorld(t, served(archive));
    const csv = await getText(url + pathOf("1.2", "?format=csv"));
    assert.equal(recordsOf(csv.text).length, 1);
    assert.equal(csv.headers.get("panseg-unreadable"), "1");
    const { json } = await getJson(url + pathOf("1.2"));
    assert.deepEqual(json["unreadable"], [{ sopInstanceUid: "1.9", code: "NOT_DICOM" }]);
  });
});
