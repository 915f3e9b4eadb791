import type { Header } from "../../domain/series.ts";
import { number } from "../file/header.ts";
import type { Part10 } from "../file/part10.ts";
import { pixelCoding } from "../file/transferSyntax.ts";
import { decodeFrame } from "../pixels/decodeFrame.ts";
import { frameBytes, locateFrames } from "../pixels/pixelBytes.ts";
import type { PixelFormat } from "../pixels/pixelFormat.ts";
import { nativePixels } from "./readSegPlanes.ts";

/** Stored values as they are: no rescale, no padding. */
const rawFormat = (header: Header, coding: PixelFormat["coding"]): PixelFormat => {
  const bitsAllocated = number(header, "BitsAllocated") === 16 ? 16 : 8;
  return {
    coding,
    littleEndian: true,
    rows: number(header, "Rows") ?? 0,
    columns: number(header, "Columns") ?? 0,
    bitsAllocated,
    bitsStored: number(header, "BitsStored") ?? bitsAllocated,
    highBit: number(header, "HighBit") ?? bitsAllocated - 1,
    isSigned: false,
    slope: 1,
    intercept: 0,
    padding: null,
    paddingBecomes: 0,
    isLossy: false,
    isMonochrome1: false,
  };
};

/** Where an uncompressed object holds the value: samples little endian, single bits packed over all frames. */
const put = (pixels: Uint8Array, at: number, value: number, bits: 1 | 8 | 16): void => {
  if (bits === 1) pixels[at >>> 3] = (pixels[at >>> 3] as number) | ((value & 1) << (at & 7));
  else if (bits === 8) pixels[at] = value & 0xff;
  else {
    pixels[2 * at] = value & 0xff;
    pixels[2 * at + 1] = value >> 8;
  }
};

/**
 * The pixel data of all frames, uncompressed, little endian, of 1, 8 or 16 bits as the header says. Throws
 * UNSUPPORTED_TRANSFER_SYNTAX, PIXEL_DATA_TRUNCATED, PIXEL_DECODE_FAILED.
 */
export const segPixels = async (part10: Part10, header: Header): Promise<Uint8Array> => {
  const coding = pixelCoding(part10.transferSyntaxUid);
  if (coding === null || part10.pixelData?.length !== null) return nativePixels(part10);
  const format = rawFormat(header, coding);
  const count = number(header, "NumberOfFrames") ?? 1;
  const frameLength = format.rows * format.columns;
  const bits = number(header, "BitsAllocated") === 1 ? 1 : format.bitsAllocated;
  const pixels = new Uint8Array(Math.ceil((count * frameLength * bits) / 8));
  for (const [n, ranges] of locateFrames(part10, format, count).entries()) {
    const { values } = await decodeFrame(frameBytes(part10, ranges), format);
    for (let i = 0; i < frameLength; i++) put(pixels, n * frameLength + i, values[i] as number, bits);
  }
  return pixels;
};
