import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Browser, chromium } from "playwright-core";
import { browserOptions } from "../support/browser.ts";
import { panseg } from "../support/panseg.ts";
import { needsTool } from "../support/shared.ts";
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

  test("its page shows the results with pictures and the refusals with reasons, and the console is silent", async () => {
    const page = await browser.newPage();
    const trouble: string[] = [];
    page.on("console", (message) => trouble.push(message.text()));
    page.on("pageerror", (error) => trouble.push(error.message));
    await page.goto(demo.report.page, { waitUntil: "networkidle" });
    const pictures = await page
      .locator("main img")
      .evaluateAll((images) => images.map((image) => Number(Reflect.get(image, "naturalWidth"))));
    assert.equal(pictures.length, 3);
    assert.ok(pictures.every((width) => width > 300));
    const text = await page.locator("main").innerText();
    for (const { reason, volumeMl } of demo.report.verdicts)
      assert.ok(text.includes(reason?.code ?? volumeMl?.toFixed(1) ?? "?"));
    assert.match(await page.locator("body").innerText(), /Research use only/);
    assert.match(text, /PHANTOM DEMO MODEL/);
    assert.deepEqual(trouble, []);
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
