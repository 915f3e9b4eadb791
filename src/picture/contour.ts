/**
 * The border of a region on a picture, one pixel wide and inside of it: 1 for its pixels that have one of their four
 * neighbours outside. What lies beyond the picture is outside.
 */
export const contourOf = (region: Uint8Array, width: number, height: number): Uint8Array => {
  const border = new Uint8Array(region.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (region[at] === 0) continue;
      const isWithin =
        x > 0 &&
        y > 0 &&
        x < width - 1 &&
        y < height - 1 &&
        region[at - 1] !== 0 &&
        region[at + 1] !== 0 &&
        region[at - width] !== 0 &&
        region[at + width] !== 0;
      border[at] = isWithin ? 0 : 1;
    }
  }
  return border;
};
