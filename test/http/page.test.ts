import assert from "node:assert/strict";
import { after, before, describe as group, type TestContext, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { browserOptions } from "../support/browser.ts";
import { needsTool } from "../support/shared.ts";
import {
  begin,
  describe,
  finish,
  localizer,
  refuse,
  resultOf,
  seriesOf,
  startWorld,
  type World,
} from "./world.ts";

const skip = needsTool("chromium");

/** One result, one refusal, one running job. */
const fill = async (world: World) => {
  await describe(world, { study: "s", series: "portal" }, 3, "<img src=x onerror=alert(1)>");
  const done = await finish(world, seriesOf("s", "portal"));
  const refused = await refuse(world, seriesOf("s", "scout"), localizer);
  const running = await begin(world, seriesOf("s", "running"));
  await world.jobs.heartbeat(running, "infer", 0.42, 60_000);
  return { done, refused, running };
};

group("the page in Chromium", { skip }, () => {
  let browser: Browser;
  before(async () => {
    browser = await chromium.launch(browserOptions);
  });
  after(() => browser?.close());

  /** The open page, with everything that it asked for and complained of. */
  const open = async (t: TestContext, world: World, width = 1280) => {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    t.after(() => page.close());
    const [asked, trouble]: [string[], string[]] = [[], []];
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => trouble.push(message.text()));
    page.on("pageerror", (error) => trouble.push(error.message));
    page.on("dialog", (dialog) => trouble.push(dialog.message()));
    await page.goto(world.url);
    return { page, asked, trouble };
  };

  const read = <T>(page: Page, expression: string): Promise<T> => page.evaluate<T>(expression);

  const cardOf = (page: Page, series: string) =>
    page.locator(`[id="series-${seriesOf("s", series).seriesUid}"]`);

  test("D8 it shows a result with its picture, a refusal and a running job, asks no other host and is silent", async (t) => {
    const world = await startWorld(t);
    await fill(world);
    const { page, asked, trouble } = await open(t, world);
    await page.waitForLoadState("load");
    assert.deepEqual(await read(page, "[...document.images].map((image) => image.naturalWidth)"), [480]);
    assert.match(
      await cardOf(page, "portal").innerText(),
      /Segmented[\s\S]*<img src=x onerror=alert\(1\)>[\s\S]*84\.2 ml/,
    );
    assert.match(await cardOf(page, "scout").innerText(), /Not segmented[\s\S]*LOCALIZER/);
    assert.match(await cardOf(page, "running").innerText(), /Working[\s\S]*running the network\s+42 %/);
    assert.equal(await page.locator("#live").innerText(), "Live");
    await page.waitForRequest((request) => request.resourceType() === "fetch");
    assert.deepEqual([...new Set(asked.map((each) => new URL(each).origin))], [world.url]);
    assert.deepEqual(trouble, []);
  });

  test("D8 it shows how a volume compares with earlier ones, what it replaces, and every stored object", async (t) => {
    const world = await startWorld(t);
    const prior = { studyDate: "20240131", volumeMl: 80, errorMl: 3, sopInstanceUid: "1.2.3" };
    const trend = {
      modality: "CT",
      studyDate: "20250131",
      priors: [{ ...prior, studyDate: "20230131", volumeMl: 90 }, prior],
      changeMl: 4.24,
      changePercent: 5.3,
      percentPerYear: 5.3,
      errorMl: 5,
    } as const;
    await finish(world, seriesOf("s", "portal"), { trend });
    const { page, trouble } = await open(t, world);
    const card = cardOf(page, "portal");
    assert.equal(await card.locator(".plot circle").count(), 3);
    assert.match(
      await card.locator(".trend").innerText(),
      /Since 2024-01-31 \(CT, 80\.0 ml\): \+4\.2 ml \(\+5\.3 %\), \+5\.3 % per year; no more than/,
    );
    assert.match(await card.innerText(), /Replaces an earlier result/);
    assert.deepEqual(await card.locator(".button").allInnerTexts(), ["SEG", "SR", "Report", "1", "2"]);
    assert.deepEqual(trouble, []);
  });

  test("it follows the jobs by itself; what did not change stays, with picture, focus and scroll position", async (t) => {
    const world = await startWorld(t);
    const { running } = await fill(world);
    const { page, asked, trouble } = await open(t, world, 400);
    const seen = (series: string, text: RegExp) => cardOf(page, series).filter({ hasText: text }).waitFor();
    await read(
      page,
      "document.querySelector('.button').focus(); window.kept = document.images[0]; scrollTo(0, 300)",
    );
    await world.jobs.heartbeat(running, "mask", 0.9, 60_000);
    await seen("running", /bringing the mask back\s*90 %/);
    await world.jobs.complete(running, resultOf({ volumeMl: 51.5 }));
    await seen("running", /Segmented[\s\S]*51\.5 ml/);
    await refuse(world, seriesOf("s", "late"), localizer);
    await seen("late", /Not segmented/);
    assert.equal(await read(page, "document.images[0] === window.kept && document.images.length"), 1);
    assert.equal(await read(page, "document.activeElement.textContent"), "SEG");
    assert.equal(await read(page, "scrollY"), 300);
    assert.match(await page.locator("#counts").innerText(), /\bSegmented\s*2\b/);
    assert.equal(asked.filter((each) => each.endsWith(".png")).length, 1);
    assert.deepEqual(trouble, []);
  });

  test("studies and series come, move and go by their ids", async (t) => {
    const world = await startWorld(t);
    await refuse(world, seriesOf("s", "scout"), localizer);
    const { page, trouble } = await open(t, world);
    const ids = "[...document.querySelectorAll('main [id]')].map((each) => each.id)";
    const fromServer = async () =>
      [
        ...(await (await fetch(world.url)).text()).matchAll(
          /<(?:dl|p|div|section|h2|article)[^>]* id="([^"]+)"/g,
        ),
      ]
        .map(([, id]) => id)
        .filter((id) => id !== "live");
    await refuse(world, seriesOf("t", "scout"), localizer);
    const moved = await begin(world, seriesOf("s", "ct"));
    await page.locator("article").nth(2).waitFor();
    assert.deepEqual(await read(page, ids), await fromServer());
    await world.jobs.bury(moved, localizer);
    await refuse(
      world,
      { ...seriesOf("t", "scout"), seriesUid: seriesOf("s", "scout").seriesUid },
      localizer,
    );
    await page.locator(".needs-a-person .reason").waitFor();
    await page.getByText("0 of 2 series segmented").waitFor();
    assert.deepEqual(await read(page, ids), await fromServer());
    assert.deepEqual(trouble, []);
  });

  test("it asks nothing while it is hidden, and at once when it is seen again", async (t) => {
    const world = await startWorld(t);
    const page = await browser.newPage();
    t.after(() => page.close());
    await page.clock.install();
    await page.addInitScript(
      "Object.defineProperty(document, 'hidden', { get: () => window.isHidden === true })",
    );
    let looks = 0;
    page.on("request", (request) => {
      if (request.resourceType() === "fetch") looks++;
    });
    const turn = (isHidden: boolean) =>
      read(page, `window.isHidden = ${isHidden}; document.dispatchEvent(new Event('visibilitychange')); 0`);
    await page.goto(world.url);
    const first = page.waitForResponse((response) => response.request().resourceType() === "fetch");
    await page.clock.runFor(2100);
    await first;
    assert.equal(looks, 1);
    await turn(true);
    await page.clock.runFor(60_000);
    assert.equal(looks, 1);
    const again = page.waitForResponse((response) => response.request().resourceType() === "fetch");
    await turn(false);
    await again;
    assert.equal(looks, 2);
  });

  test("it says so when the service does not answer, and when it does again", async (t) => {
    const world = await startWorld(t);
    await fill(world);
    const { page } = await open(t, world);
    const { port } = new URL(world.url);
    world.server.closeAllConnections();
    world.server.close();
    await page.locator("#live").filter({ hasText: "The service does not answer. Shown is" }).waitFor();
    assert.match(await cardOf(page, "portal").innerText(), /84\.2 ml/);
    world.server.listen(Number(port), "127.0.0.1");
    await page
      .locator("#live")
      .filter({ hasText: /^Live$/ })
      .waitFor();
  });

  test("R1 from 400 to 1600 px nothing runs over the edge, and the notice is in sight wherever one scrolls", async (t) => {
    const world = await startWorld(t);
    await fill(world);
    for (const width of [400, 700, 1600]) {
      const { page } = await open(t, world, width);
      assert.equal(await read(page, "document.documentElement.scrollWidth"), width);
      const cut =
        "[...document.querySelectorAll('main *')].filter((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline').map((each) => each.className)";
      assert.deepEqual(await read(page, cut), []);
      await read(page, "scrollTo(0, document.body.scrollHeight)");
      const top = await read<number>(page, "document.querySelector('.notice').getBoundingClientRect().top");
      assert.ok(top >= 0 && top < 200, `${top}`);
      assert.equal(await page.locator(".notice").isVisible(), true);
    }
  });

  test("headings come in order, every picture has words, and the language is named", async (t) => {
    const world = await startWorld(t);
    await fill(world);
    const { page } = await open(t, world);
    assert.deepEqual(
      await read(page, "[...document.querySelectorAll('h1,h2,h3,h4')].map((each) => each.tagName)"),
      ["H1", "H2", "H3", "H3", "H3"],
    );
    assert.equal(await read(page, "document.documentElement.lang"), "en");
    assert.match(await read<string>(page, "document.images[0].alt"), /outline of the segmented pancreas/);
    assert.equal(
      await read(
        page,
        "document.querySelectorAll('[id]').length === new Set([...document.querySelectorAll('[id]')].map((each) => each.id)).size",
      ),
      true,
    );
  });
});
