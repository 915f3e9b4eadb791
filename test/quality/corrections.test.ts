import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { QualityRecord } from "../../src/domain/quality.ts";
import { auditQuality } from "../../src/quality/auditQuality.ts";
import { explainStudy } from "../../src/quality/explainStudy.ts";
import { readPancreasNames } from "../../src/settings/pancreasNames.ts";
import { pacsOf, type Served, startDemo, stow } from "../demo/archive/requests.ts";
import { temporaryFolder } from "../pacs/fakeArchive.ts";
import { uidOf } from "../pacs/objects.ts";
import { type Orthanc, startOrthanc } from "../support/orthanc.ts";
import { needsShared, needsTool, sharedFolder } from "../support/shared.ts";
import { rules } from "./cases.ts";
import { correctionOf, type Made, ourSeg } from "./correctedStudies.ts";

const own = readPancreasNames(null);
const software = { name: "panseg", version: "0.1.0" };

const worldOf = (served: Served, names = own) => ({
  pacs: pacsOf(served),
  clock: { nowMs: () => Date.UTC(2026, 3, 2) },
  software,
  names,
});

const audit = async (served: Served, earlier: QualityRecord | null = null, names = own) =>
  (await auditQuality(worldOf(served, names), { rules, since: null }, earlier)).record;

const explain = (served: Served, studyUid: string, earlier: QualityRecord | null = null) =>
  explainStudy(worldOf(served), { rules }, earlier, studyUid);

const fixture = (name: string) => {
  const file = (part: string) =>
    readFileSync(sharedFolder("fixtures", "cases", `eval-audit-${name}`, `${part}.dcm`));
  return { ours: file("ours"), correction: file("correction") };
};

const skipFixture = (name: string) => needsShared("fixtures", "cases", `eval-audit-${name}`);

const auditFixture = async (t: Parameters<typeof startDemo>[0], name: string) => {
  const served = await startDemo(t);
  const { ours, correction } = fixture(name);
  assert.equal((await stow(served, [ours, correction])).status, 200);
  return { served, record: await audit(served) };
};

const told = ({ leftOut }: QualityRecord): readonly string[] => leftOut.map(({ code }) => code);

test("E7: a segment called pancreas_corrected, of tissue, is a correction", {
  skip: skipFixture("label-underscore"),
}, async (t) => {
  const { record } = await auditFixture(t, "label-underscore");
  assert.deepEqual([record.cases.length, told(record)], [1, []]);
  assert.deepEqual(record.known.map((each) => ("otherOrgan" in each ? "other" : each.foundBy)).toSorted(), [
    "code",
    "name",
  ]);
});

test("E7: a correction in another frame of reference is refused, as evaluate refuses it", {
  skip: skipFixture("other-frame-of-reference"),
}, async (t) => {
  const { record } = await auditFixture(t, "other-frame-of-reference");
  assert.deepEqual([record.cases, told(record)], [[], ["GRIDS_DIFFER"]]);
  assert.match(record.leftOut[0]?.sentence ?? "", /different frames of reference/);
});

test("E7: of two segments coded pancreas it is said that there are two, in this audit and the next", {
  skip: skipFixture("two-pancreas-segments"),
}, async (t) => {
  const { served, record } = await auditFixture(t, "two-pancreas-segments");
  assert.deepEqual([record.cases, told(record)], [[], ["SEVERAL_PANCREAS"]]);
  assert.match(record.leftOut[0]?.sentence ?? "", /^Segments 1 and 2 are both the pancreas/);
  assert.doesNotMatch(JSON.stringify(record), /remnant/);
  assert.deepEqual(await audit(served, record), record);
});

test("E6: a correction stored into the series of our segmentation counts", {
  skip: skipFixture("same-series-correction"),
}, async (t) => {
  const { served, record } = await auditFixture(t, "same-series-correction");
  assert.deepEqual([record.cases.length, told(record)], [1, []]);
  const explained = await explain(served, record.cases[0]?.studyUid ?? "");
  assert.deepEqual(
    explained.map(({ counts }) => counts),
    [true, true],
  );
});

const remove = async ({ rest }: Orthanc, sopInstanceUid: string): Promise<void> => {
  const instances = (await rest("/instances?expand")) as {
    ID: string;
    MainDicomTags: { SOPInstanceUID: string };
  }[];
  const found = instances.find(({ MainDicomTags }) => MainDicomTags.SOPInstanceUID === sopInstanceUid);
  assert.ok(found);
  await rest(`/instances/${found.ID}`, "DELETE");
};

test("E6: a case stays, and is named, when our segmentation is deleted after the audit; without its correction it does not", {
  skip: skipFixture("ours-deleted-later") || needsTool("Orthanc"),
}, async (t) => {
  const orthanc = await startOrthanc(t);
  const { ours, correction } = fixture("ours-deleted-later");
  await orthanc.stow([ours, correction]);
  const first = await audit(orthanc);
  const [before] = first.cases;
  assert.ok(before);
  assert.equal(first.cases.length, 1);

  await remove(orthanc, before.oursSopInstanceUid);
  const second = await audit(orthanc, first);
  assert.deepEqual(second.cases, [{ ...before, oursIsGone: true }]);
  assert.deepEqual(second.groups, first.groups);
  assert.deepEqual((await audit(orthanc, second)).cases, second.cases);
  const explained = await explain(orthanc, before.studyUid, second);
  assert.deepEqual(
    explained.map(({ sopInstanceUid, counts }) => [sopInstanceUid, counts]),
    [
      [before.correctionSopInstanceUid, true],
      [before.oursSopInstanceUid, true],
    ],
  );
  assert.match(explained[0]?.sentence ?? "", /deleted since; the agreement is that of an earlier audit/);

  await remove(orthanc, before.correctionSopInstanceUid);
  const third = await audit(orthanc, second);
  assert.deepEqual([third.cases, told(third)], [[], ["CORRECTION_GONE"]]);
  assert.equal(third.leftOut[0]?.sopInstanceUid, before.correctionSopInstanceUid);
});

test("E6: a newer correction after ours was deleted is named, and the case that was compared stays", {
  skip: needsTool("Orthanc"),
}, async (t) => {
  const orthanc = await startOrthanc(t);
  const made: Made = { study: "s" };
  const mine = ourSeg(made);
  await orthanc.stow([mine.bytes, correctionOf(made, { name: "first", moved: 3 })]);
  const first = await audit(orthanc);
  await remove(orthanc, mine.object.sopInstanceUid);
  await orthanc.stow([correctionOf(made, { name: "second", moved: 1, header: { ContentDate: "20250801" } })]);
  const second = await audit(orthanc, first);
  assert.deepEqual(
    second.cases.map(({ agreement, oursIsGone }) => [agreement.dice, oursIsGone]),
    [[0.7, true]],
  );
  assert.deepEqual(
    second.leftOut.map(({ sopInstanceUid, code }) => [sopInstanceUid, code]),
    [[uidOf("s/second/1"), "OURS_GONE"]],
  );
});

const tissue = ["85756007", "SCT", "Tissue"] as const;
const liver = ["10200004", "SCT", "Liver"] as const;

test("E7: a lone Segment_1 of a series that we segmented is a correction; a lone liver, and one beside nothing of ours, are not", async (t) => {
  const served = await startDemo(t);
  const lone = { label: "Segment_1", typeCode: tissue };
  const files = [
    ourSeg({ study: "a" }).bytes,
    correctionOf({ study: "a" }, { name: "lone", moved: 2, ...lone }),
    ourSeg({ study: "b" }).bytes,
    correctionOf({ study: "b" }, { name: "lone", label: "Segment_1", typeCode: liver }),
    correctionOf({ study: "c" }, { name: "lone", ...lone }),
    correctionOf({ study: "c" }, { name: "other", ...lone }),
  ];
  assert.equal((await stow(served, files)).status, 200);
  const record = await audit(served);
  assert.deepEqual(
    record.cases.map(({ correctionSopInstanceUid, agreement }) => [correctionSopInstanceUid, agreement.dice]),
    [[uidOf("a/lone/1"), 0.8]],
  );
  assert.deepEqual(told(record).toSorted(), ["NOTHING_OF_OURS", "NOTHING_OF_OURS", "SEGMENT_NOT_FOUND"]);
});

test("E7: what was another organ is looked at again when a site adds its name, or another object takes its UID", {
  skip: needsTool("Orthanc"),
}, async (t) => {
  const orthanc = await startOrthanc(t);
  const made: Made = { study: "s" };
  const labelled = (label: string, slices = [1, 2]) =>
    correctionOf(made, { name: "odd", moved: 2, slices, label, typeCode: liver });
  await orthanc.stow([ourSeg(made).bytes, labelled("PX")]);
  const first = await audit(orthanc);
  assert.deepEqual([first.cases, told(first)], [[], ["SEGMENT_NOT_FOUND"]]);

  const file = join(temporaryFolder(t), "names.yaml");
  writeFileSync(file, "whole: { names: [PX] }\n");
  const site = await audit(orthanc, first, readPancreasNames(file));
  assert.deepEqual([site.cases[0]?.agreement.dice, told(site)], [0.8, []]);
  // Without the name it is another organ again.
  assert.deepEqual((await audit(orthanc, site)).cases, []);

  await remove(orthanc, uidOf("s/odd/1"));
  await orthanc.stow([labelled("Pancreas", [1])]);
  const updated = await audit(orthanc, first);
  assert.deepEqual([updated.cases[0]?.agreement.dice.toFixed(4), told(updated)], [(16 / 30).toFixed(4), []]);
});

test("E7: --explain says of each segmentation of a study why it counts or not", async (t) => {
  const served = await startDemo(t);
  const made: Made = { study: "s" };
  const files = [
    ourSeg(made).bytes,
    correctionOf(made, { name: "final", moved: 1 }),
    correctionOf(made, { name: "draft", moved: 5, header: { ContentDate: "20250605" } }),
    correctionOf(made, { name: "liver", label: "Liver", typeCode: liver }),
  ];
  assert.equal((await stow(served, files)).status, 200);
  const explained = new Map(
    (await explain(served, uidOf("s"))).map((each) => [each.sopInstanceUid, each] as const),
  );
  const of = (name: string) => {
    const { counts, foundBy, code } = explained.get(uidOf(`s/${name}/1`)) ?? {};
    return [counts, foundBy, code];
  };
  assert.equal(explained.size, 4);
  assert.deepEqual(of("final"), [true, "code", null]);
  assert.deepEqual(of("draft"), [false, "code", "OTHER_CORRECTION"]);
  assert.deepEqual(of("liver"), [false, null, "SEGMENT_NOT_FOUND"]);
  const mine = [...explained.values()].find(({ sentence }) =>
    sentence.startsWith("Ours, and corrected: Dice 90.0 %"),
  );
  assert.equal(mine?.counts, true);
  assert.deepEqual(await explain(served, uidOf("nothing")), []);
});
