import { glyphHeight, glyphOf, glyphWidth } from "./font.ts";
import { type Colour, type Image, setPixel } from "./image.ts";
import { plainText } from "./plainText.ts";

const advance = glyphWidth + 1;

/** Pixels to a dot of the large letters that suit a slice drawn so many pixels wide; small ones have one less. */
export const textScale = (sizePx: number): number => Math.max(2, Math.round(sizePx / 240));

/** Height of a capital letter, pixels. */
export const capHeight = (scale: number): number => 7 * scale;

/** From the top of a capital to the end of a tail, pixels. */
export const textHeight = (scale: number): number => glyphHeight * scale;

/** From the top of one line to that of the next, pixels. */
export const lineHeight = (scale: number): number => (glyphHeight + 3) * scale;

/** The same where lines stand close together. */
export const columnLineHeight = (scale: number): number => (glyphHeight + 1) * scale;

/** Pixels from the first to the last column of a text. */
export const textWidth = (text: string, scale: number): number =>
  text === "" ? 0 : ([...text].length * advance - 1) * scale;

/** How many characters fit into so many pixels. */
const charactersIn = (width: number, scale: number): number =>
  Math.max(1, Math.floor((width / scale + 1) / advance));

/** A word in pieces that fit. */
const pieces = (word: string, width: number, scale: number): readonly string[] => {
  const [characters, length] = [[...word], charactersIn(width, scale)];
  return Array.from({ length: Math.max(1, Math.ceil(characters.length / length)) }, (_, n) =>
    characters.slice(n * length, (n + 1) * length).join(""),
  );
};

/** Text in lines that are no wider than asked for, broken between words; a longer word is broken within. */
export const wrapped = (text: string, width: number, scale: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of plainText(text)
    .split(" ")
    .flatMap((each) => pieces(each, width, scale))) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, scale) <= width) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines;
};

const outlineColour: Colour = [0, 0, 0];

/** Calls for the upper left corner of each dot of a text in a place, pixels. */
const eachDot = (text: string, x: number, y: number, scale: number, draw: (x: number, y: number) => void) => {
  for (const [n, character] of [...text].entries()) {
    for (const [row, line] of glyphOf(character).entries()) {
      for (const [column, dot] of [...line].entries()) {
        if (dot === "#") draw(x + (n * advance + column) * scale, y + row * scale);
      }
    }
  }
};

const fillSquare = (image: Image, x: number, y: number, size: number, colour: Colour): void => {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) setPixel(image, x + column, y + row, colour);
  }
};

/**
 * Writes a text with its upper left corner at (x, y), each dot `scale` × `scale` pixels, within a dark line of one pixel
 * that keeps it legible on any ground. What leaves the picture is cut off.
 */
export const drawText = (
  image: Image,
  x: number,
  y: number,
  text: string,
  colour: Colour,
  scale: number,
): void => {
  eachDot(text, x, y, scale, (left, top) => fillSquare(image, left - 1, top - 1, scale + 2, outlineColour));
  eachDot(text, x, y, scale, (left, top) => fillSquare(image, left, top, scale, colour));
};
