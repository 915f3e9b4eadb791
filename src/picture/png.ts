import { encode } from "fast-png";
import type { Image } from "./image.ts";

/** The picture as a PNG file (8 bits, RGB): equal bytes for equal pixels, no time and no text in it. */
export const encodePng = ({ width, height, rgb }: Image): Uint8Array =>
  encode({ width, height, data: rgb, depth: 8, channels: 3 }, { zlib: { level: 6 } });
