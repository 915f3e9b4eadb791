import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** One 3-D volume of a NIfTI-1 file as any program reads it; shares nothing with the product's reader and writer. */
export type NiftiVolume = {
  readonly name: string;
  /** Along (i,j,k), i fastest. */
  readonly shape: readonly number[];
  /** Three rows of the sform: (i,j,k,1) to RAS mm. */
  readonly affine: readonly (readonly number[])[];
  /** Scaled; empty where the voxels are colours. */
  readonly values: Float32Array;
  /** One step of the stored values. */
  readonly slope: number;
  readonly isColour: boolean;
};

type Reader = { readonly bytes: number; readonly at: (view: DataView, offset: number) => number };

const readers: Readonly<Record<number, Reader>> = {
  2: { bytes: 1, at: (view, offset) => view.getUint8(offset) },
  4: { bytes: 2, at: (view, offset) => view.getInt16(offset, true) },
  8: { bytes: 4, at: (view, offset) => view.getInt32(offset, true) },
  16: { bytes: 4, at: (view, offset) => view.getFloat32(offset, true) },
  64: { bytes: 8, at: (view, offset) => view.getFloat64(offset, true) },
  128: { bytes: 3, at: () => 0 },
  256: { bytes: 1, at: (view, offset) => view.getInt8(offset) },
  512: { bytes: 2, at: (view, offset) => view.getUint16(offset, true) },
};

/** Every volume of a little-endian .nii or .nii.gz file. */
export const readNiftiVolumes = (path: string): readonly NiftiVolume[] => {
  const file = readFileSync(path);
  const bytes = path.endsWith(".gz") ? gunzipSync(file) : file;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dim = Array.from({ length: 8 }, (_, n) => view.getInt16(40 + 2 * n, true));
  const shape = dim.slice(1, 4).map((size) => Math.max(1, size));
  const datatype = view.getInt16(70, true);
  const reader = readers[datatype];
  if (reader === undefined) throw new Error(`${path} has datatype ${datatype}`);
  const affine = [280, 296, 312].map((row) => [0, 4, 8, 12].map((n) => view.getFloat32(row + n, true)));
  const slope = view.getFloat32(112, true) || 1;
  const intercept = view.getFloat32(116, true);
  const count = shape.reduce((product, size) => product * size, 1);
  const volumes = dim.slice(4, 1 + Math.max(3, dim[0] ?? 3)).reduce((product, size) => product * size, 1);
  const isColour = datatype === 128;
  return Array.from({ length: volumes }, (_, n) => {
    const start = view.getFloat32(108, true) + n * count * reader.bytes;
    const values = new Float32Array(isColour ? 0 : count);
    for (let at = 0; at < values.length; at++)
      values[at] = reader.at(view, start + at * reader.bytes) * slope + intercept;
    return { name: path, shape, affine, values, slope, isColour };
  });
};
