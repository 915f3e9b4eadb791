import { failed } from "../../../domain/failure.ts";
import { itemTag, readTag, sequenceEndTag } from "../elements.ts";
import type { Part10 } from "../part10.ts";

const integerPixelData = 0x7fe00010;

const truncated = (have: number, need: number): Error =>
  failed("PIXEL_DATA_TRUNCATED", `The pixel data hold ${have} of ${need} bytes.`, { have, need });

/** Bytes of the uncompressed pixel data that are really there. Throws PIXEL_DATA_TRUNCATED (P6), PIXEL_DECODE_FAILED. */
export const nativeBytes = ({ bytes, pixelData }: Part10, need: number): Uint8Array => {
  if (pixelData === null) throw truncated(0, need);
  if (pixelData.tag !== integerPixelData) {
    throw failed("UNSUPPORTED_PIXEL_FORMAT", "The pixels are floating-point numbers.");
  }
  if (pixelData.length === null) {
    throw failed(
      "PIXEL_DECODE_FAILED",
      "The pixels are encapsulated, the transfer syntax says they are not.",
    );
  }
  const have = Math.min(pixelData.length, bytes.byteLength - pixelData.valueStart);
  if (have < need) throw truncated(have, need);
  return bytes.subarray(pixelData.valueStart, pixelData.valueStart + need);
};

/** The fragments of a single-frame object, without the offset table that precedes them. */
const fragments = ({ bytes, view, pixelData }: Part10): readonly Uint8Array[] => {
  const found: Uint8Array[] = [];
  let offset = pixelData?.valueStart ?? 0;
  while (offset + 8 <= view.byteLength) {
    const tag = readTag(view, offset, true);
    const length = view.getUint32(offset + 4, true);
    offset += 8;
    if (tag === sequenceEndTag) break;
    if (tag !== itemTag)
      throw failed("PIXEL_DECODE_FAILED", "The pixel data hold something other than items.");
    if (offset + length > bytes.byteLength) throw truncated(bytes.byteLength - offset, length);
    found.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return found.slice(1);
};

/** The codestream of a single-frame object, all its fragments joined (P4). Throws PIXEL_DATA_TRUNCATED, PIXEL_DECODE_FAILED. */
export const encapsulatedBytes = (part10: Part10): Uint8Array => {
  if (part10.pixelData === null) throw truncated(0, 1);
  if (part10.pixelData.length !== null) {
    throw failed("PIXEL_DECODE_FAILED", "The transfer syntax says encapsulated, the pixels are not.");
  }
  const parts = fragments(part10);
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  if (joined.byteLength === 0) throw truncated(0, 1);
  return joined;
};
