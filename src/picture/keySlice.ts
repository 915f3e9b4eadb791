import type { Grid, Mask, Volume } from "../domain/grid.ts";
import { orientedGrid } from "../geometry/orient.ts";
import { barInCorner, barInLine, marginPx, textColour } from "./annotate.ts";
import { blankImage, type Colour, type Image, paste, setPixel } from "./image.ts";
import { drawMark, type Mark, moved, type Sheet, textMark } from "./mark.ts";
import { planDisplay } from "./plane.ts";
import { contourColour, drawPanel } from "./slice.ts";
import { columnLineHeight, wrapped } from "./text.ts";
import { fullView, type View, zoomView } from "./view.ts";
import { type DisplayWindow, sayWindow } from "./window.ts";

/** A volume and its mask as all pictures of one result show them: one window, one zoom. */
export type Scene = {
  readonly volume: Volume;
  readonly mask: Mask;
  readonly window: DisplayWindow;
  readonly full: View;
  /** Null for an empty mask. */
  readonly zoom: View | null;
  /** What names slice k: lines for people. */
  readonly wordsOf: (k: number) => readonly string[];
};

export const makeScene = (
  volume: Volume,
  mask: Mask,
  window: DisplayWindow,
  wordsOf: Scene["wordsOf"],
): Scene => {
  const display = planDisplay(volume.grid);
  const grid: Grid = orientedGrid(display);
  return { volume, mask, window, wordsOf, full: fullView(grid), zoom: zoomView(mask, display, grid) };
};

const ground: Colour = [18, 21, 25];
const frameColour: Colour = [120, 200, 235];
const gapPx = 2;

/** Small text, which has one size on all pictures. */
const wordsScale = 2;

/** Width of a key slice of this height, pixels. */
const keySliceWidth = (sizePx: number): number => sizePx + gapPx + sizePx / 2;

/** Corners of the square that the zoomed panel shows. */
const drawFrame = (image: Image, full: View, zoom: View): void => {
  const pixel = (mm: number): number => Math.round((mm * image.width) / full.sideMm);
  const [left, top] = [pixel(zoom.leftMm - full.leftMm), pixel(zoom.topMm - full.topMm)];
  const side = pixel(zoom.sideMm) - 1;
  const arm = Math.max(4, Math.round(side / 6));
  for (const [x, inwards] of [
    [left, 1],
    [left + side, -1],
  ] as const)
    for (const [y, down] of [
      [top, 1],
      [top + side, -1],
    ] as const)
      for (let n = 0; n <= arm; n++) {
        setPixel(image, x + n * inwards, y, frameColour);
        setPixel(image, x, y + n * down, frameColour);
      }
};

/** Under the small panel: how long its bar is, which slice it is, and how it is shown; what finds no room is left out. */
const columnMarks = ({ full, window, wordsOf }: Scene, k: number, sizePx: number): readonly Mark[] => {
  const half = sizePx / 2;
  const first = half + gapPx + marginPx;
  const step = columnLineHeight(wordsScale);
  const lines = [...wordsOf(k), sayWindow(window)].flatMap((line) =>
    wrapped(line, half - 2 * marginPx, wordsScale),
  );
  const texts = lines.map((line, n) =>
    textMark(line, [marginPx, first + (n + 1) * step], wordsScale, textColour),
  );
  const bar = barInLine(full, half, [marginPx, first], wordsScale);
  return [...bar, ...texts].filter(({ top, height }) => top + height <= sizePx);
};

const finished = (image: Image, marks: readonly Mark[]): Sheet => {
  for (const mark of marks) drawMark(image, mark);
  return { ...image, marks };
};

/**
 * Slice k with the contour of its mask: the organ in a square of sizePx, and beside it the whole slice at half the size,
 * with a frame around what the other shows, and under it what the slice is. The volume and the mask stay as they are.
 * Throws INTERNAL for a mask of another shape and for a slice that is not there.
 */
export const drawKeySlice = (scene: Scene, k: number, sizePx = 640): Sheet => {
  const { volume, mask, window, full, zoom } = scene;
  const half = sizePx / 2;
  const outlines = [{ mask, colour: contourColour }];
  const large = drawPanel(volume, outlines, k, { window, sizePx, view: zoom ?? full, linePx: 2 });
  const image = blankImage(keySliceWidth(sizePx), sizePx, ground);
  paste(image, large, half + gapPx, 0);
  const largeMarks = [...large.marks, ...barInCorner(zoom ?? full, sizePx, wordsScale)];
  const small = drawPanel(volume, outlines, k, { window, sizePx: half });
  if (zoom !== null) drawFrame(small, full, zoom);
  paste(image, small, 0, 0);
  return finished(image, [
    ...small.marks,
    ...columnMarks(scene, k, sizePx),
    ...largeMarks.map((mark) => moved(mark, half + gapPx, 0)),
  ]);
};
