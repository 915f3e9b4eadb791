import { tagKey } from "../../dicom/file/dataset.ts";
import type { RawElement } from "../../dicom/file/elements.ts";
import { asciiValue, type Part10 } from "../../dicom/file/part10.ts";
import type { DicomJson, JsonElement } from "./dicomJson.ts";

const textVrs = new Set(["AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "SH", "ST", "TM", "UI", "UT"]);

/** More than this would come as bulk data; nobody asks for it here. */
const mostBytes = 1024;

const isPrivate = ({ tag, length, end, valueStart, vr }: RawElement): boolean =>
  (tag >>> 16) % 2 === 1 && length !== null && end - valueStart <= mostBytes && vr !== "SQ";

/** Elements 0010 to 00FF reserve blocks; their value is the creator's name (PS3.5 section 7.8.1). */
const isCreator = (tag: number): boolean => (tag & 0xffff) >= 0x10 && (tag & 0xffff) <= 0xff;

const textValues = (text: string, isNumeric: boolean): readonly unknown[] =>
  text.split("\\").map((value) => {
    if (value.trim() === "") return null;
    return isNumeric && Number.isFinite(Number(value)) ? Number(value) : value.trim();
  });

const floats = ({ view, encoding }: Part10, { valueStart, end }: RawElement, size: 4 | 8): number[] =>
  Array.from({ length: Math.floor((end - valueStart) / size) }, (_, n) => {
    const at = valueStart + n * size;
    return size === 4
      ? view.getFloat32(at, encoding.littleEndian)
      : view.getFloat64(at, encoding.littleEndian);
  });

const convert = (part10: Part10, element: RawElement): JsonElement => {
  const vr = element.vr ?? (isCreator(element.tag) ? "LO" : "UN");
  if (element.end === element.valueStart) return { vr };
  if (textVrs.has(vr))
    return { vr, Value: textValues(asciiValue(part10.bytes, element), vr === "DS" || vr === "IS") };
  if (vr === "FL" || vr === "FD") return { vr, Value: floats(part10, element, vr === "FL" ? 4 : 8) };
  const bytes = part10.bytes.subarray(element.valueStart, element.end);
  return { vr: "UN", InlineBinary: Buffer.from(bytes).toString("base64") };
};

/**
 * The small private elements of a file, as archives deliver them: scanners tell b-values nowhere else. Sequences and what
 * would be bulk data are left out.
 */
export const privateJson = (part10: Part10): DicomJson =>
  Object.fromEntries(
    part10.elements.filter(isPrivate).map((element) => [tagKey(element.tag), convert(part10, element)]),
  );
