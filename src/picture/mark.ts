import { type Colour, type Image, setPixel } from "./image.ts";
import { plainText } from "./plainText.ts";
import { drawText, textHeight, textWidth } from "./text.ts";

/** A place on a picture, pixels. */
export type Rect = {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
};

/** What is written on a picture, with the place that it takes: where marks lie is known without drawing them. */
export type Mark = Rect & { readonly colour: Colour } & (
    | { readonly kind: "text"; readonly text: string; readonly scale: number }
    /** A length in the picture's own scale. */
    | { readonly kind: "bar" }
  );

/** A picture with what was written on it. */
export type Sheet = Image & { readonly marks: readonly Mark[] };

export const textMark = (
  words: string,
  [left, top]: readonly [number, number],
  scale: number,
  colour: Colour,
): Mark => {
  const text = plainText(words);
  const size = { width: textWidth(text, scale), height: textHeight(scale) };
  return { kind: "text", text, left, top, ...size, scale, colour };
};

/** A mark as it lies on a larger picture that has this one's corner at (x, y). */
export const moved = (mark: Mark, x: number, y: number): Mark => ({
  ...mark,
  left: mark.left + x,
  top: mark.top + y,
});

const outlineColour: Colour = [0, 0, 0];

const fill = (image: Image, { left, top, width, height }: Rect, colour: Colour): void => {
  for (let y = top; y < top + height; y++)
    for (let x = left; x < left + width; x++) setPixel(image, x, y, colour);
};

/** A line with a tick at either end, within a dark line like that of letters. */
const drawBar = (image: Image, { left, top, width, height, colour }: Mark): void => {
  const line = Math.max(2, Math.round(height / 4));
  const parts: readonly Rect[] = [
    { left, top: top + height - line, width, height: line },
    { left, top, width: line, height },
    { left: left + width - line, top, width: line, height },
  ];
  for (const part of parts)
    fill(
      image,
      { left: part.left - 1, top: part.top - 1, width: part.width + 2, height: part.height + 2 },
      outlineColour,
    );
  for (const part of parts) fill(image, part, colour);
};

/** Writes a mark; what leaves the picture is cut off. */
export const drawMark = (image: Image, mark: Mark): void =>
  mark.kind === "bar"
    ? drawBar(image, mark)
    : drawText(image, mark.left, mark.top, mark.text, mark.colour, mark.scale);
