import type { Part10 } from "../part10.ts";
import type { PixelFormat } from "../pixelFormat.ts";
import { nativeBytes } from "./pixelBytes.ts";

/** Bytes that an uncompressed image of this format needs. */
export const nativeByteLength = ({ rows, columns, bitsAllocated }: PixelFormat): number =>
  rows * columns * (bitsAllocated / 8);

/**
 * Stored values of an uncompressed image, row by row: the BitsStored bits below HighBit, extended by their sign (P9).
 * Words that equal the padding value are taken whole, because padding may lie outside BitsStored.
 * Throws PIXEL_DATA_TRUNCATED, PIXEL_DECODE_FAILED, UNSUPPORTED_PIXEL_FORMAT.
 */
export const nativeStoredValues = (part10: Part10, format: PixelFormat): Int32Array => {
  const bytes = nativeBytes(part10, nativeByteLength(format));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { bitsAllocated, bitsStored, highBit, isSigned, padding } = format;
  const { littleEndian } = part10.encoding;
  const wordUnused = 32 - bitsAllocated;
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  const low = padding?.low ?? 1;
  const high = padding?.high ?? 0;
  const values = new Int32Array(format.rows * format.columns);
  for (let i = 0; i < values.length; i++) {
    const word = bitsAllocated === 16 ? view.getUint16(2 * i, littleEndian) : (bytes[i] as number);
    const whole = isSigned ? (word << wordUnused) >> wordUnused : word;
    const isPadding = whole >= low && whole <= high;
    const masked = isSigned ? (word << left) >> right : (word << left) >>> right;
    values[i] = isPadding ? whole : masked;
  }
  return values;
};
