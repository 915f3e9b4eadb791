import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { voxelCount, type Zyx, zyx } from "../../src/domain/axes.ts";

/** Array of a little-endian .nii.gz of uint8 or int16 as it lies in the file, x fastest; no orientation, no scaling. */
export const readNiftiArray = (path: string): { shape: Zyx<number>; voxels: Float32Array } => {
  const file = gunzipSync(readFileSync(path));
  const shape = zyx(file.readInt16LE(46), file.readInt16LE(44), file.readInt16LE(42));
  const datatype = file.readInt16LE(70);
  if (datatype !== 2 && datatype !== 4) throw new Error(`${path} has datatype ${datatype}`);
  const start = file.readFloatLE(108);
  const read =
    datatype === 2
      ? (i: number) => file.readUInt8(start + i)
      : (i: number) => file.readInt16LE(start + 2 * i);
  return { shape, voxels: Float32Array.from({ length: voxelCount(shape) }, (_, i) => read(i)) };
};
