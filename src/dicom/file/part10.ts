import { inflateRawSync } from "node:zlib";
import { failed } from "../../domain/failure.ts";
import { type Encoding, type RawElement, readElement, readPreamble, readTag } from "./elements.ts";
import { datasetEncoding, deflatedLittleEndian, implicitLittleEndian } from "./transferSyntax.ts";

/** The layout of one DICOM file: where its elements lie, nothing decoded. */
export type Part10 = {
  /** What the offsets count in: the file, or what a deflated data set inflates to. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly transferSyntaxUid: string;
  /** From the file meta information; empty when absent. */
  readonly mediaStorageSopClassUid: string;
  readonly mediaStorageSopInstanceUid: string;
  readonly encoding: Encoding;
  /** The data set before the pixel data, in file order. */
  readonly elements: readonly RawElement[];
  /** The pixel data, possibly cut short by the end of the file. */
  readonly pixelData: Omit<RawElement, "end"> | null;
};

const explicitLittle: Encoding = { explicit: true, littleEndian: true };
const prefixAt = 128;
const metaTags = { sopClass: 0x00020002, sopInstance: 0x00020003, transferSyntax: 0x00020010 };
/** Float, double float and integer pixel data. */
const pixelTags = new Set([0x7fe00008, 0x7fe00009, 0x7fe00010]);

/** The value of an element as plain characters, without padding. */
export const asciiValue = (bytes: Uint8Array, element: RawElement): string => {
  let text = "";
  for (const byte of bytes.subarray(element.valueStart, element.end)) text += String.fromCharCode(byte);
  return text.replace(/[\0 ]+$/, "");
};

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const hasPrefix = (view: DataView): boolean =>
  view.byteLength > prefixAt + 4 && view.getUint32(prefixAt) === 0x4449434d; // "DICM"

type Meta = { readonly values: ReadonlyMap<number, string>; readonly end: number };

const readMeta = (bytes: Uint8Array, view: DataView, start: number): Meta => {
  const values = new Map<number, string>();
  let offset = start;
  while (offset < view.byteLength && view.getUint16(offset, true) === 0x0002) {
    const element = readElement(view, offset, explicitLittle);
    values.set(element.tag, asciiValue(bytes, element));
    offset = element.end;
  }
  return { values, end: offset };
};

/** Writers confuse the two little endian syntaxes; the bytes where a VR would be cannot lie. */
const trueEncoding = (view: DataView, start: number, declared: Encoding): Encoding => {
  if (!declared.littleEndian || start + 6 > view.byteLength) return declared;
  const isLetter = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;
  return { ...declared, explicit: isLetter(view.getUint8(start + 4)) && isLetter(view.getUint8(start + 5)) };
};

/** Images have hundreds; every one costs memory, and a bomb of zeros would be nothing but elements. */
const mostElements = 100_000;

/** Far more than any slice and most multi-frame objects; a stranger's bytes could inflate a thousandfold. */
const maxInflatedBytes = 2 ** 29;

const inflate = (deflated: Uint8Array): Uint8Array => {
  try {
    return inflateRawSync(deflated, { maxOutputLength: maxInflatedBytes });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
      throw failed("TOO_LARGE", `The data set inflates to more than ${maxInflatedBytes} bytes.`, {
        maxBytes: maxInflatedBytes,
      });
    }
    throw failed("NOT_DICOM", "The deflated data set is damaged or cut short.");
  }
};

type Body = Pick<Part10, "bytes" | "view" | "encoding" | "elements" | "pixelData">;

const layOutBody = (bytes: Uint8Array, start: number, transferSyntaxUid: string): Body => {
  const view = viewOf(bytes);
  const encoding = trueEncoding(view, start, datasetEncoding(transferSyntaxUid));
  const elements: RawElement[] = [];
  let offset = start;
  while (
    offset < view.byteLength &&
    elements.length < mostElements &&
    !pixelTags.has(readTag(view, offset, encoding.littleEndian))
  ) {
    const element = readElement(view, offset, encoding);
    elements.push(element);
    offset = element.end;
  }
  if (elements.length === mostElements)
    throw failed("TOO_LARGE", `The data set has more than ${mostElements} elements.`, { mostElements });
  const pixelData = offset < view.byteLength ? readPreamble(view, offset, encoding) : null;
  return { bytes, view, encoding, elements, pixelData };
};

const layOut = (bytes: Uint8Array): Part10 => {
  const view = viewOf(bytes);
  const start = hasPrefix(view) ? prefixAt + 4 : 0;
  const group = view.getUint16(start, true);
  if (group !== 0x0002 && group !== 0x0008) throw failed("NOT_DICOM", "The file is no DICOM object.");
  const meta = readMeta(bytes, view, start);
  const transferSyntaxUid = meta.values.get(metaTags.transferSyntax) ?? implicitLittleEndian;
  const isDeflated = transferSyntaxUid === deflatedLittleEndian;
  return {
    transferSyntaxUid,
    mediaStorageSopClassUid: meta.values.get(metaTags.sopClass) ?? "",
    mediaStorageSopInstanceUid: meta.values.get(metaTags.sopInstance) ?? "",
    ...(isDeflated
      ? layOutBody(inflate(bytes.subarray(meta.end)), 0, transferSyntaxUid)
      : layOutBody(bytes, meta.end, transferSyntaxUid)),
  };
};

/**
 * The layout of a DICOM file (PS3.10 section 7), with or without preamble, meta information and group length.
 * Throws NOT_DICOM for anything that is not a complete data set, TOO_LARGE for one that inflates beyond all measure.
 */
export const openPart10 = (bytes: Uint8Array): Part10 => {
  try {
    return layOut(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw failed("NOT_DICOM", "The file ends inside a data element or is no DICOM object.", {
      bytes: bytes.byteLength,
    });
  }
};
