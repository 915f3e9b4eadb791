import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { CohortReport } from "../../src/cohort/cohortReport.ts";
import { boxMask, tempFolder } from "../cohort/masks.ts";
import { panseg } from "../support/panseg.ts";
import { needsShared, sharedFolder } from "../support/shared.ts";

const skip = needsShared("fixtures", "cases", "eval-icc-crash-2-cases");

/** Evaluates the masks of a case that failed; what is printed, and the summary where one was written. */
const evaluateCase = async (t: TestContext, name: string, ...more: readonly string[]) => {
  const out = tempFolder(t);
  const at = (part: string): string => sharedFolder("fixtures", "cases", `eval-${name}`, part);
  const ended = await panseg([
    ...["evaluate", "--ref", at("ref"), "--pred", at("pred"), "-o", out.path, "--quiet"],
    ...more.map((word) => (word.startsWith("@") ? at(word.slice(1)) : word)),
  ]);
  const isWritten = readdirSync(out.path).includes("summary.json");
  const summary = isWritten
    ? (JSON.parse(readFileSync(`${out.path}/summary.json`, "utf8")) as CohortReport)
    : null;
  return { ...ended, summary };
};

test("E1: groups of two and three cases whose ICC has no interval are printed, with the reason", {
  skip,
}, async (t) => {
  for (const name of ["icc-crash-2-cases", "icc-crash-3-cases"]) {
    const { code, stderr, summary } = await evaluateCase(t, name);
    assert.equal(code, 0, stderr);
    const icc = summary?.groups[0]?.volumes?.intraclass.icc21;
    assert.equal(icc?.interval, null);
    assert.match(icc?.why ?? "", /too few degrees of freedom/);
  }
});

test("E9: of constant volumes the ICC is null with its reason", { skip }, async (t) => {
  const { code, stdout, summary } = await evaluateCase(t, "icc-constant-volumes");
  assert.equal(code, 0);
  assert.equal(summary?.groups[0]?.volumes?.intraclass.icc21, null);
  assert.match(summary?.groups[0]?.volumes?.intraclass.why ?? "", /do not vary/);
  assert.match(stdout, /– no R²: values that do not vary have no correlation: "all"/);
});

test("E9: a CT image as a mask is refused with its numbers", { skip }, async (t) => {
  const { code, stderr, summary } = await evaluateCase(t, "image-as-mask");
  assert.equal(code, 2);
  assert.match(stderr, /ctimage: .*more than 256 different values from -1000 to 999; give masks, not images/);
  assert.equal(summary, null);
});

test("E3: a label that no file holds is refused, and those that they hold are named", { skip }, async (t) => {
  const { code, stderr, summary } = await evaluateCase(
    t,
    "label-absent",
    "--ref-label",
    "1",
    "--pred-label",
    "1",
  );
  assert.equal(code, 2);
  assert.match(stderr, /No reference holds label 1; they hold 2\. \[USAGE\]/);
  assert.equal(summary, null);
});

test("E3: a label that one prediction lacks is said, and a person must look", async (t) => {
  const [labels, masks, out] = [tempFolder(t), tempFolder(t), tempFolder(t)];
  for (const name of ["a", "b"]) labels.write(`${name}.nii.gz`, boxMask([2, 3, 1], [2, 3, 8]));
  masks.write("a.nii.gz", boxMask([2, 3, 1], [2, 3, 8]));
  masks.write("b.nii.gz", boxMask([2, 3, 1], [2, 3, 8], undefined, 2));
  const { code, stdout, stderr } = await panseg([
    ...["evaluate", "--ref", labels.path, "--pred", masks.path, "-o", out.path],
    ...["--pred-label", "1", "--quiet"],
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /! the prediction holds no label 1, only 2: it counts as empty: b$/m);
  assert.match(stdout, /^all +2 +50\.0 ± 70\.7 +0\.0 \(n 1\)/m);
  assert.match(readFileSync(`${out.path}/report.html`, "utf8"), /holds no label 1, only 2/);
});

test("E4: of three cases no interval of a mean is given, and the summary and the report say why", {
  skip,
}, async (t) => {
  const { summary } = await evaluateCase(t, "icc-crash-3-cases");
  const dice = summary?.groups[0]?.measures.dice;
  assert.deepEqual([dice?.n, dice?.interval], [3, null]);
  assert.match(dice?.why ?? "", /^3 values are too few/);
});

test("E5: rows are matched whatever endings they have; a table that names no case is refused", {
  skip,
}, async (t) => {
  const { code, stdout, stderr } = await evaluateCase(t, "groups-unmatched", "--groups", "@groups.csv");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /table of groups: 3 rows, UTF-8, parted by comma; groups by modality, centre/);
  assert.match(stdout, /^centre A +2 /m);
  const other = await evaluateCase(t, "groups-unmatched", "--groups", "@groups-utf16-excel.csv");
  assert.equal(other.code, 2);
  assert.match(other.stderr, /No row of the table of groups names a case: .*"c000".*"c0", "c1", "c2"/);
});

test("E5, E6: rows without a case and cases without a row are named; the latter end with 1", {
  skip,
}, async (t) => {
  const table = tempFolder(t);
  table.write("g.csv", "case;centre\nc0;A\nc1;B\nc9;B\n");
  const { code, stderr, summary } = await evaluateCase(
    t,
    "groups-unmatched",
    "--groups",
    `${table.path}/g.csv`,
  );
  assert.equal(code, 1);
  assert.match(stderr, /1 rows name no case: c9/);
  assert.match(stderr, /1 cases have no row: c2/);
  assert.deepEqual(summary?.groupsTable?.unmatchedCases, ["c2"]);
});

test("E6: a case that the other method lacks is named, ends with 1, and the comparison is shown", {
  skip,
}, async (t) => {
  const { code, stdout, stderr, summary } = await evaluateCase(t, "against-missing", "--against", "@pred2");
  assert.equal(code, 1);
  assert.match(stderr, /c2 is not compared: pred2: No prediction has this name/);
  assert.match(stdout, /pred − pred2, the 2 cases that both have/);
  assert.match(stdout, /^HD95 mm +2 /m);
  assert.deepEqual(
    summary?.comparison?.leftOut.map(({ name }) => name),
    ["c2"],
  );
});

test("E10: a reader's repeats are no raters of the volume ICC; cells of a matrix tell their cases", async (t) => {
  const folders = [tempFolder(t), tempFolder(t), tempFolder(t)];
  const out = tempFolder(t);
  for (const [n, folder] of folders.entries())
    for (const [c, name] of ["a", "b", "c"].entries())
      if (!(n === 2 && name === "c"))
        folder.write(`${name}.nii.gz`, boxMask([1, 2, 1], [2, 3 + c, 6 + (n % 2)]));
  const [first, again, ben] = folders.map(({ path }) => path);
  const { code, stdout, stderr } = await panseg([
    "readers",
    ...[`anna=${first}`, `anna=${again}`, `ben=${ben}`].flatMap((reading) => ["--reading", reading]),
    ...["-o", out.path, "--quiet"],
  ]);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /! ben has no mask; the others are compared: c/);
  assert.match(stdout, /^anna 1 +1\.000 +0\.\d{3} \(n 3\) +1\.000 \(n 2\)$/m);
  assert.match(stdout, /each reader's first reading: 1\.000 \(2 cases, 2 readers; no interval: /);
  const alone = await panseg([
    "readers",
    "--reading",
    `x=${first}`,
    "--reading",
    `x=${again}`,
    "-o",
    out.path,
    "--quiet",
  ]);
  assert.match(
    alone.stdout,
    /first reading: – \(one reader alone has no other to agree with; repeats are no raters\)/,
  );
});

test("E11: the publication's table without a modality says what is missing", { skip }, async (t) => {
  const { stdout } = await evaluateCase(t, "icc-crash-2-cases", "--paper");
  assert.match(stdout, /– yours: no case has a modality; name it with --modality/);
});

test("E12: more groups than a screen shows are counted, and measurements make none", async (t) => {
  const [labels, out] = [tempFolder(t), tempFolder(t)];
  const rows = Array.from({ length: 70 }, (_, n) => {
    labels.write(`c${n}.nii.gz`, boxMask([2, 3, 1], [2, 3, 4 + (n % 3)]));
    return `c${n},centre ${n},${n / 7}\n`;
  });
  labels.write("groups.csv", `case,centre,dose\n${rows.join("")}`);
  const { code, stdout, stderr } = await panseg([
    ...["evaluate", "--ref", labels.path, "--pred", labels.path, "-o", out.path],
    ...["--groups", `${labels.path}/groups.csv`, "--quiet"],
  ]);
  assert.equal(code, 0, stderr);
  assert.ok(stdout.split("\n").length < 20, stdout);
  assert.match(stdout, /^not shown: 70 groups by centre, all in summary\.json and report\.html$/m);
  assert.match(stderr, /column dose makes no groups: 70 different numbers are a measurement/);
});
