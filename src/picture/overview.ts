import type { Grid } from "../domain/grid.ts";
import { type CaptionLine, withCaption } from "./caption.ts";
import { blankImage, type Colour, type Image, paste } from "./image.ts";
import { drawKeySlice, type Scene } from "./keySlice.ts";
import { directionLetters } from "./letters.ts";
import { moved, type Sheet } from "./mark.ts";

const gapColour: Colour = [64, 72, 82];

/** Tiles of one size in rows, first row first, thin lines between. */
export const montage = (tiles: readonly (Image & Partial<Sheet>)[], columns: number, gapPx = 4): Sheet => {
  const [{ width, height } = { width: 1, height: 1 }] = tiles;
  const [across, down] = [width + gapPx, height + gapPx];
  const rows = Math.ceil(tiles.length / columns);
  const image = blankImage(columns * across - gapPx, rows * down - gapPx, gapColour);
  const marks = tiles.flatMap((tile, n) => {
    const [left, top] = [(n % columns) * across, Math.floor(n / columns) * down];
    paste(image, tile, left, top);
    return (tile.marks ?? []).map((mark) => moved(mark, left, top));
  });
  return { ...image, marks };
};

/** Head first, front first or right first, as one reads a montage, whichever way the array runs. */
export const inReadingOrder = (slices: readonly number[], { axes }: Grid): readonly number[] =>
  /^[HAR]/.test(directionLetters(axes[0])) ? slices.toReversed() : slices;

/** Heights of a key slice in a montage and alone, pixels: either way a picture is 964 to 966 pixels wide. */
const sizes = { tile: 320, alone: 640 } as const;

/** Slices of a volume and its mask at a glance, two in a row in reading order, and the lines of the caption below. */
export const drawOverview = (
  scene: Scene,
  slices: readonly number[],
  caption: readonly CaptionLine[],
  sizePx: number = slices.length === 1 ? sizes.alone : sizes.tile,
): Sheet => {
  const ordered = inReadingOrder(slices, scene.volume.grid);
  const tiles = ordered.map((k) => drawKeySlice(scene, k, sizePx));
  return withCaption(montage(tiles, Math.min(2, tiles.length)), caption, 2);
};
