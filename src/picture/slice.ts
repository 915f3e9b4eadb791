import { failed } from "../domain/failure.ts";
import type { Grid, Mask, Volume } from "../domain/grid.ts";
import { orientedGrid, orientedWindow } from "../geometry/orient.ts";
import type { Strided } from "../geometry/strided.ts";
import { letterMarks } from "./annotate.ts";
import { contourOf } from "./contour.ts";
import { blankImage, type Colour, type Image, setPixel } from "./image.ts";
import { drawMark, type Sheet } from "./mark.ts";
import { planDisplay } from "./plane.ts";
import { eachMarkedPixel, sampleView } from "./sample.ts";
import { fullView, type View } from "./view.ts";
import { type DisplayWindow, greyOf } from "./window.ts";

/** A region whose border is drawn in a colour. */
export type Outline = { readonly mask: Mask; readonly colour: Colour };

const black: Colour = [0, 0, 0];
/** Of the one mask of a result. */
export const contourColour: Colour = [255, 208, 0];

const checkSlice = (volume: Volume, mask: Mask, k: number): void => {
  const { shape } = volume.grid;
  const isSameShape = mask.grid.shape.every((length, axis) => length === shape[axis]);
  if (!isSameShape || mask.voxels.length !== volume.voxels.length) {
    throw failed("INTERNAL", "Mask and volume lie on different grids.", {
      maskShape: mask.grid.shape,
      volumeShape: shape,
    });
  }
  if (!Number.isInteger(k) || k < 0 || k >= shape[0]) {
    throw failed("INTERNAL", `Slice ${k} is not in a stack of ${shape[0]}.`);
  }
};

const drawGrey = (image: Image, values: Float64Array, window: DisplayWindow): void => {
  for (let at = 0; at < values.length; at++) {
    const grey = greyOf(values[at] as number, window);
    for (let channel = 0; channel < 3; channel++) image.rgb[3 * at + channel] = grey;
  }
};

/** What is at least half in the mask, and where the mask is thinner than a pixel the pixels that its voxels lie in. */
const regionOf = (mask: Strided, grid: Grid, k: number, view: View, sizePx: number): Uint8Array => {
  const shares = sampleView(mask, grid, k, view, sizePx);
  const region = Uint8Array.from(shares, (share) => (share >= 0.5 ? 1 : 0));
  eachMarkedPixel(mask, grid, k, view, sizePx, (x, y) => {
    region[y * sizePx + x] = 1;
  });
  return region;
};

/** Line by line inwards, of a region that is used up by it. */
const drawContour = (image: Image, region: Uint8Array, colour: Colour, linePx: number): void => {
  const { width, height } = image;
  for (let line = 0; line < linePx; line++) {
    for (const [at, isBorder] of contourOf(region, width, height).entries()) {
      if (isBorder === 0) continue;
      setPixel(image, at % width, Math.floor(at / width), colour);
      region[at] = 0;
    }
  }
};

/** How a panel shows a slice. */
export type Look = {
  readonly window: DisplayWindow;
  readonly sizePx: number;
  /** The whole slice unless given. */
  readonly view?: View | undefined;
  /** Width of the outlines, 1 unless given. */
  readonly linePx?: number;
};

/**
 * Slice k of the volume in a square of so many pixels, in radiological display, with the outlines of its masks, later
 * ones above, and letters of orientation. Throws INTERNAL for a mask of another
 * shape and for a slice that is not there.
 */
export const drawPanel = (
  volume: Volume,
  outlines: readonly Outline[],
  k: number,
  { window, sizePx, view: given, linePx = 1 }: Look,
): Sheet => {
  for (const { mask } of outlines) checkSlice(volume, mask, k);
  const display = planDisplay(volume.grid);
  const grid = orientedGrid(display);
  const view = given ?? fullView(grid);
  const image = blankImage(sizePx, sizePx, black);
  drawGrey(image, sampleView(orientedWindow(volume.voxels, display), grid, k, view, sizePx), window);
  for (const { mask, colour } of outlines)
    drawContour(image, regionOf(orientedWindow(mask.voxels, display), grid, k, view, sizePx), colour, linePx);
  const marks = letterMarks(grid, sizePx);
  for (const mark of marks) drawMark(image, mark);
  return { ...image, marks };
};
