import { failed } from "../../domain/failure.ts";
import type { Part10 } from "../file/part10.ts";
import { type ByteRange, frameFragments, pixelsTruncated } from "./frameFragments.ts";
import type { PixelFormat } from "./pixelFormat.ts";

const integerPixelData = 0x7fe00010;

/** Bytes that an uncompressed image of this format needs. */
const nativeByteLength = ({ rows, columns, bitsAllocated }: PixelFormat): number =>
  rows * columns * (bitsAllocated / 8);

/** How long pixel data are, and how long their frames. */
type Lengths = { readonly have: number; readonly need: number };

const lengthsOf = ({ bytes, pixelData }: Part10, need: number): Lengths => {
  const room = pixelData === null ? 0 : bytes.byteLength - pixelData.valueStart;
  return { have: Math.min(pixelData?.length ?? 0, room), need };
};

/** A whole frame more than the header counts: whose they are, and which were meant, cannot be told. */
const requireNoOtherFrame = ({ have, need }: Lengths, frameLength: number): void => {
  if (frameLength === 0 || have - need < frameLength) return;
  throw failed(
    "PIXEL_DECODE_FAILED",
    `The pixel data hold ${have} bytes, the frames of the header ${need}: which of them are meant cannot be told.`,
    { have, need },
  );
};

/** Frames of uncompressed pixel data lie back to back. */
const nativeFrames = (
  part10: Part10,
  frameLength: number,
  numberOfFrames: number,
): readonly (readonly ByteRange[])[] => {
  const { pixelData } = part10;
  const need = frameLength * numberOfFrames;
  if (pixelData === null) throw pixelsTruncated(0, need);
  if (pixelData.tag !== integerPixelData) {
    throw failed("UNSUPPORTED_PIXEL_FORMAT", "The pixels are floating-point numbers.");
  }
  if (pixelData.length === null) {
    throw failed(
      "PIXEL_DECODE_FAILED",
      "The pixels are encapsulated, the transfer syntax says they are not.",
    );
  }
  const lengths = lengthsOf(part10, need);
  if (lengths.have < need) throw pixelsTruncated(lengths.have, need);
  requireNoOtherFrame(lengths, frameLength);
  const { valueStart } = pixelData;
  return Array.from({ length: numberOfFrames }, (_, k) => {
    const start = valueStart + k * frameLength;
    return [{ start, end: start + frameLength }];
  });
};

/**
 * Where each frame lies in the bytes of a file, as one or more ranges. Nothing is copied or decoded, but the ranges are
 * really there. Throws PIXEL_DATA_TRUNCATED (P6), PIXEL_DECODE_FAILED, UNSUPPORTED_PIXEL_FORMAT.
 */
export const locateFrames = (
  part10: Part10,
  format: PixelFormat,
  numberOfFrames: number,
): readonly (readonly ByteRange[])[] =>
  format.coding === "native"
    ? nativeFrames(part10, nativeByteLength(format), numberOfFrames)
    : frameFragments(part10, numberOfFrames);

/** Uncompressed pixel data that are longer than their frames by more than the byte that makes them even; else null. */
export const leftOver = (part10: Part10, format: PixelFormat, numberOfFrames: number): Lengths | null => {
  if (format.coding !== "native") return null;
  const lengths = lengthsOf(part10, nativeByteLength(format) * numberOfFrames);
  return lengths.have > lengths.need + 1 ? lengths : null;
};

/** The bytes of one frame: a view where it lies in one piece, else its pieces joined. */
export const frameBytes = ({ bytes }: Part10, ranges: readonly ByteRange[]): Uint8Array => {
  const parts = ranges.map(({ start, end }) => bytes.subarray(start, end));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
};
