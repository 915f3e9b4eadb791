import { type DicomElement, type DicomElements, data } from "dcmjs";
import { failed } from "../../domain/failure.ts";
import { conform } from "./conform.ts";

/** Attributes by DICOM keyword. Null is an attribute of zero length (type 2); every sequence is an array. */
export type Dataset = { readonly [keyword: string]: Value };

export type Value =
  | string
  | number
  | null
  | ArrayBuffer
  | readonly string[]
  | readonly number[]
  | readonly Dataset[];

/** `own` values must conform to their VR; `copied` ones are the source's and stay as they are, however long. */
export type Provenance = "own" | "copied";

const unambiguousVrs = new Set(
  "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SQ SS ST TM UC UI UL UR US UT".split(" "),
);

/** The VR that the dictionary gives a keyword; null where there is no such keyword or it leaves a choice. */
export const vrOf = (keyword: string): string | null => {
  if (keyword === "PixelData") return "OB"; // BitsAllocated 1 or 8, Explicit VR (PS3.5 annex A.2)
  if (keyword === "PixelPaddingValue") return "US"; // PixelRepresentation 0
  const vr = data.DicomMetaDictionary.nameMap[keyword]?.vr;
  return vr !== undefined && unambiguousVrs.has(vr) ? vr : null;
};

/** Value multiplicity, such as "1" or "1-n"; null where there is no such keyword. */
export const vmOf = (keyword: string): string | null => data.DicomMetaDictionary.nameMap[keyword]?.vm ?? null;

const tagOf = (keyword: string): string =>
  (data.DicomMetaDictionary.nameMap[keyword]?.tag ?? "").replace(/[(),]/g, "");

const encodeElement = (keyword: string, value: Value, provenance: Provenance): DicomElement => {
  const vr = vrOf(keyword);
  // dcmjs would drop an unknown keyword and guess a VR, with no more than a line of log.
  if (vr === null) throw failed("INTERNAL", `${keyword} is no attribute that can be written.`, { keyword });
  if (value === null) return { vr };
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (vr === "SQ") return { vr, Value: values.map((item) => encodeDataset(item as Dataset, provenance)) };
  if (provenance === "own") for (const single of values) conform(keyword, vr, single);
  return { vr, Value: [...values] };
};

/**
 * The elements as dcmjs writes them. Throws INTERNAL for an unknown keyword or an own value that its VR does not
 * allow, UID_INVALID for a UID of other than digits and dots.
 */
export const encodeDataset = (dataset: Dataset, provenance: Provenance): DicomElements =>
  Object.fromEntries(
    Object.entries(dataset).map(([keyword, value]) => [
      tagOf(keyword),
      encodeElement(keyword, value, provenance),
    ]),
  );
