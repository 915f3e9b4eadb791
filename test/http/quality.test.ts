import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Quality } from "../../src/domain/quality.ts";
import { casesOf, recordOf, steadyDices } from "../quality/cases.ts";
import { getJson, getText, startWorld } from "./world.ts";

const fallen = casesOf([...steadyDices(1, 40), ...Array.from({ length: 20 }, () => 0.7)]);

test("R1 without an audit the page says how to make one, and machines get 404 with a code", async (t) => {
  const { url } = await startWorld(t);
  const { status, text } = await getText(`${url}/quality`);
  assert.equal(status, 200);
  assert.match(text, /Research use only\. Not a medical device; not for diagnosis\./);
  assert.match(text, /No audit yet\. <code>panseg audit-quality<\/code>/);
  const { status: code, json } = await getJson(`${url}/api/quality`);
  assert.deepEqual([code, json["code"]], [404, "NO_AUDIT"]);
  assert.doesNotMatch((await getText(url)).text, /\/quality/);
});

test("the page shows the months as a plot, scanners as a table, and why some were not compared", async (t) => {
  const { url, quality } = await startWorld(t);
  const steady = casesOf(steadyDices(1, 40));
  const unread = { studyUid: "1", seriesUid: "2", sopInstanceUid: "3", studyDate: null };
  quality.write({
    ...recordOf(steady),
    leftOut: [{ ...unread, code: "GRIDS_DIFFER", sentence: "The voxels do not coincide." }],
  });
  const { text, headers } = await getText(`${url}/quality`);
  assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assert.doesNotMatch(text, /<style|style=|\son\w+=|<script/);
  const marks = [...text.matchAll(/<g><title>(\d{4}-\d{2}): \d\d\.\d %, 10 case\(s\)<\/title>/g)];
  assert.deepEqual(
    marks.map(([, month]) => month),
    ["2025-01", "2025-02", "2025-03", "2025-04"],
  );
  assert.match(text, /<th scope="row">Scanner Works Ring 3<\/th><td>40<\/td><td>8\d\.\d ± \d\.\d<\/td>/);
  assert.match(text, /The weighted mean Dice is 8\d\.\d % \(usual: 8\d\.\d %\)/);
  assert.match(text, /1 × The voxels do not coincide\. <code>GRIDS_DIFFER<\/code>/);
  assert.doesNotMatch(text, /Quality has fallen/);
  const front = (await getText(url)).text;
  assert.match(front, /<a href="\/quality">Corrected results<\/a>/);
  assert.doesNotMatch(front, /Quality has fallen/);
});

test("a drift alarm stands on both pages with its scanner", async (t) => {
  const { url, quality } = await startWorld(t);
  quality.write(recordOf(fallen));
  for (const path of ["/", "/quality"]) {
    const { text } = await getText(url + path);
    assert.match(text, /id="drift" role="alert"><p><strong>Quality has fallen\.<\/strong>/);
    assert.match(
      text,
      /<li>All scanners: [^<]*It fell below its limit of 8\d\.\d % with a correction of 2025-05\./,
    );
    assert.match(text, /<li>Scanner Works Ring 3: /);
  }
});

test("machines get the audit with the notice and without its memory", async (t) => {
  const { url, quality } = await startWorld(t);
  const record = recordOf(fallen);
  quality.write({
    ...record,
    known: [{ studyUid: "1", seriesUid: "2", sopInstanceUid: "3", studyDate: null, otherOrgan: true }],
  });
  const { status, json } = await getJson(`${url}/api/quality`);
  const { known: _, names: __, ...expected } = record;
  assert.equal(status, 200);
  assert.match(String(json["notice"]), /Research use only/);
  assert.deepEqual(json as unknown as Quality, JSON.parse(JSON.stringify(expected)));
});

test("what a device calls itself is text and nothing else, and a month that is none leaves the plot whole", async (t) => {
  const { url, quality } = await startWorld(t);
  const cases = casesOf([0.9, 0.8], `<img src=x onerror="alert(1)">`);
  quality.write(recordOf(cases.map((each) => ({ ...each, month: "unknown" }))));
  const { text } = await getText(`${url}/quality`);
  assert.doesNotMatch(text, /<img|<svg/);
  assert.match(text, /&lt;img src=x onerror=&quot;alert\(1\)&quot;&gt;/);
  quality.write(recordOf(cases.slice(0, 1)));
  assert.match((await getText(`${url}/quality`)).text, /<circle cx="[\d.]+" cy="[\d.]+" r="4"\/>/);
});

test("a damaged file is as none, and the pages live on", async (t) => {
  const { url, folder } = await startWorld(t);
  writeFileSync(join(folder, "..", "quality.json"), "{");
  assert.match((await getText(`${url}/quality`)).text, /No audit yet/);
  assert.equal((await getText(url)).status, 200);
});

test("E6: the page names what is left out, and the cases whose segmentation of ours is gone", async (t) => {
  const { url, quality } = await startWorld(t);
  const [first, second] = casesOf([0.9, 0.8]);
  assert.ok(first && second);
  const unread = { studyUid: "1.5", seriesUid: "1.6", sopInstanceUid: "1.7", studyDate: null };
  quality.write({
    ...recordOf([first, { ...second, oursIsGone: true }]),
    leftOut: [{ ...unread, code: "GRIDS_DIFFER", sentence: "The voxels do not coincide." }],
  });
  const { text } = await getText(`${url}/quality`);
  assert.match(
    text,
    /<code>GRIDS_DIFFER<\/code><details><summary>Which<\/summary>study 1\.5 SEG 1\.7<\/details>/,
  );
  assert.match(
    text,
    /1 of 2 case\(s\) count as an earlier audit found them[^<]*<details><summary>Which<\/summary>study 1\.1\.1 SEG 1\.3\.1</,
  );
});
