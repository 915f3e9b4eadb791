import { type DicomElement, type DicomElements, data } from "dcmjs";
import type { Header } from "../../domain/series.ts";
import { decodeText } from "./characterSet.ts";
import { characterSetTerms, readDataset } from "./dataset.ts";
import { privateDiffusion } from "./diffusion.ts";
import { asciiValue, openPart10, type Part10 } from "./part10.ts";
import { privateOfFile, privateOfJson } from "./privateValues.ts";

const numericTextVrs = new Set(["DS", "IS"]);
const encodedTextVrs = new Set(["LO", "LT", "PN", "SH", "ST", "UC", "UT"]);
const unlimitedTextVrs = new Set(["LT", "ST", "UT"]);
const bulkVrs = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "UN"]);

const decimalNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A decimal or integer string as a finite number, else null. Accepts padding and a decimal comma. */
const parseNumber = (value: unknown): number | null => {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string") return null;
  const plain = value
    .replace(/[\0\s]+$/, "")
    .trimStart()
    .replace(/^([^,.]*),([^,.]*)$/, "$1.$2");
  if (!decimalNumber.test(plain)) return null;
  const parsed = Number(plain);
  return Number.isFinite(parsed) ? parsed : null;
};

const personName = (value: string): Readonly<Record<string, string>> => {
  const groups = value.split("=");
  const named = ["Alphabetic", "Ideographic", "Phonetic"].map(
    (name, i) => [name, (groups[i] ?? "").trimEnd()] as const,
  );
  return Object.fromEntries(named.filter(([, text]) => text !== ""));
};

/** A file's text; JSON text is UTF-8 already, whatever its SpecificCharacterSet says. */
type CharacterSet = readonly string[] | "unicode";

const rawTexts = ({ _rawValue, Value }: DicomElement): readonly unknown[] => {
  const raw = _rawValue ?? Value ?? [];
  return Array.isArray(raw) ? raw : [raw];
};

const textValues = (element: DicomElement, terms: readonly string[]): unknown[] => {
  // Bytes of a two-byte character can look like the separator, so the parts are joined before they are decoded.
  const text = decodeText(rawTexts(element).map(String).join("\\"), terms).replace(/[\0 ]+$/, "");
  if (text === "") return [];
  if (unlimitedTextVrs.has(element.vr)) return [text];
  const values = text.split("\\").map((value) => value.trimEnd());
  return element.vr === "PN" ? values.map(personName) : values;
};

const plainValues = (element: DicomElement, characterSet: CharacterSet): readonly unknown[] => {
  const { vr, Value = [] } = element;
  if (vr === "SQ") return Value.map((item) => naturalize(item as DicomElements, characterSet));
  if (numericTextVrs.has(vr)) {
    // Text that is no number stays text, so that it is not mistaken for an absent value.
    return rawTexts(element).map((value) => parseNumber(value) ?? (value === "" ? null : value));
  }
  if (encodedTextVrs.has(vr) && characterSet !== "unicode") return textValues(element, characterSet);
  return Value.map((value) => (typeof value === "string" ? value.replace(/[\0 ]+$/, "") : value));
};

const keywordAndVr = (tag: string): { readonly name: string; readonly vr: string } | undefined =>
  data.DicomMetaDictionary.dictionary[`(${tag.slice(0, 4)},${tag.slice(4)})`.toUpperCase()];

const isPrivate = (tag: string): boolean => Number.parseInt(tag.slice(0, 4), 16) % 2 === 1;
/** No keyword of DICOM: a header holds whether there are pixels, never the pixels. */
const pixelKeyword = "HasPixels";
const pixelElement = /^7fe000(08|09|10)$/i;

const isFilled = (element: unknown): boolean =>
  element !== null &&
  typeof element === "object" &&
  ["BulkDataURI", "InlineBinary", "Value"].some((key) => key in element);

const isPixelGroup = (tag: string): boolean => /^7fe0/i.test(tag);

const naturalize = (elements: DicomElements, characterSet: CharacterSet): Record<string, unknown> => {
  const header: Record<string, unknown> = {};
  for (const [tag, element] of Object.entries(elements)) {
    const entry = keywordAndVr(tag);
    if (entry === undefined || element === null || typeof element !== "object") continue;
    if (isPrivate(tag) || isPixelGroup(tag)) continue;
    const vr = element.vr ?? entry.vr;
    if (element.Value !== undefined && bulkVrs.has(vr)) continue;
    const values = plainValues({ ...element, vr }, characterSet);
    const isEmpty = values.length === 0 || values.every((value) => value === null || value === "");
    header[entry.name] = isEmpty ? null : values.length === 1 && vr !== "SQ" ? values[0] : values;
  }
  return header;
};

const identifiers: Readonly<Record<string, number>> = {
  SOPClassUID: 0x00080016,
  SOPInstanceUID: 0x00080018,
  StudyInstanceUID: 0x0020000d,
  SeriesInstanceUID: 0x0020000e,
  FrameOfReferenceUID: 0x00200052,
};

/** As the file has them: dcmjs drops characters that are not allowed, and would make one UID of another. */
const rawIdentifiers = ({ bytes, elements }: Part10): Header =>
  Object.fromEntries(
    Object.entries(identifiers).flatMap(([keyword, tag]) => {
      const element = elements.find((each) => each.tag === tag);
      return element === undefined ? [] : [[keyword, asciiValue(bytes, element).trim() || null]];
    }),
  );

/** The header of a file whose layout is known; see `parseHeader`. */
export const headerOf = (part10: Part10): Header => {
  const header: Record<string, unknown> = {
    ...naturalize(readDataset(part10), characterSetTerms(part10)),
    ...rawIdentifiers(part10),
  };
  // De-identifiers empty the UIDs of the data set and leave those of the meta information.
  header["SOPClassUID"] ??= part10.mediaStorageSopClassUid || null;
  header["SOPInstanceUID"] ??= part10.mediaStorageSopInstanceUid || null;
  header["SpecificCharacterSet"] = "ISO_IR 192";
  // Compressed pixels have no length of their own.
  header[pixelKeyword] = part10.pixelData === null || part10.pixelData.length === 0 ? "NO" : "YES";
  return { ...header, ...privateDiffusion(header, privateOfFile(part10)) };
};

/**
 * Attributes of a DICOM file by keyword, without pixels (see `hasPixels`), private tags and other binary values; text
 * in Unicode, numbers as numbers, empty attributes null. What only private elements say of diffusion stands under the
 * standard keywords. Throws NOT_DICOM, TOO_LARGE (deflated).
 */
export const parseHeader = (bytes: Uint8Array): Header => headerOf(openPart10(bytes));

/** The same from one item of WADO-RS metadata (PS3.18 annex F). Its text is UTF-8 whatever SpecificCharacterSet says. */
export const headerFromJson = (dicomJson: Readonly<Record<string, unknown>>): Header => {
  const header = naturalize(dicomJson as DicomElements, "unicode");
  header["SpecificCharacterSet"] = "ISO_IR 192";
  const pixels = Object.entries(dicomJson).find(([tag]) => pixelElement.test(tag))?.[1];
  if (pixels !== undefined) header[pixelKeyword] = isFilled(pixels) ? "YES" : "NO";
  return { ...header, ...privateDiffusion(header, privateOfJson(dicomJson)) };
};

/** Whether the object has pixels; null where metadata do not name them, as some archives' never do. */
export const hasPixels = (header: Header): boolean | null => {
  const said = text(header, pixelKeyword);
  return said === null ? null : said === "YES";
};

const valuesOf = (header: Header, keyword: string): readonly unknown[] => {
  const value = header[keyword];
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
};

const asText = (value: unknown): string => {
  if (value !== null && typeof value === "object") {
    const { Alphabetic, Ideographic, Phonetic } = value as Record<string, unknown>;
    return asText(Alphabetic ?? Ideographic ?? Phonetic);
  }
  return value === null || value === undefined ? "" : String(value).trim();
};

/** Every non-empty value as text. */
export const texts = (header: Header, keyword: string): readonly string[] =>
  valuesOf(header, keyword)
    .map(asText)
    .filter((value) => value !== "");

/** The first value as text, or null. */
export const text = (header: Header, keyword: string): string | null => texts(header, keyword)[0] ?? null;

/** Every value as a finite number; empty as soon as one of them is none. */
export const numbers = (header: Header, keyword: string): readonly number[] => {
  const parsed = valuesOf(header, keyword).map(parseNumber);
  return parsed.every((value) => value !== null) ? parsed : [];
};

/** The first value as a finite number, or null. */
export const number = (header: Header, keyword: string): number | null =>
  parseNumber(valuesOf(header, keyword)[0]);
