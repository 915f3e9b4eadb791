import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Verdict } from "../../src/demo/verdict.ts";
import { browserOptions } from "../support/browser.ts";
import { panseg } from "../support/panseg.ts";
import { needsTool } from "../support/shared.ts";
import { warmPixels } from "../viewer/pixels.ts";
import { type Report, startDemo } from "./startDemo.ts";

const requireThreeAndFour = ({ verdicts, notice }: Report): void => {
  assert.match(notice, /Research use only/);
  assert.deepEqual(
    verdicts.filter(({ asExpected }) => !asExpected),
    [],
  );
  const done = verdicts.filter(({ state }) => state === "done");
  assert.deepEqual(
    done.map(({ model }) => model),
    ["phantom-ct", "phantom-t1", "phantom-t2"],
  );
  for (const { dice, volumeMl, trueVolumeMl, secondsPerStep } of done) {
    assert.ok((dice ?? 0) > 0.75);
    assert.ok(Math.abs((volumeMl ?? 0) / (trueVolumeMl ?? 1) - 1) < 0.25);
    assert.ok((secondsPerStep["infer"] ?? 0) > 0);
  }
  const refused = verdicts.filter(({ state }) => state === "skipped");
  assert.ok(refused.length >= 4);
  for (const { reason } of refused) assert.match(reason?.sentence ?? "", /\w.*\.$/);
};

/** The card of a series says what the table says of it: a result with its picture, or a refusal with its reason. */
const requireCard = async (page: Page, { seriesUid, reason, volumeMl }: Verdict): Promise<void> => {
  const card = page.locator(`[id="series-${seriesUid}"]`);
  assert.equal(await card.count(), 1, seriesUid);
  const text = await card.innerText();
  const pictures = await card
    .locator("img")
    .evaluateAll((images) =>
      images.map((image) => [Reflect.get(image, "src"), Reflect.get(image, "naturalWidth")]),
    );
  if (reason !== null) {
    assert.ok(text.includes(reason.sentence) && text.includes(reason.code), text);
    assert.deepEqual(pictures, []);
    return;
  }
  assert.ok(text.includes(`${volumeMl?.toFixed(1)} ml`), text);
  assert.equal(pictures.length, 1);
  const [[address, width] = []] = pictures;
  assert.ok(Number(width) > 300);
  const png = Buffer.from(await (await fetch(String(address))).arrayBuffer());
  const contour = warmPixels(png).length;
  assert.ok(contour > 200, `${contour} pixels of contour on a picture that is grey besides`);
};

describe("panseg demo", { skip: needsTool("chromium") }, () => {
  let demo: Awaited<ReturnType<typeof startDemo>>;
  let browser: Browser;

  before(async () => {
    demo = await startDemo();
    browser = await chromium.launch(browserOptions);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await demo?.stop(), 0);
  });

  test("three series are segmented like the phantoms' truth, four or more are refused for the reasons due", () =>
    requireThreeAndFour(demo.report));

  test("its page has a card for each series, with its picture and volume or its reason, and the console is silent", async () => {
    const page = await browser.newPage();
    const trouble: string[] = [];
    page.on("console", (message) => trouble.push(message.text()));
    page.on("pageerror", (error) => trouble.push(error.message));
    await page.goto(demo.report.page, { waitUntil: "networkidle" });
    for (const verdict of demo.report.verdicts) await requireCard(page, verdict);
    const text = await page.locator("main").innerText();
    assert.match(await page.locator("body").innerText(), /Research use only/);
    assert.match(text, /PHANTOM DEMO MODEL/);
    assert.deepEqual(trouble, []);
  });

  test("the page shows at least four refused series", async () => {
    const page = await browser.newPage();
    await page.goto(demo.report.page, { waitUntil: "networkidle" });
    assert.ok((await page.locator("article.card", { hasText: "Not segmented" }).count()) >= 4);
    assert.equal(await page.locator("article.card:has(img)").count(), 3);
  });

  test("the links on the page lead to every object that the archive holds", async () => {
    const page = await browser.newPage();
    await page.goto(demo.report.page);
    const links = await page
      .locator('main a[href$=".dcm"]')
      .evaluateAll((anchors) => anchors.map((anchor) => String(Reflect.get(anchor, "href"))));
    // SEG, SR, report in words, overview and six key slices of three series.
    assert.equal(links.length, 30);
    for (const link of links) {
      const response = await fetch(link);
      assert.equal(response.headers.get("content-type"), "application/dicom");
      const bytes = Buffer.from(await response.arrayBuffer());
      assert.equal(bytes.subarray(128, 132).toString("latin1"), "DICM");
      assert.ok(bytes.includes("PHANTOM DEMO MODEL"));
    }
  });
});

test("panseg demo --orthanc --once does the same with Debian's Orthanc and ends", {
  skip: needsTool("Orthanc"),
}, async () => {
  const { code, stdout, stderr } = await panseg(["demo", "--orthanc", "--once", "--json"]);
  assert.equal(code, 0, stderr);
  requireThreeAndFour(JSON.parse(stdout) as Report);
});
