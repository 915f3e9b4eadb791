import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import type { CohortReport } from "../../src/cohort/cohortReport.ts";
import { renderReport } from "../../src/cohort/renderReport.ts";
import { browserOptions } from "../support/browser.ts";
import { needsTool } from "../support/shared.ts";
import { fullReport, reportOf, someCases } from "./someReport.ts";

/** Marks of a kind in every plot, as many as have a box of their own on the page. */
const marksIn = (page: Page, kind: string): Promise<readonly number[]> =>
  page.locator("svg").evaluateAll(
    (plots, selector) =>
      plots.map(
        (plot) =>
          [...plot.querySelectorAll(selector)].filter((mark) => {
            const { width, height } = mark.getBoundingClientRect();
            return width > 1 && height > 1;
          }).length,
      ),
    kind,
  );

const full = fullReport(60);
const points = "g.points_marks path";
const boxes = "g.boxes_layer_1_layer_0_marks path";

describe("the report in a browser without network", { skip: needsTool("chromium") }, () => {
  let folder: string;
  let browser: Browser;
  const trouble: string[] = [];
  const requested: string[] = [];

  const open = async (report: CohortReport): Promise<Page> => {
    const file = join(folder, "report.html");
    writeFileSync(file, await renderReport(report));
    const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    page.on("console", (message) => trouble.push(message.text()));
    page.on("pageerror", (error) => trouble.push(error.message));
    page.on("request", (request) => requested.push(request.url().split(":")[0] ?? ""));
    await page.goto(pathToFileURL(file).href);
    return page;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "panseg-report-"));
    browser = await chromium.launch(browserOptions);
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("every plot shows its cases, boxes and lines, and every picture is there", async () => {
    const page = await open(full);
    // Of 60 cases one has no distance. 3 modalities of 20, 4 centres of 15: all cases are points.
    assert.deepEqual(await marksIn(page, points), [60, 59, 60, 59, 60, 60]);
    assert.deepEqual(await marksIn(page, boxes), [3, 3, 4, 4, 0, 0]);
    assert.deepEqual(await page.locator("g.agreement_marks line").count(), 3);
    assert.deepEqual(await page.locator("g.labels_marks text").allTextContents(), [
      "Bias: +0.2 ml",
      "+1.96 SD: +24.4 ml",
      "−1.96 SD: −23.9 ml",
    ]);
    const identity = await page.locator("g.identity_marks line").boundingBox();
    assert.ok(identity && identity.width > 300 && Math.abs(identity.width - identity.height) < 2);
    const widths = await page
      .locator("img")
      .evaluateAll((images) => images.map((image) => Number(Reflect.get(image, "naturalWidth"))));
    assert.deepEqual(widths, [1046, 1046, 1046, 1046]);
  });

  test("a point is drawn where its numbers say, and shows the name of its case", async () => {
    const page = await open(full);
    const scatter = page.locator("svg").last();
    const titles = await scatter.locator("g.points_marks path title").allTextContents();
    assert.equal(titles.length, 60);
    assert.match(
      titles[0] ?? "",
      /^pancreas_0001: Dice \d\d\.\d %, HD95 \d+\.\d mm, volume \d+\.\d ml \([+−]\d+\.\d ml\)$/,
    );
    const frame = await scatter.locator("g.identity_marks line").boundingBox();
    const missed = await scatter.locator("path", { hasText: "pancreas_0040" }).boundingBox();
    assert.ok(frame && missed);
    // Nothing was predicted: on the axis of the reference, at 60 of 160 ml.
    assert.ok(Math.abs(missed.y + missed.height / 2 - (frame.y + frame.height)) < 2);
    assert.ok(Math.abs((missed.x + missed.width / 2 - frame.x) / frame.width - 60 / 160) < 0.01);
  });

  test("every figure has a caption, every plot says in words what it shows", async () => {
    const page = await open(full);
    const figures = await page.locator("figure").count();
    assert.equal(await page.locator("figure > figcaption").count(), figures);
    assert.equal(figures, 2 + 2 + 4);
    const labels = await page
      .locator("svg")
      .evaluateAll((plots) =>
        plots.map((plot) => [plot.getAttribute("role"), plot.getAttribute("aria-label")]),
      );
    assert.equal(labels.length, 6);
    for (const [role, label] of labels) {
      assert.equal(role, "img");
      assert.match(label ?? "", /\d+ cases.*\.$/);
    }
  });

  test("it stays within the window, on paper and on a telephone", async () => {
    const page = await open(full);
    for (const [width, media] of [
      [1280, "screen"],
      [1030, "print"],
      [420, "screen"],
    ] as const) {
      await page.emulateMedia({ media });
      await page.setViewportSize({ width, height: 900 });
      const needed = await page.locator("html").evaluate((root) => root.scrollWidth);
      assert.ok(needed <= width, `${needed} px of ${width}`);
    }
  });

  test("names with markup in them stay text", async () => {
    const name = `<img src=x onerror="document.title='hacked'">`;
    const cases = someCases(12).map((one) => ({
      ...one,
      name: `${name}${one.name}`,
      groups: { modality: name },
    }));
    const page = await open(reportOf(cases, { referenceName: name }));
    assert.equal(await page.title(), `Agreement of predictions with ${name}`);
    assert.equal(await page.locator("img, script").count(), 0);
    assert.ok((await page.locator("svg").allTextContents()).every((text) => text.includes(name)));
  });

  test("large cohorts show a box for each group and the cases beyond the whiskers", async () => {
    const page = await open(reportOf(someCases(500), { groups: [] }));
    const [dice = 0, hd95 = 0, , , ...volumes] = await marksIn(page, points);
    assert.ok(dice > 12 && dice < 120 && hd95 > 0 && hd95 < 120);
    assert.deepEqual(volumes, [500, 500]);
    assert.deepEqual(await marksIn(page, boxes), [3, 3, 4, 4, 0, 0]);
  });

  test("no cases, one case and no distances make pages too", async () => {
    assert.deepEqual(await marksIn(await open(reportOf([])), points), []);
    assert.deepEqual(await marksIn(await open(reportOf(someCases(1))), points), [1, 1, 1, 1, 1, 1]);
    const missed = someCases(40)
      .slice(39)
      .map((one) => ({ ...one, groups: {} }));
    assert.deepEqual(await marksIn(await open(reportOf(missed)), points), [1, 1, 1]);
  });

  test("through all of this the console was silent and nothing but the file was asked for", () => {
    assert.deepEqual(trouble, []);
    assert.deepEqual([...new Set(requested)], ["file"]);
  });
});
