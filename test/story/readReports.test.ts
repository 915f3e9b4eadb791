import assert from "node:assert/strict";
import { test } from "node:test";
import { failed } from "../../src/domain/failure.ts";
import type { Pacs } from "../../src/ports/pacs.ts";
import { readReports } from "../../src/story/readReports.ts";
import { isFailure } from "../pacs/fakeArchive.ts";
import { dcmqiReport, highdicomReport, keyObjects, type Place } from "../support/foreignReports.ts";
import { evidence, sopClass } from "../support/srDocument.ts";

type Stored = { readonly uid: string; readonly modality: "SR" | "KO"; readonly bytes: Uint8Array | Error };

/** An archive that holds these documents in one study. */
const holding = (...stored: readonly Stored[]): Pick<Pacs, "findDocuments" | "retrieveInstance"> => ({
  findDocuments: async (studyUid) =>
    stored.map(({ uid, modality }) => ({
      studyUid,
      seriesUid: "1.2.4",
      sopInstanceUid: uid,
      modality,
      sopClassUid: "",
      studyDate: null,
    })),
  retrieveInstance: async ({ sopInstanceUid }) => {
    const bytes = stored.find(({ uid }) => uid === sopInstanceUid)?.bytes;
    if (bytes instanceof Uint8Array) return bytes;
    throw bytes;
  },
});

const at = (uid: string, header: Readonly<Record<string, unknown>> = {}): Place => ({
  studyUid: "1.2",
  seriesUid: "1.2.4",
  sopInstanceUid: uid,
  header,
});

const report = (uid: string, header: Readonly<Record<string, unknown>> = {}): Stored => ({
  uid,
  modality: "SR",
  bytes: dcmqiReport(at(uid, header)),
});

const replacing = (...uids: readonly string[]) => ({
  PredecessorDocumentsSequence: evidence("1.2", {
    "1.2.4": uids.map((uid) => [sopClass.enhanced, uid] as const),
  }),
});

const noteOn = (...uids: readonly string[]): Stored => ({
  uid: "1.8",
  modality: "KO",
  bytes: keyObjects(
    "113037|DCM|Rejected for Patient Safety Reasons",
    uids.map((uid) => [sopClass.enhanced, uid] as const),
    at("1.8"),
  ),
});

const marksOf = async (...stored: readonly Stored[]) => {
  const { reports } = await readReports(holding(...stored), "1.2", "study");
  return reports.map(({ sopInstanceUid, rejected, supersededBy }) => [
    sopInstanceUid,
    rejected?.value ?? null,
    supersededBy,
  ]);
};

test("a report that a note takes back is marked with the reason, another is not", async () => {
  assert.deepEqual(await marksOf(report("1.5"), report("1.6"), noteOn("1.5")), [
    ["1.5", "113037", null],
    ["1.6", null, null],
  ]);
});

test("a report that a newer one replaces is marked with it", async () => {
  const newer = report("1.6", { ContentDate: "20250101", ...replacing("1.5") });
  assert.deepEqual(await marksOf(newer, report("1.5")), [
    ["1.5", null, "1.6"],
    ["1.6", null, null],
  ]);
});

test("what was taken back itself, is older, or is named in turn replaces nothing", async () => {
  const newer = report("1.6", { ContentDate: "20250101", ...replacing("1.5") });
  assert.deepEqual(await marksOf(report("1.5"), newer, noteOn("1.6")), [
    ["1.5", null, null],
    ["1.6", "113037", null],
  ]);
  const older = report("1.6", { ContentDate: "20200101", ...replacing("1.5") });
  assert.deepEqual(await marksOf(older, report("1.5")), [
    ["1.6", null, null],
    ["1.5", null, null],
  ]);
  assert.deepEqual(await marksOf(report("1.5", replacing("1.6")), report("1.6", replacing("1.5"))), [
    ["1.5", null, null],
    ["1.6", null, null],
  ]);
});

test("one damaged, missing or foreign document hides no other", async () => {
  const damaged: Stored = {
    uid: "1.7",
    modality: "SR",
    bytes: dcmqiReport(at("1.7")).subarray(0, 900),
  };
  const gone: Stored = { uid: "1.9", modality: "KO", bytes: failed("INCOMPLETE_RETRIEVAL", "Gone.") };
  const other: Stored = { uid: "1.10", modality: "SR", bytes: noteOn("1.5").bytes };
  const { reports, unreadable } = await readReports(
    holding(damaged, report("1.5"), gone, other),
    "1.2",
    "study",
  );
  assert.deepEqual(
    reports.map(({ sopInstanceUid }) => sopInstanceUid),
    ["1.5"],
  );
  assert.deepEqual(unreadable, [
    { sopInstanceUid: "1.7", code: "NOT_DICOM" },
    { sopInstanceUid: "1.9", code: "INCOMPLETE_RETRIEVAL" },
  ]);
});

test("an archive that went away is no study without reports", async () => {
  for (const code of ["PACS_UNREACHABLE", "PACS_TIMEOUT", "PACS_UNTRUSTED"] as const) {
    const away: Stored = { uid: "1.9", modality: "SR", bytes: failed(code, "Away.") };
    await assert.rejects(readReports(holding(away), "1.2", "study"), isFailure(code));
  }
});

test("studies come in the order of their dates, and identities apart from the reports", async () => {
  const first = { uid: "1.6", modality: "SR", bytes: highdicomReport(at("1.6", { StudyDate: "20100101" })) };
  const { reports, patients } = await readReports(holding(report("1.5"), first as Stored), "1.2", "patient");
  assert.deepEqual(
    reports.map(({ sopInstanceUid }) => sopInstanceUid),
    ["1.6", "1.5"],
  );
  assert.doesNotMatch(JSON.stringify(reports), /Canary/);
  assert.deepEqual(patients.get("1.5"), { id: "Canary-Id", issuer: null });
});
