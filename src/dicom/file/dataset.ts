import { type DicomElements, data, log } from "dcmjs";
import { failed } from "../../domain/failure.ts";
import { itemTag, type RawElement, readTag } from "./elements.ts";
import { asciiValue, type Part10 } from "./part10.ts";
import { explicitBigEndian, explicitLittleEndian, implicitLittleEndian } from "./transferSyntax.ts";

// Its lines quote values, which may be patient text.
log.getLogger("validation.dcmjs").setLevel("silent", false);

const specificCharacterSet = 0x00080005;
const modalityLutSequence = 0x00283000;

/** Eight upper-case hexadecimal digits, as dcmjs keys its elements. */
export const tagKey = (tag: number): string => tag.toString(16).toUpperCase().padStart(8, "0");

const isPlain = ({ tag }: RawElement): boolean => {
  const group = tag >>> 16;
  const isPrivate = group % 2 === 1;
  const isGroupLength = (tag & 0xffff) === 0;
  const isOverlayOrCurve = group >>> 8 === 0x50 || group >>> 8 === 0x60;
  return !isPrivate && !isGroupLength && !isOverlayOrCurve && tag !== specificCharacterSet;
};

/** dcmjs reads the implicit items of a UN element as explicit ones and fails. */
const isUnknownSequence = ({ view }: Part10, element: RawElement): boolean =>
  element.vr === "UN" &&
  element.end - element.valueStart >= 8 &&
  readTag(view, element.valueStart, true) === itemTag;

const isSequence = ({ view, encoding }: Part10, element: RawElement): boolean =>
  element.length === null ||
  element.vr === "SQ" ||
  (element.end - element.valueStart >= 8 &&
    readTag(view, element.valueStart, encoding.littleEndian) === itemTag);

/** A file of these elements alone, with exactly its own buffer (dcmjs reads a pooled Buffer's `.buffer` from its start). */
const fileOf = ({ bytes, encoding }: Part10, elements: readonly RawElement[]): ArrayBuffer => {
  const little = encoding.explicit ? explicitLittleEndian : implicitLittleEndian;
  const syntax = encoding.littleEndian ? little : explicitBigEndian;
  const uid = syntax.length % 2 === 0 ? syntax : `${syntax}\0`;
  const metaLength = 8 + uid.length;
  const size = elements.reduce((sum, { start, end }) => sum + end - start, 0);
  const file = new Uint8Array(132 + 12 + metaLength + size);
  const view = new DataView(file.buffer);
  const put = (offset: number, text: string): void => {
    for (let i = 0; i < text.length; i++) file[offset + i] = text.charCodeAt(i);
  };
  put(128, "DICM\u0002\0\0\0UL\u0004\0");
  view.setUint32(140, metaLength, true);
  put(144, "\u0002\0\u0010\0UI");
  view.setUint16(150, uid.length, true);
  put(152, uid);
  let offset = 144 + metaLength;
  for (const { start, end } of elements) {
    file.set(bytes.subarray(start, end), offset);
    offset += end - start;
  }
  return file.buffer;
};

const parse = (part10: Part10, elements: readonly RawElement[]): DicomElements => {
  const level = log.getLevel();
  log.setLevel("silent", false);
  try {
    return data.DicomMessage.readFile(fileOf(part10, elements)).dict;
  } finally {
    log.setLevel(level, false);
  }
};

/** One element at a time; a sequence that cannot be read is left out, since none carries what a stack of images needs. */
const parseTolerantly = (part10: Part10, elements: readonly RawElement[]): DicomElements => {
  const parsed: DicomElements = {};
  for (const element of elements) {
    try {
      Object.assign(parsed, parse(part10, [element]));
    } catch {
      if (!isSequence(part10, element) || element.tag === modalityLutSequence) {
        throw failed("NOT_DICOM", `The element ${tagKey(element.tag)} cannot be read.`, {
          tag: tagKey(element.tag),
        });
      }
    }
  }
  return parsed;
};

const parseOrTolerate = (part10: Part10, elements: readonly RawElement[]): DicomElements => {
  try {
    return parse(part10, elements);
  } catch {
    return parseTolerantly(part10, elements);
  }
};

/** Text and numbers that describe an image take far less; parsing millions of values would take minutes. */
const mostValueBytes = 2 ** 20;

const isBearable = (part10: Part10, element: RawElement): boolean =>
  element.end - element.valueStart <= mostValueBytes || isSequence(part10, element);

/** Values of SpecificCharacterSet, empty when absent. */
export const characterSetTerms = ({ bytes, elements }: Part10): readonly string[] => {
  const element = elements.find(({ tag }) => tag === specificCharacterSet);
  return element === undefined ? [] : asciiValue(bytes, element).split("\\");
};

/**
 * The standard elements before the pixel data, as dcmjs parses them; text still byte for byte in windows-1252, empty
 * elements without a value, and none of more than a megabyte but sequences. Throws NOT_DICOM.
 */
export const readDataset = (part10: Part10): DicomElements => {
  const plain = part10.elements.filter(isPlain);
  const filled = plain.filter(
    (element) => element.length !== 0 && !isUnknownSequence(part10, element) && isBearable(part10, element),
  );
  const parsed = parseOrTolerate(part10, filled);
  for (const { tag, length } of plain) {
    // dcmjs reads an empty binary number as zero, and an empty PixelPaddingValue is none.
    if (length === 0) parsed[tagKey(tag)] = { vr: "UN" };
  }
  return parsed;
};
