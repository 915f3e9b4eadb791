import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

type NpyVoxels = Float32Array | Uint8Array | Uint16Array;

export type NpyArray = { readonly shape: readonly number[]; readonly values: NpyVoxels };

const views: Record<string, (bytes: ArrayBuffer) => NpyVoxels> = {
  "<f4": (bytes) => new Float32Array(bytes),
  "|u1": (bytes) => new Uint8Array(bytes),
  "<u2": (bytes) => new Uint16Array(bytes),
};

/** An array in NumPy's .npy format 1.0 (also gzipped), C order, little endian: float32, uint8 or uint16. */
export const readNpy = (path: string): NpyArray => {
  const file = readFileSync(path);
  const bytes = path.endsWith(".gz") ? gunzipSync(file) : file;
  const headerLength = bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, 10 + headerLength);
  const type = /'descr': '([^']+)'/.exec(header)?.[1] ?? "";
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "";
  const view = views[type];
  if (view === undefined || header.includes("'fortran_order': True"))
    throw new Error(`cannot read ${header}`);
  const body = bytes.subarray(10 + headerLength);
  const copy = new ArrayBuffer(body.length);
  new Uint8Array(copy).set(body);
  return {
    shape: shape
      .split(",")
      .filter((n) => n.trim() !== "")
      .map(Number),
    values: view(copy),
  };
};

export const readNpyFloat32 = (path: string): { shape: readonly number[]; values: Float32Array } => {
  const { shape, values } = readNpy(path);
  if (!(values instanceof Float32Array)) throw new Error(`${path} does not hold float32`);
  return { shape, values };
};

export const readNpyUint8 = (path: string): { shape: readonly number[]; values: Uint8Array } => {
  const { shape, values } = readNpy(path);
  if (!(values instanceof Uint8Array)) throw new Error(`${path} does not hold uint8`);
  return { shape, values };
};
