import type { Mask, Volume } from "../domain/grid.ts";
import { withCaption } from "./caption.ts";
import type { Image } from "./image.ts";
import { drawSlice } from "./slice.ts";
import { textScale } from "./text.ts";
import type { DisplayWindow } from "./window.ts";

export type KeySliceOptions = {
  /** One for all slices of a series, from `displayWindow`. */
  readonly window: DisplayWindow;
  readonly caption: readonly string[];
  /** Width of the picture and height without the caption, pixels. */
  readonly sizePx?: number;
};

/** Slice k with the contour of its mask, and lines of text below; all slices of a volume have one size. */
export const drawKeySlice = (
  volume: Volume,
  mask: Mask,
  k: number,
  { window, caption, sizePx = 640 }: KeySliceOptions,
): Image => withCaption(drawSlice(volume, mask, k, window, sizePx), caption, textScale(sizePx) - 1);
