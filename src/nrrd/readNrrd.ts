import type { Volume } from "../domain/grid.ts";
import { finite, type PatientImage, patientImage } from "../volumeFile/judge.ts";
import type { NumberType } from "../volumeFile/numbers.ts";
import { bytesOfType } from "../volumeFile/numbers.ts";
import { parseNumbers, parseSizes, quote } from "../volumeFile/parseNumbers.ts";
import { countVoxels } from "../volumeFile/size.ts";
import { type FindBeside, readSource, type Source, type Stored, sourceOf } from "../volumeFile/source.ts";
import { invalid, isSeveral, type NrrdHeader, readHeader, required } from "./header.ts";
import { readGeometry } from "./readGeometry.ts";

const named = (type: NumberType, ...names: readonly string[]) => names.map((name) => [name, type] as const);

/** The names that the format knows for a type. */
const TYPES: ReadonlyMap<string, NumberType> = new Map([
  ...named("int8", "signed char", "int8", "int8_t"),
  ...named("uint8", "uchar", "unsigned char", "uint8", "uint8_t"),
  ...named("int16", "short", "short int", "signed short", "signed short int", "int16", "int16_t"),
  ...named("uint16", "ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
  ...named("int32", "int", "signed int", "int32", "int32_t"),
  ...named("uint32", "uint", "unsigned int", "uint32", "uint32_t"),
  ...named("int64", "longlong", "long long", "long long int", "signed long long"),
  ...named("int64", "signed long long int", "int64", "int64_t"),
  ...named("uint64", "ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
  ...named("float32", "float"),
  ...named("float64", "double"),
]);

/**
 * The single 3-D volume of an NRRD file, .nrrd or .nhdr with its data file: float32 (z,y,x), grid in LPS mm; raw, gzip and
 * text encoding. Throws NRRD_INVALID for anything else, and before memory is taken for voxels that the file cannot hold.
 */
export const readNrrd = (bytes: Uint8Array, findBeside: FindBeside): Volume =>
  finite(readVolume(bytes, findBeside), invalid);

/** The same of an image for the network. Throws as well for what `patientImage` refuses. */
export const readNrrdImage = (bytes: Uint8Array, findBeside: FindBeside): PatientImage =>
  patientImage(readVolume(bytes, findBeside), invalid);

/** The file in which the header says that the voxels lie; null: in its own. Throws NRRD_INVALID. */
export const dataFileOfNrrd = (bytes: Uint8Array): string | null =>
  readHeader(bytes).fields.get("datafile") ?? null;

const readVolume = (bytes: Uint8Array, findBeside: FindBeside): Volume => {
  const header = readHeader(bytes);
  const sizes = readSizes(header);
  const grid = readGeometry(header, sizes);
  const count = countVoxels(sizes, invalid);
  const encoding = { ...readType(header), slope: 1, intercept: 0 };
  const source = openSource(bytes, header, findBeside);
  return { grid, voxels: readSource(source, readEncoding(header), count, encoding, invalid) };
};

const readSizes = (header: NrrdHeader) => {
  const dimension = required(header, "dimension");
  const sizes = required(header, "sizes");
  if (dimension !== "3")
    throw invalid(
      `The image has ${quote(dimension)} dimensions of sizes ${quote(sizes)}; one 3-D volume is read. A segmentation in layers is exported from 3D Slicer as a label map.`,
    );
  return parseSizes("sizes", sizes, invalid);
};

const readType = (header: NrrdHeader): { type: NumberType; isLittleEndian: boolean } => {
  const name = required(header, "type");
  const type = TYPES.get(name.toLowerCase().replaceAll(/\s+/g, " "));
  if (type === undefined)
    throw invalid(`The type ${quote(name)} is none of the integer and float types that are read.`);
  const endian = header.fields.get("endian")?.toLowerCase();
  if (endian === "little" || endian === "big") return { type, isLittleEndian: endian === "little" };
  const isOrderNeeded = bytesOfType(type) > 1 && readEncoding(header).as !== "written";
  if (endian !== undefined || isOrderNeeded)
    throw invalid(`The byte order is ${quote(endian ?? "")}; it must be little or big.`);
  return { type, isLittleEndian: true };
};

const readEncoding = (header: NrrdHeader): Stored => {
  const encoding = required(header, "encoding").toLowerCase();
  const skip = (name: string): number =>
    parseNumbers(name, header.fields.get(name.replace(" ", "")) ?? "0", 1, invalid)[0] ?? Number.NaN;
  const [lines, bytes] = [skip("line skip"), skip("byte skip")];
  const isRaw = encoding === "raw";
  if (lines !== 0 || !Number.isInteger(bytes) || bytes < (isRaw ? -1 : 0) || (!isRaw && bytes !== 0))
    throw invalid(
      `A line skip of ${lines} and a byte skip of ${bytes} are not read in encoding ${encoding}.`,
    );
  if (isRaw) return { as: "raw", skip: bytes === -1 ? "all" : bytes };
  if (encoding === "gzip" || encoding === "gz") return { as: "deflated" };
  if (["ascii", "text", "txt"].includes(encoding)) return { as: "written" };
  throw invalid(`The encoding is ${quote(encoding)}; raw, gzip and ascii are read.`);
};

const openSource = (bytes: Uint8Array, header: NrrdHeader, findBeside: FindBeside): Source => {
  const name = header.fields.get("datafile");
  if (name === undefined) return sourceOf(bytes.subarray(header.bytes));
  if (isSeveral(name)) throw invalid(`The voxels lie in several files (${quote(name)}); save them as one.`);
  return findBeside(name, invalid);
};
