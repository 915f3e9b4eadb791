/** Red, green, blue; 0 to 255 each. */
export type Colour = readonly [number, number, number];

/** A colour picture: three bytes for each pixel, rows from the top, left to right. */
export type Image = { readonly width: number; readonly height: number; readonly rgb: Uint8Array };

/** Colours one pixel; what lies outside the picture is left out. */
export const setPixel = ({ width, height, rgb }: Image, x: number, y: number, colour: Colour): void => {
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  const at = 3 * (y * width + x);
  rgb[at] = colour[0];
  rgb[at + 1] = colour[1];
  rgb[at + 2] = colour[2];
};

/** A picture of one colour. */
export const blankImage = (width: number, height: number, colour: Colour): Image => {
  const image = { width, height, rgb: new Uint8Array(3 * width * height) };
  for (let x = 0; x < width; x++) setPixel(image, x, 0, colour);
  for (let y = 1; y < height; y++) image.rgb.copyWithin(3 * y * width, 0, 3 * width);
  return image;
};

/** Copies a picture into another, its upper left corner at (x, y); it must fit. */
export const paste = (onto: Image, image: Image, x: number, y: number): void => {
  for (let row = 0; row < image.height; row++) {
    const line = image.rgb.subarray(3 * row * image.width, 3 * (row + 1) * image.width);
    onto.rgb.set(line, 3 * ((y + row) * onto.width + x));
  }
};
