import assert from "node:assert/strict";
import { test } from "node:test";
import { failed } from "../../src/domain/failure.ts";
import type { QualityRecord } from "../../src/domain/quality.ts";
import { auditQuality } from "../../src/quality/auditQuality.ts";
import type { AuditPacs } from "../../src/quality/auditStudy.ts";
import { readPancreasNames } from "../../src/settings/pancreasNames.ts";
import { pacsOf, type Served, startDemo, stow } from "../demo/archive/requests.ts";
import { isFailure } from "../pacs/fakeArchive.ts";
import { uidOf } from "../pacs/objects.ts";
import { startOrthanc } from "../support/orthanc.ts";
import { needsTool } from "../support/shared.ts";
import { casesOf, recordOf, rules } from "./cases.ts";
import { correctedArchive, correctionOf, ourSeg } from "./correctedStudies.ts";

/** An archive that counts what it is asked to deliver. */
const counting = (served: Served): AuditPacs & { readonly asked: string[] } => {
  const pacs = pacsOf(served, { pageSize: 3 });
  const asked: string[] = [];
  return {
    asked,
    findSegmentations: pacs.findSegmentations,
    findSegmentationsOf: pacs.findSegmentationsOf,
    describeStudy: pacs.describeStudy,
    retrieveInstance: (instance) => {
      asked.push(instance.sopInstanceUid);
      return pacs.retrieveInstance(instance);
    },
  };
};

const audit = (
  pacs: AuditPacs,
  earlier: QualityRecord | null = null,
  changed: object = {},
  since: string | null = null,
) =>
  auditQuality(
    {
      pacs,
      clock: { nowMs: () => Date.UTC(2026, 0, 2) },
      software: { name: "panseg", version: "0.1.0" },
      names: readPancreasNames(null),
    },
    { rules: { ...rules, ...changed }, since },
    earlier,
  );

const nameOf = (uid: string, study: string, names: readonly string[]): string =>
  names.find((name) => uidOf(`${study}/${name}/1`) === uid) ?? uid;

const auditsAnArchive = async (served: Served): Promise<void> => {
  const made = correctedArchive();
  for (const file of made.files) assert.equal((await stow(served, [file])).status, 200);
  const pacs = counting(served);
  const { record, interrupted } = await audit(pacs);
  assert.equal(interrupted, null);

  const [first, second, ...more] = record.cases;
  assert.deepEqual(more, []);
  assert.ok(first && second);
  // 40 voxels of 8 mm³ together, 16 of them in both.
  assert.deepEqual(
    { ...first, agreement: null },
    {
      studyUid: uidOf(made.ct.study),
      seriesUid: uidOf(`${made.ct.study}/ct`),
      oursSopInstanceUid: made.shown,
      correctionSopInstanceUid: uidOf(`${made.ct.study}/by hand/1`),
      month: "2025-06",
      correctedAt: { date: "20250607", time: "120000" },
      studyDate: "20250301",
      scanner: "Scanner Works Ring 3",
      modality: "CT",
      correctionAlgorithmType: "MANUAL",
      agreement: null,
    },
  );
  assert.equal(first.agreement.dice, 0.8);
  assert.equal(first.agreement.hd95Mm, 2);
  assert.equal(first.agreement.toleranceMm, 2);
  assert.equal(first.agreement.volumeMl.toFixed(6), "0.160000");
  assert.ok(Math.abs(first.agreement.volumeDifferenceMl) < 1e-12);
  assert.deepEqual(
    [second.month, second.scanner, second.modality, second.agreement.dice],
    ["2025-07", "Scanner Works Coil 7", "MR", 0.6],
  );

  const names = ["by hand", "draft", "liver", "algorithm", "broken", "one", "two"];
  const studies = [made.ct.study, "beside", "foreign alone"];
  assert.deepEqual(
    record.leftOut
      .map(({ sopInstanceUid, code }) => {
        const study = studies.find((each) => nameOf(sopInstanceUid, each, names) !== sopInstanceUid) ?? "";
        return `${study}/${nameOf(sopInstanceUid, study, names)} ${code}`;
      })
      .sort(),
    [
      "beside/by hand GRIDS_DIFFER",
      "corrected ct/algorithm MADE_BY_ALGORITHM",
      "corrected ct/broken PIXEL_DATA_TRUNCATED",
      "corrected ct/draft OTHER_CORRECTION",
      "corrected ct/liver SEGMENT_NOT_FOUND",
      "foreign alone/one NOTHING_OF_OURS",
      "foreign alone/two NO_SOURCE_SERIES",
    ],
  );
  assert.doesNotMatch(JSON.stringify(record), /Canary|patient of/);
  assert.equal(record.drift[0]?.status, "too-few");

  // Everything once, and nothing of the study that holds one segmentation.
  assert.equal(new Set(pacs.asked).size, pacs.asked.length);
  assert.equal(pacs.asked.length, 13);

  const again = counting(served);
  const repeated = (await audit(again, record)).record;
  assert.deepEqual(repeated, record);
  // Only what could not be read, or compared, is looked at anew.
  assert.deepEqual(
    again.asked.toSorted(),
    [
      uidOf("corrected ct/broken/1"),
      uidOf("beside/by hand/1"),
      ourSeg({ study: "beside" }).object.sopInstanceUid,
    ].toSorted(),
  );

  const finer = (await audit(counting(served), record, { toleranceMm: 1 })).record;
  assert.deepEqual(
    finer.cases.map(({ agreement }) => agreement.toleranceMm),
    [1, 1],
  );
  assert.ok((finer.cases[0]?.agreement.surfaceDice ?? 1) < first.agreement.surfaceDice);
  const all = (await audit(counting(served), record, { includeAutomatic: true })).record;
  assert.deepEqual(
    all.cases.map(({ agreement }) => agreement.dice),
    [0.8, 0.6],
  );

  const window = counting(served);
  const recent = (await audit(window, record, {}, "20250601")).record;
  assert.equal(recent.studies.found, 1);
  assert.deepEqual(recent.cases, record.cases);
  assert.deepEqual(window.asked, []);
  assert.deepEqual((await audit(counting(served), null, {}, "20250601")).record.cases, [second]);
};

const title =
  "corrected series are found with their Dice, the rest says why not, and nothing is fetched twice";

test(`Debian's Orthanc: ${title}`, { skip: needsTool("Orthanc") }, async (t) =>
  auditsAnArchive(await startOrthanc(t)),
);

test(`the demo archive: ${title}`, async (t) => auditsAnArchive(await startDemo(t)));

test("a newer correction takes the older one's place in the next audit", async (t) => {
  const served = await startDemo(t);
  const made = { study: "s" };
  const files = [ourSeg(made).bytes, correctionOf(made, { name: "first", moved: 3 })];
  assert.equal((await stow(served, files)).status, 200);
  const { record } = await audit(counting(served));
  assert.deepEqual(
    record.cases.map(({ agreement }) => agreement.dice),
    [0.7],
  );
  const newer = correctionOf(made, { name: "second", moved: 1, header: { ContentDate: "20250801" } });
  assert.equal((await stow(served, [newer])).status, 200);
  const next = (await audit(counting(served), record)).record;
  assert.deepEqual(
    next.cases.map(({ month, agreement }) => [month, agreement.dice]),
    [["2025-08", 0.9]],
  );
});

test("a tool that hands our equipment on is known by its segment, which a person made", async (t) => {
  const served = await startDemo(t);
  const made = { study: "s" };
  const header = { ManufacturerModelName: "panseg", Manufacturer: "panseg (research software)" };
  const copied = correctionOf(made, { name: "copied", moved: 1, algorithmType: "SEMIAUTOMATIC", header });
  assert.equal((await stow(served, [ourSeg(made).bytes, copied])).status, 200);
  assert.equal((await audit(counting(served))).record.cases[0]?.agreement.dice, 0.9);
});

test("an archive that goes away ends the audit early, and what was known of the other studies stays", async (t) => {
  const served = await startDemo(t);
  for (const study of ["a", "b"]) {
    const files = [ourSeg({ study }).bytes, correctionOf({ study }, { name: "by hand", moved: 2 })];
    assert.equal((await stow(served, files)).status, 200);
  }
  const pacs = counting(served);
  const whole = (await audit(pacs)).record;
  assert.equal(whole.cases.length, 2);
  const forgotten = whole.known[0]?.studyUid;
  const away: AuditPacs = {
    ...pacs,
    retrieveInstance: async () => {
      throw failed("PACS_UNREACHABLE", "No connection to the archive.");
    },
  };
  const earlier = { ...whole, known: whole.known.filter(({ studyUid }) => studyUid !== forgotten) };
  const { record, interrupted } = await audit(away, earlier);
  assert.equal(interrupted?.code, "PACS_UNREACHABLE");
  assert.ok(record.studies.audited < record.studies.found);
  assert.deepEqual(record.cases, whole.cases);
  const searchless: AuditPacs = {
    ...away,
    findSegmentations: async () => {
      throw failed("PACS_UNREACHABLE", "No connection to the archive.");
    },
  };
  await assert.rejects(audit(searchless), isFailure("PACS_UNREACHABLE"));
});

test("studies that the archive does not hold any more, or that other rules leave out, are forgotten", async (t) => {
  const served = await startDemo(t);
  const old = recordOf(casesOf([0.9, 0.8]));
  const [first, second] = old.cases;
  assert.ok(first && second);
  assert.deepEqual((await audit(counting(served), old)).record.cases, []);
  const automatic = { ...second, correctionAlgorithmType: "AUTOMATIC" };
  const kept = (await audit(counting(served), { ...old, cases: [first, automatic] }, {}, "20260101")).record;
  assert.deepEqual(kept.cases, [first]);
});
