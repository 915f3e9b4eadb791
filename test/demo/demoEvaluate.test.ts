import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import type { CohortReport } from "../../src/cohort/cohortReport.ts";
import { browserOptions } from "../support/browser.ts";
import { panseg } from "../support/panseg.ts";
import { needsTool } from "../support/shared.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-cohort-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const evaluation = join(folder, "evaluation");

test("a synthetic cohort of three centres ends in the publication's table, by the commands that it shows", async () => {
  const { code, stdout, stderr } = await panseg(["demo-evaluate", "-o", folder, "--cases", "1"]);
  assert.equal(code, 0, stderr);
  for (const command of ["predict -i .*CT", "predict -i .*T1", "predict -i .*T2", "evaluate --ref .*--paper"])
    assert.match(stderr, new RegExp(`^\\$ panseg ${command}`, "m"));
  for (const [modality, dice] of [
    ["CT", "88.3 ± 7.2"],
    ["T1", "85.0 ± 7.9"],
    ["T2", "86.3 ± 6.4"],
  ])
    assert.match(stdout, new RegExp(`^${modality} +${dice} +\\d\\d\\.\\d ± \\d`, "m"));
  for (const centre of ["North", "South", "West"])
    assert.equal(stdout.match(new RegExp(`^  ${centre} +\\d\\d\\.\\d `, "gm"))?.length, 3, centre);
  assert.match(stderr, /PHANTOM DEMO MODEL/);
  assert.deepEqual(readdirSync(evaluation).sort(), ["cases.csv", "report.html", "summary.json"]);
  const { cases, leftOut, groups } = JSON.parse(
    readFileSync(join(evaluation, "summary.json"), "utf8"),
  ) as CohortReport;
  assert.deepEqual([cases.length, leftOut.length], [9, 0]);
  assert.ok((groups[0]?.measures.dice?.mean ?? 0) > 0.85);
});

test("its report opens without a network, with every plot and the worst cases' pictures", {
  skip: needsTool("chromium"),
}, async () => {
  const browser = await chromium.launch(browserOptions);
  try {
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on("console", (message) => trouble.push(message.text()));
    page.on("pageerror", (error) => trouble.push(error.message));
    await page.goto(pathToFileURL(join(evaluation, "report.html")).href);
    const plots = await page
      .locator("svg")
      .evaluateAll((all) => all.filter((plot) => plot.getBoundingClientRect().height > 50).length);
    // Dice and HD95 by modality, centre and scanner; Bland–Altman; volumes against volumes.
    assert.equal(plots, 8);
    const widths = await page
      .locator("img")
      .evaluateAll((all) => all.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth));
    assert.equal(widths.length, 6);
    assert.ok(widths.every((width) => width > 800));
    assert.match(await page.innerText("body"), /88\.3/);
    assert.deepEqual(trouble, []);
  } finally {
    await browser.close();
  }
});
