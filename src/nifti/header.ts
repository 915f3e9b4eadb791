import { failed } from "../domain/failure.ts";
import type { Triple } from "../volumeFile/affineGrid.ts";
import { bytesOfType, type Encoding, type NumberType } from "../volumeFile/numbers.ts";
import { type Layout, NIFTI_1, NIFTI_2, readField } from "./layouts.ts";

/** NIfTI datatype codes that hold one real number per voxel. */
const TYPES: Readonly<Record<number, NumberType>> = {
  2: "uint8",
  4: "int16",
  8: "int32",
  16: "float32",
  64: "float64",
  256: "int8",
  512: "uint16",
  768: "uint32",
  1024: "int64",
  1280: "uint64",
};

/** What a header says of the place of its voxels, as it stands there. */
export type Placement = {
  readonly qformCode: number;
  readonly sformCode: number;
  readonly unit: number;
  /** The handedness, then the voxel size along (i,j,k). */
  readonly pixdim: readonly number[];
  readonly quaternBcd: readonly number[];
  readonly qoffset: readonly number[];
  /** Three rows of four. */
  readonly srow: readonly number[];
};

/** The parts of a header that decide what the voxels are; checked against each other, not against the file's length. */
export type NiftiHeader = {
  /** Voxels along (i,j,k), i fastest. */
  readonly sizes: Triple;
  readonly voxelOffset: number;
  readonly encoding: Encoding;
  readonly placement: Placement;
};

export const invalid = (sentence: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) =>
  failed("NIFTI_INVALID", sentence, details, cause);

/** Bytes that hold a header of either version. */
export const MOST_HEADER_BYTES = NIFTI_2.firstVoxelByte;

/** Whether bytes begin as a NIfTI file does. */
export const isNiftiHead = (head: Uint8Array): boolean => {
  if (head.length < 4) return false;
  const view = new DataView(head.buffer, head.byteOffset, 4);
  const lengths = [view.getInt32(0, true), view.getInt32(0, false)];
  return [NIFTI_1, NIFTI_2].some(({ headerBytes }) => lengths.includes(headerBytes));
};

type Numbers = (name: keyof Layout["fields"], count: number) => readonly number[];

/** Throws NIFTI_INVALID for anything but one 3-D volume in a NIfTI-1 or NIfTI-2 single file. Sources: nifti1.h, nifti2.h. */
export function readHeader(bytes: Uint8Array): NiftiHeader {
  const { layout, isLittleEndian } = readLayout(bytes);
  readMagic(bytes, layout);
  const view = new DataView(bytes.buffer, bytes.byteOffset, layout.firstVoxelByte);
  const numbers: Numbers = (name, count) => readField(view, layout, isLittleEndian, name, count);
  const one = (name: Parameters<Numbers>[0]): number => numbers(name, 1)[0] ?? Number.NaN;
  return {
    sizes: readSizes(numbers("dim", 8)),
    voxelOffset: readVoxelOffset(one("voxOffset"), layout),
    encoding: {
      isLittleEndian,
      type: readType(one("datatype"), one("bitpix")),
      ...readScaling(one("sclSlope"), one("sclInter")),
    },
    placement: {
      qformCode: one("qformCode"),
      sformCode: one("sformCode"),
      unit: one("xyztUnits") & 0x07,
      pixdim: numbers("pixdim", 4),
      quaternBcd: numbers("quaternBcd", 3),
      qoffset: numbers("qoffset", 3),
      srow: numbers("srow", 12),
    },
  };
}

/** Version and byte order, which the header's first number, its own length, tells. */
function readLayout(bytes: Uint8Array): { layout: Layout; isLittleEndian: boolean } {
  const tooShort = (layout: Layout) =>
    invalid(
      `The file has ${bytes.length} bytes; a NIfTI-${layout.version} header needs ${layout.firstVoxelByte}.`,
      { bytes: bytes.length },
    );
  if (bytes.length < 4) throw tooShort(NIFTI_1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 4);
  for (const layout of [NIFTI_1, NIFTI_2])
    for (const isLittleEndian of [true, false]) {
      if (view.getInt32(0, isLittleEndian) !== layout.headerBytes) continue;
      if (bytes.length < layout.firstVoxelByte) throw tooShort(layout);
      return { layout, isLittleEndian };
    }
  const length = view.getInt32(0, true);
  throw invalid(
    `The header announces ${length} bytes; NIfTI-1 has ${NIFTI_1.headerBytes}, NIfTI-2 ${NIFTI_2.headerBytes}.`,
    { length },
  );
}

function readMagic(bytes: Uint8Array, { version, magicAt, magic, pairMagic }: Layout): void {
  const found = String.fromCharCode(...bytes.subarray(magicAt, magicAt + magic.length));
  if (found === magic) return;
  throw invalid(
    found.startsWith(pairMagic)
      ? "The voxels lie in another file (.hdr and .img); only single .nii files are read."
      : `The header lacks the mark n+${version} of a NIfTI-${version} file.`,
  );
}

/** Three axes; a fourth and higher ones only with one step each. */
function readSizes(dim: readonly number[]): Triple {
  const [axes = 0, i = 0, j = 0, k = 0, ...higher] = dim;
  const isOneVolume = axes >= 3 && axes <= 7 && higher.slice(0, axes - 3).every((steps) => steps === 1);
  if (!isOneVolume || i < 1 || j < 1 || k < 1) {
    throw invalid(
      `The image has dimensions ${dim.slice(1, 1 + Math.max(0, axes)).join(" × ")}; one 3-D volume is read.`,
      { dim },
    );
  }
  return [i, j, k];
}

function readVoxelOffset(offset: number, { firstVoxelByte }: Layout): number {
  if (Number.isInteger(offset) && offset >= firstVoxelByte) return offset;
  throw invalid(`The voxels are said to start at byte ${offset}; the header ends at ${firstVoxelByte}.`, {
    offset,
  });
}

/** Throws for colour, complex and unknown types, and where the header contradicts itself. */
function readType(datatype: number, bitsPerVoxel: number): NumberType {
  const type = TYPES[datatype];
  if (type === undefined) {
    throw invalid(`The datatype ${datatype} is none of the integer and float types that are read.`, {
      datatype,
    });
  }
  const bits = bytesOfType(type) * 8;
  if (bits === bitsPerVoxel) return type;
  throw invalid(`The header says ${bitsPerVoxel} bits per voxel, but ${type} has ${bits}.`, {
    datatype,
    bitsPerVoxel,
  });
}

/** Slope 0 means unscaled; so does NaN, which some writers leave there (nibabel reads it the same way). */
function readScaling(slope: number, intercept: number): { slope: number; intercept: number } {
  if (slope === 0 || Number.isNaN(slope)) return { slope: 1, intercept: 0 };
  if (Number.isFinite(slope) && Number.isFinite(intercept)) return { slope, intercept };
  throw invalid(`The scaling is not finite: slope ${slope}, intercept ${intercept}.`, { slope, intercept });
}
