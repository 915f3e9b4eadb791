import type { Grid, Mask, Volume } from "../domain/grid.ts";
import type { ModelClass } from "../domain/plan.ts";
import { withCaption } from "./caption.ts";
import { blankImage, type Colour, type Image, paste } from "./image.ts";
import { keySlices } from "./keySlices.ts";
import { directionLetters } from "./letters.ts";
import { drawSlice } from "./slice.ts";
import { textScale } from "./text.ts";
import { displayWindow } from "./window.ts";

export type OverviewOptions = {
  readonly modelClass: ModelClass;
  /** Lines of text below the pictures, among them what warns of their use. */
  readonly caption: readonly string[];
  readonly columns?: number;
  readonly rows?: number;
  readonly tilePx?: number;
};

const gapPx = 2;
const gapColour: Colour = [48, 54, 61];

/** Tiles in rows, first row first, thin lines between. */
export const montage = (tiles: readonly Image[], columns: number, tilePx: number): Image => {
  const step = tilePx + gapPx;
  const width = columns * step - gapPx;
  const image = blankImage(width, Math.ceil(tiles.length / columns) * step - gapPx, gapColour);
  for (const [n, tile] of tiles.entries()) {
    paste(image, tile, (n % columns) * step, Math.floor(n / columns) * step);
  }
  return image;
};

/** Head first, front first or right first, as one reads a montage, whichever way the array runs. */
export const inReadingOrder = (slices: readonly number[], { axes }: Grid): readonly number[] =>
  /^[HAR]/.test(directionLetters(axes[0])) ? slices.toReversed() : slices;

/**
 * A volume and its mask at a glance: key slices in radiological display with the contour, on one montage, and the lines
 * of the caption below. Throws INTERNAL for a mask of another shape.
 */
export const drawOverview = (
  volume: Volume,
  mask: Mask,
  { modelClass, caption, columns = 3, rows = 2, tilePx = 320 }: OverviewOptions,
): Image => {
  const window = displayWindow(volume, mask, modelClass);
  const slices = inReadingOrder(keySlices(mask, columns * rows), volume.grid);
  const tiles = slices.map((k) => drawSlice(volume, mask, k, window, tilePx));
  return withCaption(montage(tiles, Math.min(columns, tiles.length), tilePx), caption, textScale(tilePx));
};
