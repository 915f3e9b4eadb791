import { decode } from "fast-png";

/** Centre of a pixel. */
export type Pixel = { readonly x: number; readonly y: number };

type Colour = readonly [red: number, green: number, blue: number];

const pixelsWhere = (png: Uint8Array, holds: (colour: Colour) => boolean): readonly Pixel[] => {
  const { width, height, channels, data } = decode(png);
  const found: Pixel[] = [];
  for (let at = 0; at < width * height; at++) {
    const [red = 0, green = 0, blue = 0] = data.subarray(at * channels, at * channels + 3);
    if (holds([red, green, blue])) found.push({ x: (at % width) + 0.5, y: Math.floor(at / width) + 0.5 });
  }
  return found;
};

/** Orange and yellow, in which results are drawn; images are grey and the viewer's own signs blue. */
export const warmPixels = (png: Uint8Array): readonly Pixel[] =>
  pixelsWhere(png, ([red, green, blue]) => red - blue > 40 && red >= green && green >= blue);

/** As light as soft tissue in its usual window. */
export const lightPixels = (png: Uint8Array): readonly Pixel[] =>
  pixelsWhere(png, ([red, green, blue]) => Math.min(red, green, blue) > 90);

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export const centreOf = (pixels: readonly Pixel[]): Pixel => ({
  x: meanOf(pixels.map(({ x }) => x)),
  y: meanOf(pixels.map(({ y }) => y)),
});
