import { failed } from "../domain/failure.ts";

/** Length of a NIfTI-1 header, bytes; voxels of a single file start after it and its 4-byte extension flag. */
export const HEADER_BYTES = 348;
export const FIRST_VOXEL_BYTE = 352;

/** Byte offsets of the fields that carry geometry and values (nifti1.h). */
export const FIELD = {
  dim: 40,
  datatype: 70,
  bitpix: 72,
  pixdim: 76,
  voxOffset: 108,
  sclSlope: 112,
  sclInter: 116,
  xyztUnits: 123,
  qformCode: 252,
  sformCode: 254,
  quaternBcd: 256,
  qoffset: 268,
  srow: 280,
  magic: 344,
} as const;

/** Three numbers in file order (i,j,k). */
export type Triple = readonly [number, number, number];

/** The parts of a header that decide what the voxels are; checked against each other, not against the file's length. */
export type NiftiHeader = {
  readonly isLittleEndian: boolean;
  /** Voxels along (i,j,k), i fastest. */
  readonly sizes: Triple;
  readonly datatype: number;
  readonly bitsPerVoxel: number;
  readonly voxelOffset: number;
  /** Value = stored × slope + intercept. */
  readonly slope: number;
  readonly intercept: number;
};

/** Throws NIFTI_INVALID for anything but one 3-D volume in a NIfTI-1 single file. Source: nifti1.h. */
export function readHeader(bytes: Uint8Array): { header: NiftiHeader; view: DataView } {
  if (bytes.length < FIRST_VOXEL_BYTE) {
    throw invalid(`The file has ${bytes.length} bytes; a NIfTI-1 header needs ${FIRST_VOXEL_BYTE}.`, {
      bytes: bytes.length,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, FIRST_VOXEL_BYTE);
  const isLittleEndian = readByteOrder(view);
  readMagic(bytes);
  const header = {
    isLittleEndian,
    sizes: readSizes(view, isLittleEndian),
    datatype: view.getInt16(FIELD.datatype, isLittleEndian),
    bitsPerVoxel: view.getInt16(FIELD.bitpix, isLittleEndian),
    voxelOffset: readVoxelOffset(view, isLittleEndian),
    ...readScaling(view, isLittleEndian),
  };
  return { header, view };
}

export const invalid = (sentence: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) =>
  failed("NIFTI_INVALID", sentence, details, cause);

function readByteOrder(view: DataView): boolean {
  if (view.getInt32(0, true) === HEADER_BYTES) return true;
  if (view.getInt32(0, false) === HEADER_BYTES) return false;
  const length = view.getInt32(0, true);
  const isSecondVersion = length === 540 || view.getInt32(0, false) === 540;
  throw invalid(
    isSecondVersion
      ? "This is a NIfTI-2 file; only NIfTI-1 is read."
      : `The header announces ${length} bytes; NIfTI-1 has ${HEADER_BYTES}.`,
    { length },
  );
}

function readMagic(bytes: Uint8Array): void {
  const magic = String.fromCharCode(...bytes.subarray(FIELD.magic, FIELD.magic + 3));
  if (magic === "n+1" && bytes[FIELD.magic + 3] === 0) return;
  throw invalid(
    magic === "ni1"
      ? "The voxels lie in another file (.hdr and .img); only single .nii files are read."
      : "The header lacks the mark n+1 of a NIfTI-1 file.",
  );
}

/** Three axes; a fourth and higher ones only with one step each. */
function readSizes(view: DataView, isLittleEndian: boolean): Triple {
  const dim = Array.from({ length: 8 }, (_, n) => view.getInt16(FIELD.dim + 2 * n, isLittleEndian));
  const [axes = 0, i = 0, j = 0, k = 0, ...higher] = dim;
  const isOneVolume = axes >= 3 && axes <= 7 && higher.slice(0, axes - 3).every((steps) => steps === 1);
  if (!isOneVolume || i < 1 || j < 1 || k < 1) {
    throw invalid(
      `The image has dimensions ${dim.slice(1, 1 + Math.max(0, axes)).join(" × ")}; one 3-D volume is read.`,
      {
        dim,
      },
    );
  }
  return [i, j, k];
}

function readVoxelOffset(view: DataView, isLittleEndian: boolean): number {
  const offset = view.getFloat32(FIELD.voxOffset, isLittleEndian);
  if (Number.isInteger(offset) && offset >= FIRST_VOXEL_BYTE) return offset;
  throw invalid(`The voxels are said to start at byte ${offset}; the header ends at ${FIRST_VOXEL_BYTE}.`, {
    offset,
  });
}

/** Slope 0 means unscaled; so does NaN, which some writers leave there (nibabel reads it the same way). */
function readScaling(view: DataView, isLittleEndian: boolean): { slope: number; intercept: number } {
  const slope = view.getFloat32(FIELD.sclSlope, isLittleEndian);
  const intercept = view.getFloat32(FIELD.sclInter, isLittleEndian);
  if (slope === 0 || Number.isNaN(slope)) return { slope: 1, intercept: 0 };
  if (Number.isFinite(slope) && Number.isFinite(intercept)) return { slope, intercept };
  throw invalid(`The scaling is not finite: slope ${slope}, intercept ${intercept}.`, { slope, intercept });
}
