import { itemTag, readTag, sequenceEndTag } from "../../dicom/file/elements.ts";
import { number, parseHeader } from "../../dicom/file/header.ts";
import { openPart10, type Part10 } from "../../dicom/file/part10.ts";
import { failed } from "../../domain/failure.ts";

/** The frames of an instance as stored. */
export type Frames = { readonly transferSyntaxUid: string; readonly frames: readonly Uint8Array[] };

/**
 * Every frame of a Part 10 file, undecoded: native pixels cut apart, the fragments of an encapsulated frame joined; none
 * where there are no pixels. Throws PIXEL_DATA_TRUNCATED, PIXEL_DECODE_FAILED where the frames cannot be told apart.
 */
export const readFrames = (bytes: Uint8Array): Frames => {
  const part10 = openPart10(bytes);
  const { pixelData, transferSyntaxUid } = part10;
  if (pixelData === null) return { transferSyntaxUid, frames: [] };
  const header = parseHeader(bytes);
  const count = number(header, "NumberOfFrames") ?? 1;
  if (pixelData.length === null) return { transferSyntaxUid, frames: encapsulated(part10, count) };
  const numberOf = (keyword: string): number => number(header, keyword) ?? 0;
  const frameBits =
    numberOf("Rows") * numberOf("Columns") * (numberOf("SamplesPerPixel") || 1) * numberOf("BitsAllocated");
  const value = bytes.subarray(pixelData.valueStart, pixelData.valueStart + pixelData.length);
  return { transferSyntaxUid, frames: native(value, frameBits, count) };
};

const native = (value: Uint8Array, frameBits: number, count: number): readonly Uint8Array[] => {
  const need = Math.ceil((frameBits * count) / 8);
  if (frameBits === 0 || need > value.byteLength)
    throw failed("PIXEL_DATA_TRUNCATED", `The pixel data hold ${value.byteLength} of ${need} bytes.`, {
      have: value.byteLength,
      need,
    });
  return Array.from({ length: count }, (_, index) => cutBits(value, index * frameBits, frameBits));
};

/** Frames of single bits follow each other without a gap (PS3.5 8.1.1), so one may begin within a byte. */
const cutBits = (value: Uint8Array, startBit: number, bits: number): Uint8Array => {
  const [start, shift, length] = [Math.floor(startBit / 8), startBit % 8, Math.ceil(bits / 8)];
  if (shift === 0 && bits % 8 === 0) return value.subarray(start, start + length);
  const frame = Uint8Array.from({ length }, (_, index) => {
    const [low = 0, high = 0] = value.subarray(start + index, start + index + 2);
    return (low >> shift) | (high << (8 - shift));
  });
  const spare = length * 8 - bits;
  frame[length - 1] = (frame[length - 1] ?? 0) & (0xff >> spare);
  return frame;
};

type Fragment = { readonly bytes: Uint8Array; readonly offset: number };

/** Frames are told apart by the offset table, or are one fragment each, or there is but one (PS3.5 annex A.4). */
const encapsulated = (part10: Part10, count: number): readonly Uint8Array[] => {
  const [table, ...items] = readItems(part10);
  if (table === undefined || items.length === 0)
    throw failed("PIXEL_DECODE_FAILED", "The encapsulated pixel data hold no fragment.");
  const first = items[0]?.offset ?? 0;
  const fragments = items.map(({ bytes, offset }) => ({ bytes, offset: offset - first }));
  if (count === 1) return [join(fragments)];
  if (fragments.length === count) return fragments.map(({ bytes }) => bytes);
  const view = new DataView(table.bytes.buffer, table.bytes.byteOffset, table.bytes.byteLength);
  const starts = Array.from({ length: view.byteLength >> 2 }, (_, index) => view.getUint32(index * 4, true));
  if (starts.length !== count)
    throw failed(
      "PIXEL_DECODE_FAILED",
      `${fragments.length} fragments cannot be told apart as ${count} frames.`,
      {
        fragments: fragments.length,
        frames: count,
      },
    );
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? Number.POSITIVE_INFINITY;
    return join(fragments.filter(({ offset }) => offset >= start && offset < end));
  });
};

const join = (fragments: readonly Fragment[]): Uint8Array =>
  Buffer.concat(fragments.map(({ bytes }) => bytes));

/** The items of the pixel data, the offset table first; `offset` is that of an item's tag in the file. */
const readItems = ({ bytes, view, pixelData }: Part10): readonly Fragment[] => {
  const items: Fragment[] = [];
  for (let offset = pixelData?.valueStart ?? 0; offset + 8 <= view.byteLength; ) {
    const tag = readTag(view, offset, true);
    const length = view.getUint32(offset + 4, true);
    if (tag === sequenceEndTag) return items;
    if (tag !== itemTag || offset + 8 + length > view.byteLength) break;
    items.push({ bytes: bytes.subarray(offset + 8, offset + 8 + length), offset });
    offset += 8 + length;
  }
  throw failed("PIXEL_DECODE_FAILED", "The encapsulated pixel data do not come to their end.");
};
