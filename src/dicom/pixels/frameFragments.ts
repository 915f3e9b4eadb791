import { failed } from "../../domain/failure.ts";
import { itemTag, readTag, sequenceEndTag } from "../file/elements.ts";
import type { Part10 } from "../file/part10.ts";

/** Part of a file, bytes from its start; the end is not included. */
export type ByteRange = { readonly start: number; readonly end: number };

type Frames = readonly (readonly ByteRange[])[];

const itemHead = 8;
const extendedOffsetTable = 0x7fe00001;

export const pixelsTruncated = (have: number, need: number): Error =>
  failed("PIXEL_DATA_TRUNCATED", `The pixel data hold ${have} of ${need} bytes.`, { have, need });

/** Nothing at all is no number of bytes that falls short. */
const noPixels = (sentence: string): Error => failed("PIXEL_DATA_TRUNCATED", sentence, { have: 0, need: 1 });

/** The items of encapsulated pixel data: the offset table, then the fragments. A missing delimiter is no harm. */
const readItems = ({ view, pixelData }: Part10): readonly ByteRange[] => {
  if (pixelData === null) throw noPixels("The object has no pixel data.");
  if (pixelData.length !== null) {
    throw failed("PIXEL_DECODE_FAILED", "The transfer syntax says encapsulated, the pixels are not.");
  }
  const items: ByteRange[] = [];
  let offset = pixelData.valueStart;
  while (offset + itemHead <= view.byteLength) {
    const tag = readTag(view, offset, true);
    const start = offset + itemHead;
    const end = start + view.getUint32(offset + 4, true);
    if (tag === sequenceEndTag) break;
    if (tag !== itemTag) {
      throw failed("PIXEL_DECODE_FAILED", "The pixel data hold something other than items.");
    }
    if (end > view.byteLength) throw pixelsTruncated(view.byteLength - start, end - start);
    items.push({ start, end });
    offset = end;
  }
  return items;
};

/** The 64-bit table of PS3.3 section C.7.6.3, which replaces the 32-bit one, else that (PS3.5 annex A.4). */
const readOffsets = ({ view, elements }: Part10, basic: ByteRange): readonly number[] => {
  const extended = elements.find(({ tag }) => tag === extendedOffsetTable);
  if (extended !== undefined) {
    return Array.from({ length: (extended.end - extended.valueStart) >> 3 }, (_, k) =>
      Number(view.getBigUint64(extended.valueStart + 8 * k, true)),
    );
  }
  return Array.from({ length: (basic.end - basic.start) >> 2 }, (_, k) =>
    view.getUint32(basic.start + 4 * k, true),
  );
};

/** The fragments cut into frames before each of these indices, or null where they begin no such frames. */
const cutAt = (fragments: readonly ByteRange[], firsts: readonly number[], frames: number): Frames | null => {
  const isSound = firsts.length === frames && firsts[0] === 0;
  if (!isSound || firsts.some((first, k) => k > 0 && first <= (firsts[k - 1] ?? 0))) return null;
  return firsts.map((first, k) => fragments.slice(first, firsts[k + 1]));
};

const byOffsets = (
  fragments: readonly ByteRange[],
  offsets: readonly number[],
  frames: number,
): Frames | null => {
  const origin = fragments[0]?.start ?? 0;
  const indices = new Map(fragments.map(({ start }, index) => [start - origin, index]));
  return cutAt(
    fragments,
    offsets.map((offset) => indices.get(offset) ?? -1),
    frames,
  );
};

/** Whether a fragment begins with the first marker of a JPEG or of a JPEG 2000 codestream. */
const beginsCodestream = ({ view }: Part10, { start, end }: ByteRange): boolean =>
  end - start >= 4 && (view.getUint32(start) === 0xff4fff51 || view.getUint32(start) >>> 8 === 0xffd8ff);

/** Whether a fragment begins with the head of a run-length frame: a count of segments, the first behind it (PS3.5 annex G.5). */
const beginsRunLength = ({ view }: Part10, { start, end }: ByteRange): boolean =>
  end - start >= 64 && view.getUint32(start, true) <= 15 && view.getUint32(start + 4, true) === 64;

/** A frame that holds another image: which of them is meant cannot be told. */
const requireOneImageEach = (part10: Part10, frames: Frames): Frames => {
  const begins = (fragment: ByteRange): boolean =>
    beginsCodestream(part10, fragment) || beginsRunLength(part10, fragment);
  const images = frames.reduce((sum, [, ...others]) => sum + 1 + others.filter(begins).length, 0);
  if (images === frames.length) return frames;
  throw failed(
    "PIXEL_DECODE_FAILED",
    `The pixel data hold ${images} images, the header counts ${frames.length} frames: which of them are meant cannot be told.`,
    { images, frames: frames.length },
  );
};

const byMarkers = (part10: Part10, fragments: readonly ByteRange[], frames: number): Frames | null => {
  const firsts = fragments.flatMap((fragment, index) => (beginsCodestream(part10, fragment) ? [index] : []));
  return cutAt(fragments, firsts, frames);
};

/**
 * Where the fragments of each frame lie (P4). All belong to a single frame; several frames are told apart by a sound
 * offset table, else are one fragment each, else begin where a codestream does. A wrong table does not count.
 * Throws PIXEL_DATA_TRUNCATED, PIXEL_DECODE_FAILED.
 */
export const frameFragments = (part10: Part10, numberOfFrames: number): Frames => {
  const [table, ...fragments] = readItems(part10);
  if (table === undefined || fragments.every(({ start, end }) => start === end))
    throw noPixels("The encapsulated pixel data hold no fragment with anything in it.");
  if (numberOfFrames === 1) return requireOneImageEach(part10, [fragments]);
  const frames =
    byOffsets(fragments, readOffsets(part10, table), numberOfFrames) ??
    (fragments.length === numberOfFrames ? fragments.map((fragment) => [fragment]) : null) ??
    byMarkers(part10, fragments, numberOfFrames);
  if (frames !== null) return requireOneImageEach(part10, frames);
  throw failed(
    "PIXEL_DECODE_FAILED",
    `${fragments.length} fragments cannot be told apart as ${numberOfFrames} frames.`,
    { fragments: fragments.length, frames: numberOfFrames },
  );
};
