import type { Page } from "playwright-core";

/** What the viewer itself knows, read from its state in the page. Functions given to `evaluate` run there. */

type CachedImage = {
  readonly width: number;
  readonly height: number;
  readonly referencedImageId: string;
  readonly voxelManager: { readonly getScalarData: () => ArrayLike<number> };
};

type Segmentation = {
  readonly segments: Readonly<Record<string, { readonly label: string }>>;
  readonly representationData: { readonly Labelmap: { readonly imageIds: readonly string[] } };
};

type Viewport = {
  readonly getImageIds: () => readonly string[];
  readonly setImageIdIndex: (index: number) => Promise<unknown>;
  readonly worldToCanvas: (lps: readonly number[]) => readonly [number, number];
  readonly render: () => void;
};

type Cornerstone = {
  readonly cache: { readonly getImage: (imageId: string) => CachedImage };
  readonly getRenderingEngines: () => readonly { readonly getViewports: () => readonly Viewport[] }[];
};

type CornerstoneTools = {
  readonly segmentation: { readonly state: { readonly getSegmentations: () => readonly Segmentation[] } };
};

declare global {
  // The viewer's own names.
  var cornerstone: Cornerstone;
  var cornerstoneTools: CornerstoneTools;
}

/** One source image as the viewer has marked it. */
export type MarkedImage = {
  readonly sopInstanceUid: string;
  /** Index in the image of every marked voxel, and its value. */
  readonly marked: readonly (readonly [number, number])[];
};

export type ShownSegmentation = {
  readonly labels: readonly string[];
  readonly images: readonly MarkedImage[];
};

export const countSegmentations = (page: Page): Promise<number> =>
  page.evaluate(() => globalThis.cornerstoneTools.segmentation.state.getSegmentations().length);

/** The segmentations that the viewer holds, once it holds any. */
export const readSegmentations = async (page: Page): Promise<readonly ShownSegmentation[]> => {
  await page.waitForFunction(
    () => (globalThis.cornerstoneTools?.segmentation.state.getSegmentations().length ?? 0) > 0,
  );
  return page.evaluate(() => {
    const imageOf = (imageId: string): MarkedImage => {
      const { referencedImageId, voxelManager } = globalThis.cornerstone.cache.getImage(imageId);
      const marked: [number, number][] = [];
      Array.from(voxelManager.getScalarData()).forEach((value, index) => {
        if (value !== 0) marked.push([index, value]);
      });
      return { sopInstanceUid: /\/instances\/([\d.]+)/.exec(referencedImageId)?.[1] ?? "", marked };
    };
    return globalThis.cornerstoneTools.segmentation.state.getSegmentations().map((shown) => ({
      labels: Object.values(shown.segments).map(({ label }) => label),
      images: shown.representationData.Labelmap.imageIds.map(imageOf),
    }));
  });
};

const selector = ".cornerstone-viewport-element canvas";

/** Instances of the series in the viewport, in the viewer's order. */
export const shownInstances = async (page: Page): Promise<readonly string[]> => {
  await page.locator(selector).first().waitFor();
  return page.evaluate(() =>
    (globalThis.cornerstone.getRenderingEngines()[0]?.getViewports()[0]?.getImageIds() ?? []).map(
      (id) => /\/instances\/([\d.]+)/.exec(id)?.[1] ?? "",
    ),
  );
};

/** Turn to one image of the series in the viewport. */
export const turnTo = async (page: Page, index: number): Promise<void> => {
  await page.evaluate(async (to) => {
    const viewport = globalThis.cornerstone.getRenderingEngines()[0]?.getViewports()[0];
    await viewport?.setImageIdIndex(to);
    viewport?.render();
  }, index);
};

/** One image of the series in the viewport as the viewer has decoded it; SHA-256 of red, green, blue pixel by pixel. */
export const readRgb = (
  page: Page,
  index: number,
): Promise<{ readonly width: number; readonly height: number; readonly sha256: string }> =>
  page.evaluate(async (at) => {
    const viewport = globalThis.cornerstone.getRenderingEngines()[0]?.getViewports()[0];
    const { width, height, voxelManager } = globalThis.cornerstone.cache.getImage(
      viewport?.getImageIds()[at] ?? "",
    );
    const bytes = Uint8Array.from(voxelManager.getScalarData());
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return { width, height, sha256 };
  }, index);

/** Where points of the patient (LPS, mm) lie on the picture of `takePicture`, x and y in pixels. */
export const onPicture = (
  page: Page,
  points: readonly (readonly number[])[],
): Promise<readonly (readonly [number, number])[]> =>
  page.evaluate((lps) => {
    const viewport = globalThis.cornerstone.getRenderingEngines()[0]?.getViewports()[0];
    return lps.map((point) => viewport?.worldToCanvas(point) ?? [-1, -1]);
  }, points);

/** PNG of the viewport as a person sees it. */
export const takePicture = (page: Page): Promise<Uint8Array> => page.locator(selector).first().screenshot();
