import type { Grid } from "../domain/grid.ts";
import type { Colour, Image } from "./image.ts";
import { sliceNumber, slicePosition } from "./label.ts";
import { borderLetters } from "./letters.ts";
import { capHeight, drawText, textScale, textWidth } from "./text.ts";

const textColour: Colour = [208, 214, 220];

const marginPx = 6;

const writeLetters = (image: Image, display: Grid): void => {
  const { width, height } = image;
  const scale = textScale(width);
  const { left, right, top, bottom } = borderLetters(display.axes);
  const centred = (text: string): number => Math.round((width - textWidth(text, scale)) / 2);
  const middle = Math.round((height - capHeight(scale)) / 2);
  const draw = (x: number, y: number, text: string): void => drawText(image, x, y, text, textColour, scale);
  draw(marginPx, middle, left);
  draw(width - marginPx - textWidth(right, scale), middle, right);
  draw(centred(top), marginPx, top);
  draw(centred(bottom), height - marginPx - capHeight(scale), bottom);
};

const writeLabels = (image: Image, display: Grid, k: number): void => {
  const scale = textScale(image.width) - 1;
  const low = image.height - marginPx - capHeight(scale);
  drawText(image, marginPx, marginPx, sliceNumber(display, k), textColour, scale);
  drawText(image, marginPx, low, slicePosition(display, k), textColour, scale);
};

/** Writes letters of orientation, number and position of slice k on its picture; the axes are slice, down and right. */
export const annotate = (image: Image, display: Grid, k: number): void => {
  writeLetters(image, display);
  writeLabels(image, display, k);
};
