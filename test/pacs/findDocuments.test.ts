import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DocumentRef } from "../../src/ports/pacs.ts";
import { firstOf, pacsOf, type Served, startDemo, stow, withElement } from "../demo/archive/requests.ts";
import { dcmqiReport, highdicomReport, keyObjects } from "../support/foreignReports.ts";
import { startOrthanc } from "../support/orthanc.ts";
import { needsTool } from "../support/shared.ts";
import { sopClass, writeDocument } from "../support/srDocument.ts";
import { dicomJson, isFailure, sendJson, startArchive } from "./fakeArchive.ts";
import { makeSlices, uidOf } from "./objects.ts";

type Made = { readonly patientId: string; readonly study: string; readonly studyDate: string };

const place = (study: string, name: string, header: Readonly<Record<string, unknown>> = {}) => ({
  studyUid: uidOf(study),
  seriesUid: uidOf(`${study}/${name}`),
  sopInstanceUid: uidOf(`${study}/${name}/1`),
  header,
});

/** A study with an image, an SR, a note, and reports of kinds that hold no measurements. */
const studyOf = ({ patientId, study, studyDate }: Made): readonly Uint8Array[] => {
  const header = { PatientID: patientId, StudyDate: studyDate };
  const other = (name: string, sopClassUid: string) =>
    writeDocument({
      ...place(study, name, header),
      sopClassUid,
      title: "113701|DCM|X-Ray Radiation Dose Report",
      children: [],
    });
  const image = firstOf(makeSlices({ study, series: "ct", studyDate }, ["1"]));
  return [
    withElement(image, "00100020", "LO", [patientId]).bytes,
    highdicomReport(place(study, "sr", header)),
    keyObjects("113001|DCM|Rejected", [[sopClass.seg, "1.2"]], place(study, "ko", header)),
    other("dose", sopClass.dose),
    other("text", sopClass.basicText),
  ];
};

const uidsOf = (documents: readonly DocumentRef[]): readonly string[] =>
  documents.map(({ sopInstanceUid }) => sopInstanceUid);

const expected = (...studies: readonly string[]): readonly string[] =>
  ["sr", "ko"].flatMap((name) => studies.map((study) => uidOf(`${study}/${name}/1`)));

const findsDocuments = async (served: Served): Promise<void> => {
  const made: readonly Made[] = [
    { patientId: "A*", study: "star old", studyDate: "20200101" },
    { patientId: "A*", study: "star new", studyDate: "20240101" },
    { patientId: "AB", study: "letters", studyDate: "20230101" },
    { patientId: "A?", study: "question", studyDate: "20220101" },
    { patientId: "ABC", study: "more letters", studyDate: "20210101" },
    { patientId: "", study: "nameless", studyDate: "20190101" },
    { patientId: "", study: "nameless too", studyDate: "20190101" },
  ];
  for (const each of made) assert.equal((await stow(served, studyOf(each))).status, 200);
  const { findDocuments } = pacsOf(served, { pageSize: 2 });

  const [report, note] = await findDocuments(uidOf("star new"), "study");
  assert.deepEqual(report, {
    studyUid: uidOf("star new"),
    seriesUid: uidOf("star new/sr"),
    sopInstanceUid: uidOf("star new/sr/1"),
    modality: "SR",
    sopClassUid: sopClass.comprehensive3d,
    studyDate: "20240101",
  });
  assert.deepEqual([note?.modality, note?.sopClassUid], ["KO", sopClass.keyObjects]);
  assert.deepEqual(uidsOf(await findDocuments(uidOf("star new"), "study")), expected("star new"));

  const ofPatient = async (study: string) => uidsOf(await findDocuments(uidOf(study), "patient"));
  assert.deepEqual(await ofPatient("star old"), expected("star new", "star old"));
  assert.deepEqual(await ofPatient("letters"), expected("letters"));
  assert.deepEqual(await ofPatient("question"), expected("question"));
  assert.deepEqual(await ofPatient("nameless"), expected("nameless"));
  assert.deepEqual(await findDocuments(uidOf("not there"), "patient"), []);
  assert.deepEqual(await findDocuments(uidOf("not there"), "study"), []);
};

const title =
  "reports and notes of a study, or of all studies of exactly its patient, are found; dose reports are not";

test(`Debian's Orthanc: ${title}`, { skip: needsTool("Orthanc") }, async (t) =>
  findsDocuments(await startOrthanc(t)),
);

test(`the demo archive: ${title}`, async (t) => findsDocuments(await startDemo(t)));

describe("an archive that answers", () => {
  const study = uidOf("s");
  const studyRow = (uid: string, patient: Readonly<Record<string, string>>) =>
    dicomJson({ "0020000D": uid, "00080020": "20240101", ...patient });

  /** Studies as given to every search, one SR series in each, and `count` reports in it. */
  const answering =
    (studies: readonly object[], count = 1, fields: Readonly<Record<string, string>> = {}) =>
    ({ path, query }: { path: string; query: URLSearchParams }, response: Parameters<typeof sendJson>[0]) => {
      const [, , uid = "", level, , instances] = path.split("/");
      const offset = Number(query.get("offset") ?? 0);
      const page = <T>(rows: readonly T[]) => rows.slice(offset, offset + Number(query.get("limit") ?? 1e9));
      if (instances !== undefined)
        return sendJson(
          response,
          page(
            Array.from({ length: count }, (_, i) =>
              dicomJson({ "00080018": `${uid}.9.${i}`, "00080023": `${20240000 + i}`, ...fields }),
            ),
          ),
        );
      if (level === "series")
        return sendJson(response, page([dicomJson({ "0020000E": `${uid}.9`, "00080060": "SR" })]));
      return sendJson(response, page(studies));
    };

  const find = async (
    t: Parameters<typeof startArchive>[0],
    answer: Parameters<typeof startArchive>[1],
    scope: "study" | "patient",
  ) => {
    const archive = await startArchive(t, answer);
    const { findDocuments } = pacsOf({ url: archive.url, restUrl: archive.url, headers: {} });
    return { found: await findDocuments(study, scope), asked: archive.asked };
  };

  test("with patients of other issuers besides is believed for the same issuer alone", async (t) => {
    const mine = { "00100020": "17", "00100021": "Hospital A" };
    const studies = [
      studyRow(study, mine),
      studyRow("1.1", mine),
      studyRow("1.2", { "00100020": "17", "00100021": "Hospital B" }),
      studyRow("1.3", { "00100020": "17" }),
      studyRow("1.4", { "00100020": "171", "00100021": "Hospital A" }),
    ];
    const { found, asked } = await find(t, answering(studies), "patient");
    assert.deepEqual(new Set(found.map(({ studyUid }) => studyUid)), new Set([study, "1.1"]));
    assert.ok(asked.some(({ query }) => query.get("PatientID") === "17"));
  });

  test("with an identifier that has a backslash is asked for it as one value", async (t) => {
    const studies = [studyRow(study, { "00100020": "A\\B" }), studyRow("1.1", { "00100020": "AxB" })];
    const { found, asked } = await find(t, answering(studies), "patient");
    assert.deepEqual([...new Set(found.map(({ studyUid }) => studyUid))], [study]);
    assert.ok(asked.every(({ query }) => !(query.get("PatientID") ?? "").includes("\\")));
  });

  test("with more than two hundred reports is asked for the newest two hundred", async (t) => {
    const { found } = await find(t, answering([studyRow(study, {})], 305), "study");
    assert.equal(found.length, 200);
    assert.ok(found.every(({ sopInstanceUid }) => Number(sopInstanceUid.split(".").at(-1)) >= 105));
  });

  test("without naming the class of an instance is asked for the instance itself", async (t) => {
    const { found } = await find(t, answering([studyRow(study, {})]), "study");
    assert.deepEqual(
      found.map(({ sopClassUid }) => sopClassUid),
      [""],
    );
    const dose = await find(t, answering([studyRow(study, {})], 1, { "00080016": sopClass.dose }), "study");
    assert.deepEqual(dose.found, []);
  });

  test("404 has no archive at this address, and a UID that is none is never sent", async (t) => {
    const archive = await startArchive(t, (_, response) => response.writeHead(404).end());
    const { findDocuments } = pacsOf({ url: archive.url, restUrl: archive.url, headers: {} });
    await assert.rejects(findDocuments(study, "study"), isFailure("PACS_ERROR", { status: 404 }));
    const before = archive.asked.length;
    await assert.rejects(findDocuments("../studies", "patient"), isFailure("UID_INVALID"));
    assert.equal(archive.asked.length, before);
  });
});

test("a report that this project's own tools did not write is fetched as it was stored", {
  skip: needsTool("Orthanc"),
}, async (t) => {
  const served = await startOrthanc(t);
  const bytes = dcmqiReport(place("foreign", "sr"));
  await stow(served, [bytes]);
  const pacs = pacsOf(served);
  const [document] = await pacs.findDocuments(uidOf("foreign"), "study");
  assert.ok(document);
  assert.deepEqual(Buffer.from(await pacs.retrieveInstance(document)), Buffer.from(bytes));
});
