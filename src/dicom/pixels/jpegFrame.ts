import type { Announced } from "./codec.ts";

const endOfImage = Buffer.from([0xff, 0xd9]);

/** DHT, JPG and DAC lie among the start-of-frame markers (ISO/IEC 10918-1 table B.1); JPEG-LS adds F7. */
const isStartOfFrame = (marker: number): boolean =>
  marker === 0xf7 || (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker));

/** Where the last end-of-image marker of a JPEG stands, -1 where it has been cut off. */
export const endOfJpeg = (codestream: Uint8Array): number =>
  Buffer.from(codestream.buffer, codestream.byteOffset, codestream.byteLength).lastIndexOf(endOfImage);

/**
 * The frame header of a whole JPEG whose start-of-frame marker is one of those given (ISO/IEC 10918-1 section B.2.2,
 * ISO/IEC 14495-1 annex C.2.2).
 */
export const jpegFrame = (codestream: Uint8Array, processes: readonly number[]): Announced | null => {
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8 || endOfJpeg(codestream) < 0) return null;
  let offset = 2;
  while (offset + 10 <= view.byteLength && view.getUint8(offset) === 0xff) {
    const marker = view.getUint8(offset + 1);
    if (isStartOfFrame(marker)) {
      if (!processes.includes(marker)) return null;
      return {
        bits: view.getUint8(offset + 4),
        height: view.getUint16(offset + 5),
        width: view.getUint16(offset + 7),
        components: view.getUint8(offset + 9),
      };
    }
    // Any number of FF may stand before a marker.
    offset += marker === 0xff ? 1 : 2 + view.getUint16(offset + 2);
  }
  return null;
};
