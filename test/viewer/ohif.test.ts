import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { lps, zyx } from "../../src/domain/axes.ts";
import { eventually } from "../support/eventually.ts";
import { needsTool } from "../support/shared.ts";
import {
  countSegmentations,
  onPicture,
  readRgb,
  readSegmentations,
  shownInstances,
  takePicture,
  turnTo,
} from "./inPage.ts";
import { needsOhif } from "./ohifDist.ts";
import { type OpenPage, startViewer, type Viewer } from "./openViewer.ts";
import { centreOf, lightPixels, warmPixels } from "./pixels.ts";
import { fullestPlane, makeStudy, markedOnPlanes, pointsOfPlane, type Study } from "./study.ts";

const skip = needsTool("Orthanc", "chromium", "tar") || (await needsOhif());

describe("results in OHIF", { skip }, () => {
  let study: Study;
  let viewer: Viewer;

  before(async () => {
    study = await makeStudy({ seed: 19, shape: zyx(40, 128, 128), spacingMm: zyx(4, 3, 3) });
    viewer = await startViewer(study);
  });
  after(() => viewer?.close());

  const requireSilence = ({ hosts, trouble }: OpenPage): void => {
    assert.deepEqual(trouble, []);
    assert.deepEqual([...hosts], [viewer.host]);
  };

  const turnToPlane = async ({ page }: OpenPage, z: number): Promise<void> => {
    const index = (await shownInstances(page)).indexOf(study.source.frames[z]?.sopInstanceUid ?? "");
    assert.ok(index >= 0);
    await turnTo(page, index);
  };

  /** Where the mask's voxels of one plane lie on the picture. */
  const expectedPatch = async (page: Page, z: number) => {
    const { axes, spacingMm } = study.source.grid;
    const points = await onPicture(page, pointsOfPlane(study, z));
    const [[here] = [0], [beside] = [0]] = await onPicture(page, [lps(0, 0, 0), axes[2]]);
    const voxelPx = (beside - here) * spacingMm[2];
    return {
      voxelPx,
      areaPx: points.length * voxelPx ** 2,
      centre: centreOf(points.map(([x, y]) => ({ x, y }))),
    };
  };

  for (const type of ["BINARY", "LABELMAP"] as const) {
    test(`a link to a ${type} SEG marks the very voxels of the mask, slice by slice, as the pancreas, and nothing complains`, async () => {
      const opened = await viewer.open(study.segs[type]);
      const [segmentation, ...others] = await readSegmentations(opened.page);
      assert.deepEqual(others, []);
      // A label map has to describe its zero too, and OHIF lists whatever is described.
      assert.deepEqual(segmentation?.labels, [...(type === "LABELMAP" ? ["Background"] : []), "Pancreas"]);
      const marked = new Map(segmentation?.images.map((image) => [image.sopInstanceUid, image.marked]));
      const expected = markedOnPlanes(study);
      const counts = expected.map(([, voxels]) => voxels.length);
      assert.notDeepEqual(counts, counts.toReversed());
      assert.deepEqual(
        expected.map(([sopInstanceUid]) => marked.get(sopInstanceUid)?.length),
        counts,
      );
      assert.deepEqual(marked, new Map(expected));
      requireSilence(opened);
      await opened.page.close();
    });

    test(`the picture shows a ${type} SEG in colour where the pancreas lies, and no colour where there is none`, async () => {
      const opened = await viewer.open(study.segs[type]);
      const { page } = opened;
      await readSegmentations(page);
      const z = fullestPlane(study);
      await turnToPlane(opened, z);
      // The viewer draws the plane that it was turned to, and settles its layout, in its own time: until then size or place differ.
      let seen = "";
      await eventually("a coloured patch where the mask is", async () => {
        const pixels = warmPixels(await takePicture(page));
        const { areaPx, centre, voxelPx } = await expectedPatch(page, z);
        const found = centreOf(pixels);
        seen = JSON.stringify({ found, foundPx: pixels.length, centre, areaPx });
        const distancePx = Math.hypot(found.x - centre.x, found.y - centre.y);
        return Math.abs(pixels.length / areaPx - 1) < 0.15 && distancePx < voxelPx / 2;
      }).catch((failure: unknown) => {
        throw new Error(`no such patch, but ${seen}`, { cause: failure });
      });

      await turnToPlane(opened, 0);
      await eventually("a picture without colour", async () => {
        const picture = await takePicture(page);
        return warmPixels(picture).length === 0 && lightPixels(picture).length > 10_000 ? picture : null;
      });
      requireSilence(opened);
      await page.close();
    });
  }

  test("this viewer refuses a FRACTIONAL SEG of probabilities, and says so in its console alone", async () => {
    const { page, trouble } = await viewer.open(study.segs.FRACTIONAL);
    await eventually("the refusal", async () => (trouble.length > 0 ? true : null));
    assert.match(trouble[0] ?? "", /Fractional segmentations are not yet supported/);
    assert.equal(await countSegmentations(page), 0);
    await page.close();
  });

  test("the text report opens as a page that reads the volume, and the list of series names it for every result", async () => {
    const opened = await viewer.open(study.text);
    const body = opened.page.locator("body");
    const { volumeMl } = study.measures;
    await body.getByText(`Pancreas volume ${volumeMl.toFixed(1)}`).waitFor();
    const text = await body.innerText();
    assert.equal(text.split(`volume ${volumeMl.toFixed(1)} ml`).length, 2, "the volume is said once");
    assert.match(text, /Study of \d{4}-\d\d-\d\d, computed/);
    assert.match(text, /not verified by a person/);
    assert.match(text, /Research use only/);
    for (const holds of ["segmentation", "measurements", "report", "key images"])
      assert.ok(text.includes(`Pancreas ${volumeMl.toFixed(1)} ml (AI) ${holds}`), holds);
    requireSilence(opened);
    await opened.page.close();
  });

  test("the key images open with the outline, each with the very pixels that were drawn", async () => {
    const [first] = study.keyImages;
    assert.ok(first !== undefined);
    const opened = await viewer.open(first);
    const { page } = opened;
    assert.deepEqual(
      await shownInstances(page),
      study.keyImages.map(({ object }) => object.sopInstanceUid),
    );
    for (const [index, { picture }] of study.keyImages.entries()) {
      await turnTo(page, index);
      const shown = await readRgb(page, index);
      const sha256 = createHash("sha256").update(picture.rgb).digest("hex");
      assert.deepEqual(shown, { width: picture.width, height: picture.height, sha256 });
      await eventually("tissue and an outline", async () => {
        const png = await takePicture(page);
        return lightPixels(png).length > 10_000 && warmPixels(png).length > 50 ? png : null;
      });
    }
    requireSilence(opened);
    await page.close();
  });
});
