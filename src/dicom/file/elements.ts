/** How data elements are laid out (DICOM PS3.5 section 7.1). */
export type Encoding = { readonly explicit: boolean; readonly littleEndian: boolean };

/** Where one data element lies in the bytes. */
export type RawElement = {
  /** Group in the upper, element in the lower 16 bits. */
  readonly tag: number;
  /** Null where the encoding is implicit. */
  readonly vr: string | null;
  readonly start: number;
  readonly valueStart: number;
  /** Length as declared, bytes; null when undefined. */
  readonly length: number | null;
  /** First byte after the element. */
  readonly end: number;
};

export const itemTag = 0xfffee000;
export const sequenceEndTag = 0xfffee0dd;
const itemEndTag = 0xfffee00d;
const undefinedLength = 0xffffffff;
const implicitLittle: Encoding = { explicit: false, littleEndian: true };

/** Real objects nest a handful of levels; a hostile one could exhaust the stack. */
const maxDepth = 64;

const vrsWithLongLength = new Set(
  "OB OD OF OL OV OW SQ SV UC UN UR UT UV".split(" "), // PS3.5 table 7.1-1
);

/** The tag at an offset. Throws RangeError beyond the end. */
export const readTag = (view: DataView, offset: number, littleEndian: boolean): number =>
  view.getUint16(offset, littleEndian) * 0x10000 + view.getUint16(offset + 2, littleEndian);

type Preamble = Omit<RawElement, "end">;

/** Tag, VR and length of the element at an offset, without following its value. Throws RangeError beyond the end. */
export const readPreamble = (view: DataView, start: number, encoding: Encoding): Preamble => {
  const { explicit, littleEndian } = encoding;
  const tag = readTag(view, start, littleEndian);
  const vr = explicit ? String.fromCharCode(view.getUint8(start + 4), view.getUint8(start + 5)) : null;
  const declared = (length: number, valueStart: number): Preamble => ({
    tag,
    vr,
    start,
    valueStart,
    length: length === undefinedLength ? null : length,
  });
  if (vr === null) return declared(view.getUint32(start + 4, littleEndian), start + 8);
  if (vrsWithLongLength.has(vr)) return declared(view.getUint32(start + 8, littleEndian), start + 12);
  return declared(view.getUint16(start + 6, littleEndian), start + 8);
};

const endOfItem = (view: DataView, start: number, encoding: Encoding, depth: number): number => {
  let offset = start;
  while (readTag(view, offset, encoding.littleEndian) !== itemEndTag) {
    offset = readElement(view, offset, encoding, depth).end;
  }
  return offset + 8;
};

const endOfItems = (view: DataView, start: number, encoding: Encoding, depth: number): number => {
  if (depth > maxDepth) throw new RangeError("sequences are nested too deeply");
  let offset = start;
  for (;;) {
    const tag = readTag(view, offset, encoding.littleEndian);
    const length = view.getUint32(offset + 4, encoding.littleEndian);
    offset += 8;
    if (tag === sequenceEndTag) return offset;
    if (tag !== itemTag) throw new RangeError("a sequence holds something other than items");
    offset = length === undefinedLength ? endOfItem(view, offset, encoding, depth) : offset + length;
  }
};

/** The element at an offset. Throws RangeError when it does not lie within the bytes. */
export const readElement = (view: DataView, start: number, encoding: Encoding, depth = 0): RawElement => {
  const preamble = readPreamble(view, start, encoding);
  // A sequence that passed through a system that did not know it is UN, and implicit inside (PS3.5 section 6.2.2).
  const inside = preamble.vr === "UN" ? implicitLittle : encoding;
  const end =
    preamble.length === null
      ? endOfItems(view, preamble.valueStart, inside, depth + 1)
      : preamble.valueStart + preamble.length;
  if (end > view.byteLength) throw new RangeError("an element is longer than the file");
  return { ...preamble, end };
};
