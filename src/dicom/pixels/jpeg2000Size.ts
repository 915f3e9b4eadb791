import type { Announced } from "./codec.ts";

const startOfCodestream = 0xff4fff51; // SOC and SIZ markers

/** Real images have a handful; OpenJPEG sets kilobytes aside for each. */
const maxTiles = 4096;

/** The image size in the SIZ marker of a JPEG 2000 or HTJ2K codestream (ISO/IEC 15444-1 annex A.5.1). */
export const jpeg2000Size = (codestream: Uint8Array): Announced | null => {
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.byteLength);
  if (view.byteLength < 45 || view.getUint32(0) !== startOfCodestream) return null;
  const at = (offset: number): number => view.getUint32(offset);
  const tiles = Math.ceil((at(8) - at(32)) / at(24)) * Math.ceil((at(12) - at(36)) / at(28));
  const isSubsampled = view.getUint8(43) !== 1 || view.getUint8(44) !== 1;
  if (!(tiles <= maxTiles) || isSubsampled) return null;
  return {
    width: at(8) - at(16),
    height: at(12) - at(20),
    components: view.getUint16(40),
    bits: (view.getUint8(42) & 0x7f) + 1,
  };
};

const tilePart = 0xff90;
const endOfCodestream = 0xffd9;

/** Whether every tile-part is as long as it says and the last is followed by the end marker (annexes A.4.2 and A.4.4). */
export const isWholeJpeg2000 = (codestream: Uint8Array): boolean => {
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.byteLength);
  let offset = 2;
  while (offset + 12 <= view.byteLength) {
    const isTilePart = view.getUint16(offset) === tilePart;
    const length = isTilePart ? view.getUint32(offset + 6) : 2 + view.getUint16(offset + 2);
    // The last tile-part may leave its length open.
    if (length === 0) return Buffer.from(codestream.subarray(offset)).includes("\xff\xd9", "latin1");
    offset += length;
    if (isTilePart && offset + 2 <= view.byteLength && view.getUint16(offset) === endOfCodestream)
      return true;
  }
  return false;
};
