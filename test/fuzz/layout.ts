import { deflateRawSync } from "node:zlib";
import type { RawElement } from "../../src/dicom/file/elements.ts";
import { openPart10 } from "../../src/dicom/file/part10.ts";

/** A sound file taken apart, so that its elements can be changed one by one. */
export type Layout = {
  /** Preamble and meta information. */
  readonly head: Uint8Array;
  /** The data set, inflated where it was deflated. */
  readonly body: Uint8Array;
  readonly isDeflated: boolean;
  readonly explicit: boolean;
  readonly littleEndian: boolean;
  /** Offsets count in the body; the pixel data are the last one. */
  readonly elements: readonly RawElement[];
  readonly pixels: RawElement | null;
};

/** Bytes of the body from `start` to `end` replaced by others. */
export type Edit = { readonly start: number; readonly end: number; readonly bytes: Uint8Array };

/** Where the data set begins in a file with a preamble and a group length (PS3.10 section 7.1). */
export const metaEnd = (file: Uint8Array): number =>
  144 + new DataView(file.buffer, file.byteOffset).getUint32(140, true);

/** Null for what is no sound file; such seeds are changed as plain bytes only. */
export const layOut = (file: Uint8Array): Layout | null => {
  try {
    const part10 = openPart10(file);
    const isDeflated = part10.bytes.length !== file.length || part10.bytes.buffer !== file.buffer;
    const first = part10.elements[0]?.start ?? 0;
    const bodyStart = isDeflated
      ? 144 + new DataView(file.buffer, file.byteOffset).getUint32(140, true)
      : first;
    const shift = isDeflated ? 0 : first;
    const body = part10.bytes.subarray(shift);
    const moved = (element: RawElement): RawElement => ({
      ...element,
      start: element.start - shift,
      valueStart: element.valueStart - shift,
      end: element.end - shift,
    });
    const elements = part10.elements.map(moved);
    const { pixelData } = part10;
    const pixels = pixelData === null ? null : moved({ ...pixelData, end: part10.bytes.length });
    const { explicit, littleEndian } = part10.encoding;
    return {
      head: file.subarray(0, bodyStart),
      body,
      isDeflated,
      explicit,
      littleEndian,
      elements: pixels === null ? elements : [...elements, pixels],
      pixels,
    };
  } catch {
    return null;
  }
};

/** The whole file with these edits; of two that overlap the first in the body counts. */
export const assemble = ({ head, body, isDeflated }: Layout, edits: readonly Edit[]): Uint8Array => {
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const { start, end, bytes } of edits.toSorted((a, b) => a.start - b.start)) {
    if (start < offset) continue;
    chunks.push(body.subarray(offset, start), bytes);
    offset = end;
  }
  chunks.push(body.subarray(offset));
  const whole = Buffer.concat(chunks);
  return Buffer.concat([head, isDeflated ? deflateRawSync(whole, { level: 1 }) : whole]);
};

const longVrs = new Set("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split(" "));

/** An element in the layout's encoding; `length` may lie, and null leaves it undefined. */
export const encodeElement = (
  { explicit, littleEndian }: Layout,
  tag: number,
  vr: string,
  value: Uint8Array,
  length: number | null = value.length,
): Uint8Array => {
  const isLong = !explicit || longVrs.has(vr);
  const head = new DataView(new ArrayBuffer(explicit && isLong ? 12 : 8));
  head.setUint16(0, tag >>> 16, littleEndian);
  head.setUint16(2, tag & 0xffff, littleEndian);
  if (explicit) head.setUint16(4, vr.charCodeAt(0) * 256 + vr.charCodeAt(1));
  if (isLong) head.setUint32(explicit ? 8 : 4, length ?? 0xffffffff, littleEndian);
  else head.setUint16(6, (length ?? 0xffff) & 0xffff, littleEndian);
  return Buffer.concat([new Uint8Array(head.buffer), value]);
};
