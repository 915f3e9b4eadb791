import type { Volume } from "../domain/grid.ts";
import type { Triple } from "../volumeFile/affineGrid.ts";
import { finite, type PatientImage, patientImage } from "../volumeFile/judge.ts";
import type { NumberType } from "../volumeFile/numbers.ts";
import { parseNumbers, parseSizes, quote } from "../volumeFile/parseNumbers.ts";
import { countVoxels } from "../volumeFile/size.ts";
import { type FindBeside, readSource, type Source, type Stored, sourceOf } from "../volumeFile/source.ts";
import { invalid, type MetaHeader, oneOf, readHeader, required } from "./header.ts";
import { readGeometry } from "./readGeometry.ts";

/** The long of MetaIO has four bytes, whatever machine wrote it. */
const TYPES: Readonly<Record<string, NumberType>> = {
  MET_CHAR: "int8",
  MET_UCHAR: "uint8",
  MET_SHORT: "int16",
  MET_USHORT: "uint16",
  MET_INT: "int32",
  MET_UINT: "uint32",
  MET_LONG: "int32",
  MET_ULONG: "uint32",
  MET_LONG_LONG: "int64",
  MET_ULONG_LONG: "uint64",
  MET_FLOAT: "float32",
  MET_DOUBLE: "float64",
};

/**
 * The single 3-D volume of a MetaImage file, .mha or .mhd with its data file: float32 (z,y,x), grid in LPS mm; raw, deflated
 * and written out. Throws METAIMAGE_INVALID for anything else, and before memory is taken for voxels that the file cannot
 * hold.
 */
export const readMetaImage = (bytes: Uint8Array, findBeside: FindBeside): Volume =>
  finite(readVolume(bytes, findBeside), invalid);

/** The same of an image for the network. Throws as well for what `patientImage` refuses. */
export const readMetaImageOfPatient = (bytes: Uint8Array, findBeside: FindBeside): PatientImage =>
  patientImage(readVolume(bytes, findBeside), invalid);

const isLocal = (name: string): boolean => name.toUpperCase() === "LOCAL";

/** The file in which the header says that the voxels lie; null: in its own. Throws METAIMAGE_INVALID. */
export const dataFileOfMetaImage = (bytes: Uint8Array): string | null => {
  const name = required(readHeader(bytes), "ElementDataFile");
  return isLocal(name) ? null : name;
};

const readVolume = (bytes: Uint8Array, findBeside: FindBeside): Volume => {
  const header = readHeader(bytes);
  const sizes = readSizes(header);
  const grid = readGeometry(header, sizes);
  const count = countVoxels(sizes, invalid);
  const isLittleEndian = !isTrue(header, "BinaryDataByteOrderMSB", "ElementByteOrderMSB");
  const encoding = { type: readType(header), isLittleEndian, slope: 1, intercept: 0 };
  const stored = readEncoding(header);
  const source = openSource(bytes, header, findBeside);
  const announced = stored.as === "deflated" ? announcedOf(header, source) : source;
  return { grid, voxels: readSource(announced, stored, count, encoding, invalid) };
};

const isTrue = (header: MetaHeader, ...names: readonly string[]): boolean => {
  const value = oneOf(header, names) ?? "False";
  if (!/^(true|false|1|0)$/i.test(value))
    throw invalid(`${names[0]} is ${quote(value)}; it must be True or False.`);
  return /^(true|1)$/i.test(value);
};

const readSizes = (header: MetaHeader): Triple => {
  const kind = header.fields.get("ObjectType") ?? "Image";
  if (kind !== "Image") throw invalid(`The file holds a ${quote(kind)} and no image.`);
  const [dimensions, sizes] = [required(header, "NDims"), required(header, "DimSize")];
  if (dimensions !== "3")
    throw invalid(
      `The image has ${quote(dimensions)} dimensions of sizes ${quote(sizes)}; one 3-D volume is read.`,
    );
  return parseSizes("DimSize", sizes, invalid);
};

const readType = (header: MetaHeader): NumberType => {
  const channels = header.fields.get("ElementNumberOfChannels") ?? "1";
  if (channels !== "1") throw invalid(`Each voxel has ${quote(channels)} numbers; one is read.`);
  // ITK leaves these out of account, other programs do not: what the numbers mean cannot be told.
  const scaling = [
    header.fields.get("ElementToIntensityFunctionSlope") ?? "1",
    header.fields.get("ElementToIntensityFunctionOffset") ?? "0",
  ] as const;
  if (Number(scaling[0]) !== 1 || Number(scaling[1]) !== 0)
    throw invalid(
      `The values are said to be scaled (${quote(scaling.join(" and "))}), which programs read differently.`,
    );
  const name = required(header, "ElementType");
  const type = TYPES[name];
  if (type === undefined)
    throw invalid(`The type ${quote(name)} is none of the integer and float types that are read.`);
  return type;
};

const readEncoding = (header: MetaHeader): Stored => {
  const isBinary = !header.fields.has("BinaryData") || isTrue(header, "BinaryData");
  const isCompressed = isTrue(header, "CompressedData");
  const skip = parseNumbers("HeaderSize", header.fields.get("HeaderSize") ?? "0", 1, invalid)[0] ?? 0;
  if (!Number.isInteger(skip) || skip < -1) throw invalid(`HeaderSize is ${skip}.`);
  if (isBinary && !isCompressed) return { as: "raw", skip: skip === -1 ? "all" : skip };
  if (skip !== 0 || (!isBinary && isCompressed))
    throw invalid(`Voxels that are compressed or written out are not read with a HeaderSize of ${skip}.`);
  return { as: isCompressed ? "deflated" : "written" };
};

/** As many bytes as the header says that the stream has; all where it says nothing, or 0 as MetaIO does before it knows. */
const announcedOf = (header: MetaHeader, source: Source): Source => {
  const [size = 0] = parseNumbers(
    "CompressedDataSize",
    header.fields.get("CompressedDataSize") ?? "0",
    1,
    invalid,
  );
  if (size === 0) return source;
  if (!Number.isInteger(size) || size < 0 || size > source.size)
    throw invalid(`CompressedDataSize is ${size}, and there are ${source.size} bytes.`, {
      announced: size,
      size: source.size,
    });
  return { size, read: (most) => source.read(Math.min(most, size)) };
};

const openSource = (bytes: Uint8Array, header: MetaHeader, findBeside: FindBeside): Source => {
  const name = required(header, "ElementDataFile");
  if (isLocal(name)) return sourceOf(bytes.subarray(header.bytes));
  if (/^LIST\b|%/.test(name))
    throw invalid(`The voxels lie in several files (${quote(name)}); save them as one.`);
  return findBeside(name, invalid);
};
