import assert from "node:assert/strict";
import { test } from "node:test";
import { compareMethods } from "../../src/cohort/compareMethods.ts";
import { renderReport } from "../../src/cohort/renderReport.ts";
import { leastForBox, mostAsPoints, pointsOf } from "../../src/cohort/report/boxPlot.ts";
import { between, fixed, meanSd, pValue, signed } from "../../src/cohort/report/numbers.ts";
import { RESEARCH_NOTICE } from "../../src/domain/result.ts";
import type { CohortCase } from "../../src/evaluate/summariseCohort.ts";
import { agreementOf, fullReport, leftOutCase, reportOf, someCases } from "./someReport.ts";

const full = fullReport(60);

const plainCase = (name: string, dice: number, referenceMl: number, differenceMl: number): CohortCase => ({
  name,
  groups: {},
  agreement: agreementOf(dice, referenceMl, differenceMl),
});

/** What a reader sees of the markup, one space between pieces. */
const textOf = (page: string): string =>
  page
    .replace(/<(style|title)[^>]*>[^<]*<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

const sectionIds = (page: string): readonly string[] =>
  [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id = ""]) => id);

test("the report states both names, when and by what it was made, and what it is not for", async () => {
  const page = await renderReport(full);
  const text = textOf(page);
  assert.match(page, /<title>Agreement of predictions with labelsTs<\/title>/);
  assert.match(text, /Agreement of predictions with labelsTs/);
  assert.match(text, /Made 2026-03-01 14:05 UTC by panseg 1\.2\.3\./);
  assert.equal(text.split(RESEARCH_NOTICE).length, 3);
});

test("the key numbers are those of the cases", async () => {
  const cases = [plainCase("a", 0.8, 100, -10), plainCase("b", 0.9, 80, 4), plainCase("c", 0.85, 60, 0)];
  const text = textOf(await renderReport(reportOf(cases, { leftOut: [leftOutCase("d")] })));
  assert.match(text, /Cases 3 1 more left out/);
  // Mean 85, SD of 80, 90, 85; distances 9, 5, 7 mm.
  assert.match(
    text,
    /Dice, mean ± SD 85\.0 ± 5\.0 % no interval of the mean: 3 values are too few for an interval that holds; 8 are needed HD95/,
  );
  assert.match(text, /HD95, median 7\.0 mm quartiles 6\.0 to 8\.0/);
  // Differences −10, 4, 0: mean −2, SD √52 = 7.211, limits −2 ± 14.13.
  assert.match(text, /Volume bias −2\.0 ml 95 % limits −16\.1 to 12\.1/);
  // 90, 84, 60 on 100, 80, 60: r² = 600² / (800 · 504).
  assert.match(text, /Volume R² 0\.893/);
});

test("sections come in the order of reading, and only where there is something to say", async () => {
  assert.deepEqual(sectionIds(await renderReport(full)), [
    "paper",
    "groups",
    "distributions",
    "volumes",
    "comparison",
    "worst",
    "cases",
    "left-out",
    "definitions",
  ]);
  assert.deepEqual(sectionIds(await renderReport(reportOf([]))), ["definitions"]);
});

test("the publication's numbers stand beside the user's, with their source", async () => {
  const page = await renderReport(full);
  assert.match(textOf(page), / CT 20 88\.3 ± 7\.2 \d\d\.\d ± \d+\.\d 0\.91 0\.\d\d – 0\.\d{3}/);
  assert.match(textOf(page), / T1 20 85\.0 ± 7\.9 .*? 0\.84 0\.\d\d 0\.624 /);
  assert.match(page, /<a href="https:\/\/doi\.org\/10\.1016\/j\.media\.2024\.103382">/);
});

test("cases stand in the order of their Dice, lowest first, where the gallery's links lead", async () => {
  const report = full;
  const page = await renderReport(report);
  const rows = [
    ...page.matchAll(/<tr id="(case-\d+)"><th scope="row" class="text">(pancreas_\d{4})(?:<|\b)/g),
  ];
  const expected = report.cases.toSorted((a, b) => a.agreement.dice - b.agreement.dice);
  assert.deepEqual(
    rows.map(([, , name]) => name),
    expected.map(({ name }) => name),
  );
  assert.deepEqual(
    rows.map(([, id]) => id),
    expected.map((_, i) => `case-${i + 1}`),
  );
  const links = [...page.matchAll(/<a href="#(case-\d+)">(pancreas_\d{4}): Dice/g)];
  assert.deepEqual(
    links.map(([, id, name]) => [id, name]),
    report.gallery.map(({ name }, i) => [`case-${i + 1}`, name]),
  );
});

test("a case without distance is counted and shown as a dash, never as a number", async () => {
  const page = await renderReport(full);
  const text = textOf(page);
  assert.match(
    text,
    /pancreas_0040 prediction empty CT Mayo 0\.0 – – – 0\.0 – 0\.0 0\.000 60\.0 0\.0 −60\.0/,
  );
  assert.match(text, /59 of 60 cases have one/);
  assert.match(text, /One mask is empty in 1 case \(the prediction in 1, the reference in 0\)/);
});

test("the cases left out are named with the reason and what to do", async () => {
  const text = textOf(await renderReport(reportOf([], { leftOut: [leftOutCase("lost")] })));
  assert.match(text, /No case could be compared/);
  assert.match(text, /lost The masks lie on 24×256×256 and 24×512×512 voxels\. See panseg --help\. USAGE/);
});

test("a comparison of methods states tests, effects and the interval of the difference", async () => {
  const first = [0.9, 0.8, 0.85, 0.7].map((dice, i) => plainCase(`c${i}`, dice, 50, 0));
  const second = [0.88, 0.79, 0.82, 0.66].map((dice, i) => plainCase(`c${i}`, dice, 50, 0));
  const comparison = compareMethods({ name: "new", cases: first }, { name: "old", cases: second });
  const text = textOf(await renderReport(reportOf(first, { comparison })));
  assert.match(text, /Differences new − old of the 4 cases/);
  // Differences 2, 1, 3, 4 points: mean 2.5, SD 1.291, t(3) = 3.87, t quantile 3.182, exact p 2/16.
  assert.match(
    text,
    /Dice, percentage points 4 \+2\.50 \(0\.45 to 4\.55\) 3\.87 3 0\.030 \+1\.94 0\.0 4 0\.125 exact \+1\.00/,
  );
  assert.match(
    text,
    /Volume, ml 4 0\.00 \(0\.00 to 0\.00\) – 3 – all differences are equal – all differences are equal 0\.0 0 1\.000 exact – no pair differs/,
  );
});

test("no number is missing without a sign, whatever is missing", async () => {
  const [missed] = someCases(40).slice(-1);
  assert.ok(missed);
  const bare = (cases: readonly CohortCase[]) => cases.map((one) => ({ ...one, groups: {} }));
  const reports = {
    none: reportOf([]),
    one: reportOf(someCases(1)),
    oneMissed: reportOf([missed]),
    noGroups: reportOf(bare(someCases(7))),
    noDistances: reportOf([1, 2, 3, 4, 5, 6].map((i) => ({ ...missed, name: `m${i}` }))),
    empty: reportOf([plainCase("a", 1, 0, 0), plainCase("b", 1, 0, 0)]),
    unnamedPicture: { ...full, gallery: [{ name: "of no case", png: new Uint8Array(8) }] },
  };
  for (const [name, report] of Object.entries(reports))
    assert.doesNotMatch(await renderReport(report), /NaN|Infinity|undefined|\bnull\b|\[object/, name);
  assert.match(await renderReport(reports.noDistances), /No case has a value of HD95\./);
  assert.match(textOf(await renderReport(reports.one)), /Limits of agreement need 2 cases\./);
});

test("text from file names and tables cannot become markup, in tables and in plots", async () => {
  const evil = `"><img src=x onerror=alert(1)>'&amp;$'$&]]><script>alert(2)</script>`;
  const column = `site.name[0]${evil}`;
  const cases = someCases(12).map((one, i) => ({
    ...one,
    name: `${evil}${i}`,
    groups: { modality: i % 2 ? evil : "CT", [column]: evil },
  }));
  const page = await renderReport(
    reportOf(cases, {
      referenceName: evil,
      predictionName: evil,
      leftOut: [leftOutCase(evil, { [column]: evil })],
      comparison: compareMethods({ name: evil, cases }, { name: evil, cases }),
      gallery: [{ name: `${evil}0`, png: new Uint8Array(8) }],
    }),
  );
  assert.ok(page.includes("&lt;script&gt;alert(2)&lt;/script&gt;"));
  assert.equal(
    page.match(/aria-label="Box plot of Dice by site\.name\[0\]&quot;&gt;[^"]*\$'\$&amp;\]\]/g)?.length,
    1,
  );
  assert.doesNotMatch(page, /<script|<img src=x|&amp;amp;amp;/);
  assert.equal(page.match(/<img /g)?.length, 1);
  // Attributes end where the template ends them: nothing is left between their quotation marks but attributes.
  for (const [tag] of page.matchAll(/<[a-zA-Z][^>]*>/g))
    assert.match(tag, /^<[a-zA-Z][\w-]*(?:\s+[\w:-]+(?:="[^"<]*")?)*\s*\/?>$/, tag);
});

test("nothing is fetched: no address but namespaces and the publication's, no file, no script", async () => {
  const page = await renderReport(full);
  const addresses = new Set([...page.matchAll(/https?:\/\/[^"'\s<)]+/g)].map(([address]) => address));
  assert.deepEqual([...addresses].sort(), [
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/2000/svg",
    "https://doi.org/10.1016/j.media.2024.103382",
  ]);
  assert.doesNotMatch(page, /<script|<link|<iframe|@import|url\(|\son\w+=/);
  for (const [, source = ""] of page.matchAll(/\ssrc="([^"]*)"/g))
    assert.match(source, /^data:image\/png;base64,/);
  assert.match(page, /content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/);
});

test("the same evaluation gives the same bytes", async () => {
  assert.equal(await renderReport(full), await renderReport(full));
});

test("a report of 500 cases has a row for each", async () => {
  const page = await renderReport({ ...full, cases: someCases(500) });
  assert.equal(page.match(/<tr id="case-/g)?.length, 500);
});

test("a column with a value for nearly every case gets a sentence instead of box plots", async () => {
  const cases = someCases(50).map((one) => ({ ...one, groups: { patient: one.name } }));
  assert.match(
    await renderReport(reportOf(cases)),
    /No box plots by patient: it has 50 values, more than 40\./,
  );
});

test("few cases are all drawn as points, of many those beyond the whiskers", () => {
  const values = (count: number) => Array.from({ length: count }, (_, i) => ({ value: i, hint: `${i}` }));
  assert.equal(pointsOf(values(mostAsPoints)).length, mostAsPoints);
  assert.deepEqual(pointsOf(values(mostAsPoints + 1)), []);
  // Quartiles of 0…40 are 10 and 30, fences −20 and 60.
  const [inside, outside] = [
    { value: 60, hint: "in" },
    { value: -20.5, hint: "out" },
  ];
  const many = [...values(41).filter(({ value }) => value !== 0 && value !== 40), inside, outside];
  assert.deepEqual(pointsOf(many), [outside]);
  assert.ok(leastForBox < mostAsPoints);
});

test("numbers have a real minus, no minus on zero, and a dash where there is none", () => {
  assert.deepEqual(
    [fixed(-1.25, 1), fixed(-0.04, 1), fixed(null, 1), fixed(0.5, 0)],
    ["−1.3", "0.0", "–", "1"],
  );
  assert.deepEqual(
    [signed(2, 1), signed(0.04, 1), signed(-2, 1), signed(undefined, 1)],
    ["+2.0", "0.0", "−2.0", "–"],
  );
  assert.deepEqual(
    [pValue(0.0004), pValue(0.0414), pValue(1), pValue(null)],
    ["< 0.001", "0.041", "1.000", "–"],
  );
  assert.equal(meanSd({ mean: 0.883, sd: 0.072 }, 1, 100), "88.3 ± 7.2");
  assert.equal(meanSd({ mean: 4.25, sd: null }, 2), "4.25");
  assert.equal(between({ low: -3, high: 1.5 }, 1), "−3.0 to 1.5");
});
