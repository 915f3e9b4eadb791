import { failed } from "../domain/failure.ts";
import { quote } from "../volumeFile/parseNumbers.ts";

const MOST_HEADER_BYTES = 2 ** 20;

export type MetaHeader = {
  readonly fields: ReadonlyMap<string, string>;
  /** Where voxels in the header's own file begin. */
  readonly bytes: number;
};

export const invalid = (sentence: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) =>
  failed("METAIMAGE_INVALID", sentence, details, cause);

/** Whether bytes begin as a MetaImage file does: lines of a key and its value, one of which is the kind or the dimensions. */
export const isMetaImage = (head: Uint8Array): boolean =>
  /^(?:\w+ *=[^\n]*\n){0,40}?(?:ObjectType|NDims) *=/.test(
    Buffer.from(head.subarray(0, 4096)).toString("latin1"),
  );

/**
 * The fields to `ElementDataFile`, which is the last. Throws METAIMAGE_INVALID.
 * Source: the MetaIO documentation of ITK, "MetaImage", "Tags".
 */
export const readHeader = (file: Uint8Array): MetaHeader => {
  const text = Buffer.from(file.subarray(0, MOST_HEADER_BYTES)).toString("latin1");
  const fields = new Map<string, string>();
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const line = text.slice(at, newline < 0 ? text.length : newline);
    at = newline < 0 ? text.length : newline + 1;
    if (line.trim() === "") continue;
    const [, name, value] = /^\s*(\w+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw invalid(`The header's line ${quote(line)} is no key with a value.`);
    if (fields.has(name)) throw invalid(`The header says ${quote(name)} twice.`);
    fields.set(name, value);
    if (name === "ElementDataFile") return { fields, bytes: at };
  }
  throw invalid("The header has no ElementDataFile, which is its end.");
};

/** The value under any of a field's names; undefined: it is not there. Throws METAIMAGE_INVALID where two say different things. */
export const oneOf = ({ fields }: MetaHeader, names: readonly string[]): string | undefined => {
  const found = names.filter((name) => fields.has(name));
  const values = new Set(found.map((name) => fields.get(name)));
  if (values.size > 1) throw invalid(`The header says ${found.join(" and ")}, and not the same.`);
  return [...values][0];
};

/** The value of a field that must be there, under one of its names. Throws METAIMAGE_INVALID. */
export const required = (header: MetaHeader, ...names: readonly string[]): string => {
  const value = oneOf(header, names);
  if (value === undefined) throw invalid(`The header does not say ${names[0]}.`);
  return value;
};
