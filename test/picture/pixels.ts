import type { Mask, Volume } from "../../src/domain/grid.ts";
import { glyphHeight, glyphOf, glyphWidth } from "../../src/picture/font.ts";
import type { Image } from "../../src/picture/image.ts";
import type { Sheet } from "../../src/picture/mark.ts";
import { contourColour, drawPanel } from "../../src/picture/slice.ts";
import type { DisplayWindow } from "../../src/picture/window.ts";

/** A whole slice with the contour of one mask. */
export const drawSlice = (
  volume: Volume,
  mask: Mask,
  k: number,
  window: DisplayWindow,
  sizePx: number,
): Sheet => drawPanel(volume, [{ mask, colour: contourColour }], k, { window, sizePx });

export const pixelAt = ({ width, rgb }: Image, x: number, y: number): readonly number[] => [
  ...rgb.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];

/** Every place where `isWanted` holds for the colour, rows from the top. */
export const placesOf = (
  image: Image,
  isWanted: (colour: readonly number[], x: number, y: number) => boolean,
): readonly (readonly [x: number, y: number])[] => {
  const places: [number, number][] = [];
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) if (isWanted(pixelAt(image, x, y), x, y)) places.push([x, y]);
  }
  return places;
};

/** Smallest and largest column and row of places. */
export const extentOf = (places: readonly (readonly [number, number])[]) => {
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  return { x: [Math.min(...xs), Math.max(...xs)], y: [Math.min(...ys), Math.max(...ys)] };
};

/** A part of a picture. */
export const cut = (image: Image, left: number, top: number, width: number, height: number): Image => {
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 3 * ((top + y) * image.width + left);
    rgb.set(image.rgb.subarray(from, from + 3 * width), 3 * y * width);
  }
  return { width, height, rgb };
};

const printable = Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n));

/** Reads a text of one colour back from its dots; what is no character comes as a blank. */
export const readText = (
  image: Image,
  [x, y]: readonly [number, number],
  { scale, length, colour }: { scale: number; length: number; colour: readonly number[] },
): string => {
  const dot = (n: number, column: number, row: number): string => {
    const found = pixelAt(image, x + (n * (glyphWidth + 1) + column) * scale, y + row * scale);
    return `${found}` === `${colour}` ? "#" : ".";
  };
  const glyph = (n: number): string =>
    Array.from({ length: glyphWidth * glyphHeight }, (_, at) =>
      dot(n, at % glyphWidth, Math.floor(at / glyphWidth)),
    ).join("");
  const characterAt = (n: number): string => {
    const shape = glyph(n);
    return printable.find((character) => glyphOf(character).join("") === shape) ?? " ";
  };
  return Array.from({ length }, (_, n) => characterAt(n)).join("");
};
