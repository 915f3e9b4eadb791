/**
 * Makes the README's picture of the demo's page: `npm run screenshot`. Runs the demo, opens the page in Debian's Chromium
 * and writes screenshot.png beside this file.
 */
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { browserOptions } from "../support/browser.ts";
import { startDemo } from "./startDemo.ts";

const demo = await startDemo();
const browser = await chromium.launch(browserOptions);
try {
  const page = await browser.newPage({
    viewport: { width: 1200, height: 1440 },
    colorScheme: "light",
    deviceScaleFactor: 1,
  });
  await page.goto(demo.report.page, { waitUntil: "networkidle" });
  const path = fileURLToPath(new URL("./screenshot.png", import.meta.url));
  await page.screenshot({ path });
  console.log(path);
} finally {
  await browser.close();
  await demo.stop();
}
