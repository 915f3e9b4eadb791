import { failed } from "../domain/failure.ts";
import { quote } from "../volumeFile/parseNumbers.ts";

/** Segmentations carry tables in their headers; none of a megabyte. */
const MOST_HEADER_BYTES = 2 ** 23;

const NEWEST_VERSION = 5;

export type NrrdHeader = {
  /** By name, in lower case and without spaces: the format knows `data file` and `datafile`. */
  readonly fields: ReadonlyMap<string, string>;
  /** Where attached voxels begin. */
  readonly bytes: number;
};

export const invalid = (sentence: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) =>
  failed("NRRD_INVALID", sentence, details, cause);

/** Whether bytes begin as an NRRD file does, attached or detached. */
export const isNrrd = (head: Uint8Array): boolean =>
  /^NRRD000\d\r?\n/.test(String.fromCharCode(...head.subarray(0, 10)));

/**
 * The fields before the first empty line, or before the end of a header whose voxels lie elsewhere. Throws NRRD_INVALID.
 * Source: teem.sourceforge.net/nrrd/format.html, sections 1 to 5.
 */
export const readHeader = (file: Uint8Array): NrrdHeader => {
  if (!isNrrd(file)) throw invalid("The file does not begin with NRRD and the number of a version.");
  const version = (file[7] ?? 0) - 0x30;
  if (version < 1 || version > NEWEST_VERSION)
    throw invalid(`The file is of version ${version}; 1 to ${NEWEST_VERSION} are read.`, { version });
  const text = Buffer.from(file.subarray(0, MOST_HEADER_BYTES)).toString("latin1");
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null && file.length > MOST_HEADER_BYTES)
    throw invalid(`The header has no end within ${MOST_HEADER_BYTES} bytes.`);
  const fields = new Map<string, string>();
  for (const line of text.slice(0, end?.index).split(/\r?\n/).slice(1)) {
    // Comments, and keys of programs, which say nothing of the voxels.
    if (line.startsWith("#") || /^[^:]*:=/.test(line) || line.trim() === "") continue;
    const [, name, value] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw invalid(`The header's line ${quote(line)} is no field.`);
    const field = name.replaceAll(/\s/g, "").toLowerCase();
    if (fields.has(field)) throw invalid(`The header says ${quote(name)} twice.`);
    fields.set(field, value.trim());
    // The names of the files follow, to the end (section 5).
    if (field === "datafile" && isList(value)) break;
  }
  return { fields, bytes: end === null ? file.length : end.index + end[0].length };
};

/** Whether the voxels are said to lie in files that are named one a line. */
const isList = (dataFile: string): boolean => /^LIST\b/.test(dataFile);

/** Whether they are said to lie in several files, listed or numbered. */
export const isSeveral = (dataFile: string): boolean => isList(dataFile) || dataFile.includes("%");

/** The value of a field that must be there. Throws NRRD_INVALID. */
export const required = ({ fields }: NrrdHeader, name: string): string => {
  const value = fields.get(name.replaceAll(" ", ""));
  if (value === undefined) throw invalid(`The header does not say ${name}.`);
  return value;
};
