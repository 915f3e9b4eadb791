import { decodeText } from "../../dicom/file/characterSet.ts";
import { characterSetTerms, readDataset, tagKey } from "../../dicom/file/dataset.ts";
import type { Part10 } from "../../dicom/file/part10.ts";
import { privateJson } from "./privateJson.ts";

export type JsonElement = {
  readonly vr: string;
  readonly Value?: readonly unknown[];
  readonly InlineBinary?: string;
  readonly BulkDataURI?: string;
};

/** One data set of the DICOM JSON model (PS3.18 annex F): elements by tag, eight upper-case hexadecimal digits. */
export type DicomJson = Readonly<Record<string, JsonElement>>;

type Elements = ReturnType<typeof readDataset>;
type Element = Elements[string];

const encodedTextVrs = new Set(["LO", "LT", "PN", "SH", "ST", "UC", "UT"]);
const unlimitedTextVrs = new Set(["LT", "ST", "UT"]);
/** dcmjs makes numbers of some texts and drops from UIDs what does not belong there; these are read as they stand. */
const rawVrs = new Set(["DS", "IS", "UI"]);
const bulkVrs = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "UN"]);

/** An element of one VR; without values it is an empty one. */
export const jsonElement = (vr: string, ...values: readonly unknown[]): JsonElement =>
  values.length === 0 ? { vr } : { vr, Value: values };

/** The values of an element as text; person names by their first component group. */
export const jsonTexts = (dataset: DicomJson, tag: string): readonly string[] =>
  (dataset[tag]?.Value ?? []).filter((value) => value !== null).map(asText);

/** The first value as text, or the empty text. */
export const jsonText = (dataset: DicomJson, tag: string): string => jsonTexts(dataset, tag)[0] ?? "";

const asText = (value: unknown): string =>
  typeof value === "object" ? String(Object.values(value ?? {})[0] ?? "") : String(value);

/**
 * The elements of a file before its pixel data, in ascending order, all text in Unicode; of the private ones the small.
 * Throws NOT_DICOM.
 */
export const readDicomJson = (part10: Part10): DicomJson => {
  const dataset = convertItem(readDataset(part10), characterSetTerms(part10));
  for (const { tag, vr, length } of part10.elements)
    if (length === 0 && vr !== null && dataset[tagKey(tag)] !== undefined) dataset[tagKey(tag)] = { vr };
  dataset["00080005"] = jsonElement("CS", "ISO_IR 192");
  const whole = { ...privateJson(part10), ...dataset };
  return Object.fromEntries(Object.entries(whole).sort(([a], [b]) => (a < b ? -1 : 1)));
};

const convertItem = (elements: Elements, terms: readonly string[]): Record<string, JsonElement> =>
  Object.fromEntries(Object.entries(elements).map(([tag, element]) => [tag, convert(element, terms)]));

const convert = (element: Element, terms: readonly string[]): JsonElement => {
  const { vr, Value = [] } = element;
  if (vr === "SQ") return jsonElement(vr, ...Value.map((item) => convertItem(item as Elements, terms)));
  if (bulkVrs.has(vr)) return convertBinary(vr, Value);
  const values = encodedTextVrs.has(vr) ? convertText(element, terms) : convertPlain(element);
  return values.every((value) => value === null) ? { vr } : { vr, Value: values };
};

const convertBinary = (vr: string, values: readonly unknown[]): JsonElement => {
  const chunks = values
    .filter((value) => value instanceof ArrayBuffer || value instanceof Uint8Array)
    .map((value) => new Uint8Array(value));
  return chunks.length === 0 ? { vr } : { vr, InlineBinary: Buffer.concat(chunks).toString("base64") };
};

const rawTexts = ({ _rawValue, Value = [] }: Element): readonly unknown[] =>
  Array.isArray(_rawValue) ? _rawValue : _rawValue === undefined ? Value : [_rawValue];

const convertText = (element: Element, terms: readonly string[]): readonly unknown[] => {
  // Bytes of a two-byte character can look like the separator, so the parts are joined before they are decoded.
  const text = withoutPadding(decodeText(rawTexts(element).map(String).join("\\"), terms));
  const values = unlimitedTextVrs.has(element.vr) ? [text] : text.split("\\").map(withoutPadding);
  return values.map((value) => (value === "" ? null : element.vr === "PN" ? personName(value) : value));
};

const convertPlain = (element: Element): readonly unknown[] => {
  const isNumericText = element.vr === "DS" || element.vr === "IS";
  return (rawVrs.has(element.vr) ? rawTexts(element) : (element.Value ?? [])).map((value) => {
    if (typeof value === "bigint") return String(value);
    if (typeof value === "number") return element.vr === "AT" ? tagKey(value) : value;
    const text = withoutPadding(String(value ?? ""));
    if (text === "") return null;
    return isNumericText && Number.isFinite(Number(text)) ? Number(text) : text;
  });
};

/** PS3.18 F.2.2: up to three component groups. */
const personName = (value: string): Readonly<Record<string, string>> => {
  const groups = value.split("=").map(withoutPadding);
  const named = ["Alphabetic", "Ideographic", "Phonetic"].map((name, index) => [name, groups[index] ?? ""]);
  return Object.fromEntries(named.filter(([, text]) => text !== ""));
};

const withoutPadding = (text: string): string => text.replace(/[\0 ]+$/, "");
