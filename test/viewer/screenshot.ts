/**
 * Makes the pictures of our results in OHIF: `npm run screenshot:viewer`. Stores a phantom's CT and its truth as results
 * in Debian's Orthanc and writes seg.png, text-report.png and key-image.png beside this file.
 */
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import type { BuiltObject } from "../../src/dicom/write/part10.ts";
import { zyx } from "../../src/domain/axes.ts";
import { eventually } from "../support/eventually.ts";
import { readSegmentations, shownInstances, takePicture, turnTo } from "./inPage.ts";
import { startViewer } from "./openViewer.ts";
import { warmPixels } from "./pixels.ts";
import { fullestPlane, makeStudy } from "./study.ts";

const colouredPixels = (page: Page, least: number): Promise<true> =>
  eventually(`${least} coloured pixels`, async () =>
    warmPixels(await takePicture(page)).length >= least ? true : null,
  );

const study = await makeStudy({ seed: 19, shape: zyx(64, 224, 224), noiseSd: 6 }, ["BINARY"]);
const viewer = await startViewer(study, { width: 1000, height: 600 });

/** CT and key images; the rest of the list has none. */
const thumbnailsShown = "[...document.images].filter((image) => image.naturalWidth > 100).length >= 2";

const photograph = async (
  built: BuiltObject,
  name: string,
  prepare: (page: Page) => Promise<unknown>,
): Promise<void> => {
  const { page } = await viewer.open(built);
  await prepare(page);
  await page.waitForFunction(thumbnailsShown);
  const path = fileURLToPath(new URL(`./${name}.png`, import.meta.url));
  await page.screenshot({ path });
  await page.close();
  console.log(path);
};

try {
  await photograph(study.segs.BINARY, "seg", async (page) => {
    await readSegmentations(page);
    const { sopInstanceUid } = study.source.frames[fullestPlane(study)] ?? { sopInstanceUid: "" };
    await turnTo(page, (await shownInstances(page)).indexOf(sopInstanceUid));
    await colouredPixels(page, 1000);
  });
  await photograph(study.text, "text-report", (page) => page.getByText("Pancreas volume").first().waitFor());
  for (const keyImage of study.keyImages.slice(0, 1))
    await photograph(keyImage, "key-image", async (page) => {
      await colouredPixels(page, 300);
      // The player that OHIF opens for every series of this modality hides part of a slice.
      await page.locator('[data-cy="cine-player-close"]').click();
    });
} finally {
  await viewer.close();
}
