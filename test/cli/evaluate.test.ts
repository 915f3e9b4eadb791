import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { parse } from "csv-parse/sync";
import { measureColumns } from "../../src/cohort/casesCsv.ts";
import type { CohortReport } from "../../src/cohort/cohortReport.ts";
import type { ReaderStudy } from "../../src/cohort/readerStudy.ts";
import { buildSeg } from "../../src/dicom/write/buildSeg.ts";
import { boxMask, tempFolder } from "../cohort/masks.ts";
import { makeContext, makeSource, maskOf } from "../dicom/write/sources.ts";
import { writeForeignSeg } from "../support/foreignSeg.ts";
import { panseg } from "../support/panseg.ts";
import { metaImageFile, nifti2File, nrrdFile } from "../support/volumeFiles.ts";

/** A box of 2×3×8 voxels, its prediction shifted by so many voxels along x. */
const reference = boxMask([2, 3, 1], [2, 3, 8]);
const shiftedBy = (x: number) => boxMask([2, 3, 1 + x], [2, 3, 8]);

const source = makeSource({ shape: [6, 5, 12] });
const segOf = (from: number) =>
  buildSeg(
    maskOf(
      source.grid,
      [2, 3].flatMap((z) => Array.from({ length: 8 }, (_, n) => [z, 2, from + n] as const)),
    ),
    makeContext(source),
  ).bytes;

/** Two cases of NIfTI with Dice 7/8 and 6/8, one of SEG with 7/8, one without a prediction, one on another grid. */
const cohort = (t: TestContext) => {
  const [labels, masks, out] = [tempFolder(t), tempFolder(t), tempFolder(t)];
  labels.write("a.nii.gz", reference);
  masks.write("a.nii.gz", shiftedBy(1));
  labels.write("b.nii", reference);
  masks.write("b/mask.nii.gz", shiftedBy(2));
  labels.write("c.dcm", segOf(1));
  masks.write("other-name.dcm", segOf(2));
  labels.write("alone.nii.gz", reference);
  labels.write("e.nii.gz", reference);
  const { grid, voxels } = shiftedBy(0);
  masks.write("e.nii.gz", {
    grid: { ...grid, spacingMm: [2.5, 1, 2] as unknown as typeof grid.spacingMm },
    voxels,
  });
  labels.write("groups.csv", "case;modality;centre\na;CT;A\nb;T1w;A\nc;CT;B\n");
  return { labels, masks, out };
};

test("a folder of NIfTI and SEG is evaluated, left-out cases are named, and three files are written", async (t) => {
  const { labels, masks, out } = cohort(t);
  const { code, stdout, stderr } = await panseg([
    "evaluate",
    ...["--ref", labels.path, "--pred", masks.path, "-o", out.path],
    ...["--groups", `${labels.path}/groups.csv`, "--paper", "--quiet"],
  ]);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /alone is left out: No prediction has this name.*\[NOT_PAIRED\]/);
  assert.match(stderr, /e is left out: The voxels of 6×9×12 .*\[GRIDS_DIFFER\]/);
  assert.match(stderr, /Research use only/);
  assert.match(stdout, /^all +3 +83\.3 ± 7\.2/m);
  assert.match(stdout, /^modality CT +2 +87\.5 ± 0\.0/m);
  assert.match(stdout, /^CT +88\.3 ± 7\.2 +87\.5 ± 0\.0 .* 0\.91 /m);
  assert.match(stdout, /^T2 +86\.3 ± 6\.4 +– +– +0\.85 +– +0\.638 +– +0$/m);
  assert.deepEqual(readdirSync(out.path).sort(), ["cases.csv", "report.html", "summary.json"]);

  const rows = parse(readFileSync(`${out.path}/cases.csv`, "utf8"), { columns: true }) as Record<
    string,
    string
  >[];
  assert.deepEqual(
    rows.map((row) => [
      row["case"],
      row["modality"],
      row["dice"],
      row["hd95_mm"],
      row["left_out"]?.slice(0, 12),
    ]),
    [
      ["a", "CT", "0.875", "1", ""],
      ["b", "T1", "0.75", "2", ""],
      ["c", "CT", "0.875", "0.75", ""],
      ["alone", "", "", "", "NOT_PAIRED: "],
      ["e", "", "", "", "GRIDS_DIFFER"],
    ],
  );
  const summary = JSON.parse(readFileSync(`${out.path}/summary.json`, "utf8")) as CohortReport & {
    notice: string;
  };
  assert.match(summary.notice, /Research use only/);
  assert.equal(summary.groups[0]?.measures.dice?.median, 0.875);
  assert.equal(summary.paper?.find(({ modality }) => modality === "T1")?.paper?.interObserverKappa, 0.624);
  assert.match(readFileSync(`${out.path}/report.html`, "utf8"), /<svg[\s\S]*Research use only/);
});

test("a prediction on another grid is resampled by wish", async (t) => {
  const { labels, masks, out } = cohort(t);
  const args = [
    "evaluate",
    "--ref",
    `${labels.path}/e.nii.gz`,
    "--pred",
    `${masks.path}/e.nii.gz`,
    "-o",
    out.path,
  ];
  const refused = await panseg([...args, "--json"]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /do not coincide/);
  const { code, stdout } = await panseg([...args, "--json", "--resample"]);
  assert.equal(code, 0);
  const { cases } = JSON.parse(stdout) as CohortReport;
  assert.ok((cases[0]?.agreement.dice ?? 1) < 1 && (cases[0]?.agreement.dice ?? 0) > 0);
});

test("labels are chosen on either side, and another method is tested case by case", async (t) => {
  const [labels, masks, others, out] = [tempFolder(t), tempFolder(t), tempFolder(t), tempFolder(t)];
  for (const [n, name] of ["a", "b", "c"].entries()) {
    labels.write(`${name}.nii.gz`, boxMask([2, 3, 1], [2, 3, 8], undefined, 7));
    masks.write(`${name}.nii.gz`, boxMask([2, 3, 1 + n], [2, 3, 8], undefined, 2));
    others.write(`${name}.nii.gz`, boxMask([2, 3, 2 + n], [2, 3, 8], undefined, 2));
  }
  const { code, stdout } = await panseg([
    "evaluate",
    ...["--ref", labels.path, "--pred", masks.path, "--against", others.path, "-o", out.path],
    ...["--ref-label", "7", "--pred-label", "2", "--modality", "CT", "--json"],
  ]);
  assert.equal(code, 0);
  const { cases, comparison } = JSON.parse(stdout) as CohortReport;
  assert.deepEqual(
    cases.map(({ groups, agreement }) => [groups["modality"], agreement.dice]),
    [
      ["CT", 1],
      ["CT", 7 / 8],
      ["CT", 6 / 8],
    ],
  );
  assert.equal(comparison?.cases, 3);
  assert.equal(comparison?.measures.dice?.pairedT.meanDifference, 1 / 8);
  assert.equal(comparison?.measures.volumeMl?.pairedT.p, null);
  const none = await panseg([
    "evaluate",
    "--ref",
    labels.path,
    "--pred",
    masks.path,
    "-o",
    out.path,
    "--ref-label",
    "0",
  ]);
  assert.equal(none.code, 2);
});

test("what cannot be evaluated at all ends with 2 and a sentence", async (t) => {
  const { labels, masks, out } = cohort(t);
  const empty = tempFolder(t);
  for (const args of [
    ["--ref", empty.path, "--pred", masks.path],
    ["--ref", `${labels.path}/alone.nii.gz`, "--pred", masks.path],
    ["--ref", labels.path, "--pred", masks.path, "--groups", `${labels.path}/absent.csv`],
    ["--ref", labels.path, "--pred", masks.path, "--tolerance", "-1"],
  ]) {
    const { code, stderr } = await panseg(["evaluate", ...args, "-o", `${out.path}/x`, "--quiet"]);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, /\[USAGE\]/);
  }
  assert.deepEqual(readdirSync(out.path), []);
});

test("every column of cases.csv is explained", () => {
  const text = readFileSync(new URL("../../src/cohort/README.md", import.meta.url), "utf8");
  for (const column of [...measureColumns, "left_out"]) assert.ok(text.includes(`| \`${column}\` |`), column);
});

test("readers and their repeats are compared, with matrices on the screen and in files", async (t) => {
  const [first, again, other, out] = [tempFolder(t), tempFolder(t), tempFolder(t), tempFolder(t)];
  for (const [n, folder] of [first, again, other].entries())
    for (const name of ["a", "b"]) folder.write(`${name}.nii.gz`, shiftedBy(n));
  other.write("c.nii.gz", reference);
  const readings = [`anna=${first.path}`, `anna=${again.path}`, `ben=${other.path}`];
  const { code, stdout, stderr } = await panseg([
    "readers",
    ...readings.flatMap((reading) => ["--reading", reading]),
    ...["-o", out.path, "--quiet"],
  ]);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /c is left out: Only ben has read this case/);
  assert.match(stdout, /^anna 1 +1\.000 +0\.875 +0\.750$/m);
  assert.match(stdout, /^all +within readers +2 in 2 cases +0\.875/m);
  assert.match(stdout, /^all +between readers +4 in 2 cases +0\.813/m);
  assert.deepEqual(readdirSync(out.path).sort(), ["pairs.csv", "readers.json"]);
  const one = await panseg(["readers", "--reading", "anna", "-o", out.path]);
  assert.equal(one.code, 2);
});

/** The reference as a segment that only its own site knows as the pancreas, beside a liver. */
const houseSeg = writeForeignSeg({
  type: "BINARY",
  rows: 9,
  columns: 12,
  orientation: [1, 0, 0, 0, 1, 0],
  pixelSpacingMm: [1, 1],
  sliceSpacingMm: 2.5,
  segments: [
    { number: 1, label: "Liver", typeCode: ["10200004", "SCT", "Liver"] },
    { number: 2, label: "Gl. abd.", typeCode: ["G1", "99SITE", "Gl. abd."] },
  ],
  frames: [2, 3].flatMap((k) =>
    [1, 2].map((segment) => ({
      segment,
      position: [0, 0, 2.5 * k],
      pixels: segment === 1 ? new Uint8Array(108).fill(1) : reference.voxels.slice(108 * k, 108 * (k + 1)),
    })),
  ),
});

test("E7: the names of quality.namesFile tell evaluate and readers which segment is the pancreas", async (t) => {
  const [labels, masks, out] = [tempFolder(t), tempFolder(t), tempFolder(t)];
  labels.write("a.nii.gz", reference);
  masks.write("a.dcm", houseSeg);
  out.write("names.yaml", "whole: { names: [Gl. abd.] }\n");
  out.write("site.yaml", `quality: { namesFile: ${out.path}/names.yaml }\n`);
  const evaluate = ["evaluate", "--ref", labels.path, "--pred", masks.path, "-o", `${out.path}/e`, "--json"];
  const readers = ["readers", "--reading", `anna=${labels.path}`, "--reading", `ben=${masks.path}`];
  const study = [...readers, "-o", `${out.path}/r`, "--json"];
  for (const args of [evaluate, study]) {
    const { code, stderr } = await panseg(args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /None of 1 cases can be compared.*(pancreas|segment)/);
    assert.equal((await panseg([...args, "--config", `${out.path}/absent.yaml`])).code, 2);
  }
  const site = ["--config", `${out.path}/site.yaml`];
  const { cases } = JSON.parse((await panseg([...evaluate, ...site])).stdout) as CohortReport;
  assert.equal(cases[0]?.agreement.dice, 1);
  const { pairs } = JSON.parse((await panseg([...study, ...site])).stdout) as ReaderStudy;
  assert.equal(pairs[0]?.dice, 1);
});

test("E11: masks of every format are compared, and files of voxels are not said to be passed over", async (t) => {
  const [labels, masks, out] = [tempFolder(t), tempFolder(t), tempFolder(t)];
  const { grid, voxels } = reference;
  const files = {
    "a.nii": nifti2File(grid, voxels),
    "b.nrrd": nrrdFile(grid, voxels),
    "c.mha": metaImageFile(grid, voxels),
    "d.nhdr": nrrdFile(grid, new Uint8Array(), { "data file": "d.raw" }),
    "d.raw": voxels,
  };
  for (const [name, bytes] of Object.entries(files)) labels.write(name, bytes);
  for (const name of ["a", "b", "c", "d"]) masks.write(`${name}.nii.gz`, shiftedBy(1));
  const args = ["--ref", labels.path, "--pred", masks.path, "-o", out.path, "--quiet"];
  const { code, stdout, stderr } = await panseg(["evaluate", ...args]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^all +4 +87\.5 ± 0\.0/m);
  assert.doesNotMatch(stderr, /passed over/);
});

test("P4: an empty folder of another method ends before anything is compared", async (t) => {
  const { labels, masks, out } = cohort(t);
  const { code, stderr } = await panseg([
    "evaluate",
    ...["--ref", labels.path, "--pred", masks.path, "--against", tempFolder(t).path, "-o", out.path],
  ]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /holds no masks/);
  assert.doesNotMatch(stderr, /comparing/);
});

test("P4: masks compared with themselves and cases without an image are told, and end as ever", async (t) => {
  const [labels, images, out] = [tempFolder(t), tempFolder(t), tempFolder(t)];
  for (const name of ["a", "b"]) labels.write(`${name}.nii.gz`, reference);
  images.write("a_0000.nii.gz", reference);
  const { code, stderr } = await panseg([
    "evaluate",
    ...["--ref", labels.path, "--pred", labels.path, "--images", images.path, "-o", out.path, "--quiet"],
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /! --ref and --pred are both .*: every mask is compared with itself\./);
  assert.match(stderr, /no image that can be read, drawn on black: b$/m);
});
