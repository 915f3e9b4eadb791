import { ownBytes } from "../domain/ownBytes.ts";
import { invalid, type NiftiHeader } from "./header.ts";

type Reader = { readonly name: string; readonly bytes: number; readonly open: (data: Uint8Array) => Stored };
type Stored = ArrayLike<number> | ArrayLike<bigint>;

/** The view of `data`, which starts at the beginning of its buffer. Node runs on little-endian machines. */
const reader = (
  name: string,
  view: {
    readonly BYTES_PER_ELEMENT: number;
    new (buffer: ArrayBufferLike, start: number, length: number): Stored;
  },
): Reader => ({
  name,
  bytes: view.BYTES_PER_ELEMENT,
  open: (data) => new view(data.buffer, data.byteOffset, data.byteLength / view.BYTES_PER_ELEMENT),
});

/** NIfTI-1 datatype codes that hold one real number per voxel. */
const READERS: Readonly<Record<number, Reader>> = {
  2: reader("uint8", Uint8Array),
  4: reader("int16", Int16Array),
  8: reader("int32", Int32Array),
  16: reader("float32", Float32Array),
  64: reader("float64", Float64Array),
  256: reader("int8", Int8Array),
  512: reader("uint16", Uint16Array),
  768: reader("uint32", Uint32Array),
  1024: reader("int64", BigInt64Array),
  1280: reader("uint64", BigUint64Array),
};

/** Bytes per voxel. Throws NIFTI_INVALID for colour, complex and unknown types, and where the header contradicts itself. */
export function voxelBytes(header: NiftiHeader): number {
  const { datatype, bitsPerVoxel } = header;
  const found = READERS[datatype];
  if (found === undefined) {
    throw invalid(`The datatype ${datatype} is none of the integer and float types that are read.`, {
      datatype,
    });
  }
  if (found.bytes * 8 !== bitsPerVoxel) {
    throw invalid(
      `The header says ${bitsPerVoxel} bits per voxel, but ${found.name} has ${found.bytes * 8}.`,
      {
        datatype,
        bitsPerVoxel,
      },
    );
  }
  return found.bytes;
}

/** Scaled values as float32 in file order; `data` are exactly the stored voxels. */
export function readVoxels(data: Uint8Array, header: NiftiHeader): Float32Array {
  const bytes = voxelBytes(header);
  const stored = (READERS[header.datatype] as Reader).open(inHostOrder(data, bytes, header.isLittleEndian));
  const voxels = new Float32Array(stored.length);
  const { slope, intercept } = header;
  for (let n = 0; n < voxels.length; n++) voxels[n] = Number(stored[n]) * slope + intercept;
  return voxels;
}

/** Throws NIFTI_INVALID for a value that is not finite. */
export function requireFinite(voxels: Float32Array): void {
  const broken = voxels.findIndex((value) => !Number.isFinite(value));
  if (broken < 0) return;
  throw invalid(`Voxel ${broken} of ${voxels.length} is not a finite number.`, {
    voxel: broken,
    value: String(voxels[broken]),
  });
}

/** NaN set to 0 in place, as nnU-Net v1 does (`GenericPreprocessor.resample_and_normalize`); how many there were. */
export function replaceNan(voxels: Float32Array): number {
  let replaced = 0;
  for (let n = 0; n < voxels.length; n++) {
    if (!Number.isNaN(voxels[n])) continue;
    voxels[n] = 0;
    replaced++;
  }
  return replaced;
}

/** The same bytes where they can be viewed as they lie, else a copy: the caller's bytes are never changed. */
function inHostOrder(data: Uint8Array, bytes: number, isLittleEndian: boolean): Uint8Array {
  if (isLittleEndian && data.byteOffset % bytes === 0) return data;
  const copy = Buffer.from(ownBytes(data).buffer);
  if (isLittleEndian) return copy;
  if (bytes === 2) return copy.swap16();
  if (bytes === 4) return copy.swap32();
  return bytes === 8 ? copy.swap64() : copy;
}
