import type { Grid } from "../domain/grid.ts";
import type { Colour } from "./image.ts";
import { borderLetters } from "./letters.ts";
import { type Mark, textMark } from "./mark.ts";
import { capHeight, textHeight, textScale, textWidth } from "./text.ts";
import { scaleBar, type View } from "./view.ts";

export const textColour: Colour = [208, 214, 220];

/** From the border of a panel to what is written on it, pixels. */
export const marginPx = 6;

/** Letters of orientation in the middle of each border of a panel; the grid's axes are slice, down and right. */
export const letterMarks = ({ axes }: Grid, sizePx: number): readonly Mark[] => {
  const scale = textScale(sizePx);
  const { left, right, top, bottom } = borderLetters(axes);
  const centred = (text: string): number => Math.round((sizePx - textWidth(text, scale)) / 2);
  const middle = Math.round((sizePx - capHeight(scale)) / 2);
  const far = sizePx - marginPx;
  return [
    textMark(left, [marginPx, middle], scale, textColour),
    textMark(right, [far - textWidth(right, scale), middle], scale, textColour),
    textMark(top, [centred(top), marginPx], scale, textColour),
    textMark(bottom, [centred(bottom), far - capHeight(scale)], scale, textColour),
  ];
};

/** Height of a scale bar with its ticks, pixels. */
const barPx = 8;

const barMark = (left: number, top: number, width: number): Mark => ({
  kind: "bar",
  left,
  top,
  width,
  height: barPx,
  colour: textColour,
});

/** A bar in the lower right corner of a panel, its length above it. */
export const barInCorner = (view: View, sizePx: number, scale: number): readonly Mark[] => {
  const { text, widthPx } = scaleBar(view, sizePx);
  const [right, top] = [sizePx - marginPx, sizePx - marginPx - barPx];
  const above: readonly [number, number] = [right - textWidth(text, scale), top - 3 - textHeight(scale)];
  return [barMark(right - widthPx, top, widthPx), textMark(text, above, scale, textColour)];
};

/** A bar with its length beside it, for the panel above the place. */
export const barInLine = (
  view: View,
  sizePx: number,
  [left, top]: readonly [number, number],
  scale: number,
): readonly Mark[] => {
  const { text, widthPx } = scaleBar(view, sizePx);
  return [
    barMark(left, top + capHeight(scale) - barPx, widthPx),
    textMark(text, [left + widthPx + 3 * scale, top], scale, textColour),
  ];
};
