import assert from "node:assert/strict";
import { test } from "node:test";
import { readGroupsTable } from "../../src/cohort/groupsTable.ts";
import { type ReaderStudyOptions, studyReaders } from "../../src/cohort/readerStudy.ts";
import { readPairsCsv } from "../../src/cohort/readPairsCsv.ts";
import { FailureError } from "../../src/domain/failure.ts";
import { readPancreasNames } from "../../src/settings/pancreasNames.ts";
import { boxMask, type Folder, tempFolder } from "./masks.ts";

const options = (readings: readonly (readonly [string, Folder])[]): ReaderStudyOptions => ({
  readings: readings.map(([reader, { path }]) => ({ reader, folder: path })),
  label: null,
  names: readPancreasNames(null),
  groups: readGroupsTable(Buffer.from("case,modality\na,T1\nb,T2\n")),
  resample: false,
  onProgress: () => {},
});

/** Dice of two bars of ten voxels, one shifted by `n`: (10 − n) / 10. */
const bar = (shift: number) => boxMask([2, 3, shift], [1, 1, 8]);

test("readers and repeats make matrices of mean Dice and kappa, and agreement within and between", async (t) => {
  const [first, again, other] = [tempFolder(t), tempFolder(t), tempFolder(t)];
  for (const [name, shifts] of [
    ["a", [0, 1, 2]],
    ["b", [1, 1, 3]],
  ] as const)
    for (const [n, folder] of [first, again, other].entries())
      folder.write(`${name}.nii.gz`, bar(shifts[n as 0 | 1 | 2]));
  const study = await studyReaders(
    options([
      ["anna", first],
      ["anna", again],
      ["ben", other],
    ]),
  );
  assert.deepEqual(
    study.readings.map(({ label }) => label),
    ["anna 1", "anna 2", "ben"],
  );
  const [all, t1] = study.groups;
  assert.deepEqual(all?.dice, [
    [1, (7 / 8 + 1) / 2, 6 / 8],
    [(7 / 8 + 1) / 2, 1, (7 / 8 + 6 / 8) / 2],
    [6 / 8, (7 / 8 + 6 / 8) / 2, 1],
  ]);
  assert.deepEqual([all?.within?.cases, all?.within?.pairs, all?.between?.pairs], [2, 2, 4]);
  assert.equal(all?.within?.dice.mean, (7 / 8 + 1) / 2);
  assert.equal(all?.between?.dice.mean, ((6 / 8 + 7 / 8) / 2 + (6 / 8 + 6 / 8) / 2) / 2);
  // Over 648 voxels: one of eight differs each way; 1 − 2·648 / (2·8·640).
  assert.ok(Math.abs((t1?.kappa[0]?.[1] ?? 0) - (1 - (2 * 648) / (2 * 8 * 640))) < 1e-12);
  assert.deepEqual(t1?.where, { modality: "T1" });
  assert.equal(all?.volumes?.icc21, null);
  const lines = readPairsCsv(study).trimEnd().split("\r\n");
  assert.equal(lines[0], "case,modality,first,second,kind,dice,kappa,first_ml,second_ml");
  assert.equal(lines.length, 7);
  assert.match(lines[1] ?? "", /^a,T1,anna 1,anna 2,within,0\.875,0\.87\d+,0\.02,0\.02$/);
});

test("a case that a reading lacks is compared among the others, one that a single reading has is left out", async (t) => {
  const [first, second, third] = [tempFolder(t), tempFolder(t), tempFolder(t)];
  for (const folder of [first, second, third]) folder.write("a.nii.gz", bar(0));
  for (const folder of [first, third]) folder.write("b.nii.gz", bar(1));
  second.write("c.nii.gz", bar(1));
  const study = await studyReaders(
    options([
      ["x", first],
      ["y", second],
      ["z", third],
    ]),
  );
  assert.equal(study.pairs.length, 4);
  assert.deepEqual(
    study.leftOut.map(({ name, failure }) => [name, failure.code, failure.sentence]),
    [["c", "NOT_PAIRED", "Only y has read this case."]],
  );
});

test("one reading, or readings of different cases, are no study", async (t) => {
  const [first, second] = [tempFolder(t), tempFolder(t)];
  first.write("a.nii.gz", bar(0));
  second.write("b.nii.gz", bar(0));
  for (const readings of [
    [["x", first]],
    [
      ["x", first],
      ["y", second],
    ],
  ] as const)
    await assert.rejects(
      studyReaders(options(readings)),
      (error) => error instanceof FailureError && error.failure.code === "USAGE",
    );
});
