import { failed } from "../domain/failure.ts";
import type { Mask, Volume } from "../domain/grid.ts";
import { orientedGrid, orientedWindow } from "../geometry/orient.ts";
import { annotate } from "./annotate.ts";
import { contourOf } from "./contour.ts";
import { blankImage, type Colour, type Image, setPixel } from "./image.ts";
import { type Placement, placeInSquare, planDisplay } from "./plane.ts";
import { sampleSlice } from "./sample.ts";
import { type DisplayWindow, greyOf } from "./window.ts";

/** A region whose border is drawn in a colour. */
export type Outline = { readonly mask: Mask; readonly colour: Colour };

const black: Colour = [0, 0, 0];
const contourColour: Colour = [255, 208, 0];

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

const drawGrey = (image: Image, values: Float64Array, place: Placement, window: DisplayWindow): void => {
  const { width, height, left, top } = place;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const grey = greyOf(values[y * width + x] as number, window);
      setPixel(image, left + x, top + y, [grey, grey, grey]);
    }
  }
};

const drawContour = (
  image: Image,
  values: Float64Array,
  { width, height, left, top }: Placement,
  colour: Colour,
): void => {
  const region = Uint8Array.from(values, (share) => (share >= 0.5 ? 1 : 0));
  const contour = contourOf(region, width, height);
  for (let at = 0; at < contour.length; at++) {
    if (contour[at] === 0) continue;
    setPixel(image, left + (at % width), top + Math.floor(at / width), colour);
  }
};

/**
 * Slice k of the volume in a square frame, in radiological display, with the outlines of its masks, later ones above;
 * letters of orientation, its number and its position. Throws INTERNAL for a mask of another shape and for a slice that
 * is not there.
 */
export const drawOutlined = (
  volume: Volume,
  outlines: readonly Outline[],
  k: number,
  window: DisplayWindow,
  sizePx: number,
): Image => {
  for (const { mask } of outlines) checkSlice(volume, mask, k);
  const display = planDisplay(volume.grid);
  const grid = orientedGrid(display);
  const place = placeInSquare(grid, sizePx);
  const image = blankImage(sizePx, sizePx, black);
  const sample = (voxels: Float32Array | Uint8Array): Float64Array =>
    sampleSlice(orientedWindow(voxels, display), k, place.width, place.height);
  drawGrey(image, sample(volume.voxels), place, window);
  for (const { mask, colour } of outlines) drawContour(image, sample(mask.voxels), place, colour);
  annotate(image, grid, k);
  return image;
};

/** Slice k as `drawOutlined`, with the contour of the one mask of a result. */
export const drawSlice = (
  volume: Volume,
  mask: Mask,
  k: number,
  window: DisplayWindow,
  sizePx: number,
): Image => drawOutlined(volume, [{ mask, colour: contourColour }], k, window, sizePx);
