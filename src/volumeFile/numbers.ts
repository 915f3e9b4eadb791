import { ownBytes } from "../domain/ownBytes.ts";
import type { Refuse } from "./refuse.ts";

type Stored = ArrayLike<number> | ArrayLike<bigint>;
type View = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, start: number, length: number): Stored;
};

const views = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies Readonly<Record<string, View>>;

/** What holds one real number per voxel. */
export type NumberType = keyof typeof views;

export const bytesOfType = (type: NumberType): number => views[type].BYTES_PER_ELEMENT;

export type Encoding = {
  readonly type: NumberType;
  readonly isLittleEndian: boolean;
  /** Value = stored × slope + intercept. */
  readonly slope: number;
  readonly intercept: number;
};

/** Scaled values as float32 in file order; `data` are exactly the stored voxels. Node runs on little-endian machines. */
export const readNumbers = (
  data: Uint8Array,
  { type, isLittleEndian, slope, intercept }: Encoding,
): Float32Array => {
  const view: View = views[type];
  const lying = inHostOrder(data, view.BYTES_PER_ELEMENT, isLittleEndian);
  const stored = new view(lying.buffer, lying.byteOffset, lying.byteLength / view.BYTES_PER_ELEMENT);
  const voxels = new Float32Array(stored.length);
  for (let n = 0; n < voxels.length; n++) voxels[n] = Number(stored[n]) * slope + intercept;
  return voxels;
};

/** No program writes more digits of one number. */
const LONGEST_NUMBER = 400;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x2c || (byte >= 0x09 && byte <= 0x0d);

/** As many numbers as are wanted, written out with spaces or commas between them. Throws for any other count. */
export const readWrittenNumbers = (
  text: Uint8Array,
  count: number,
  type: NumberType,
  refuse: Refuse,
): Float32Array => {
  // No number takes less than a digit and a space: what cannot be there asks for no memory.
  if (text.length < 2 * count - 1)
    throw refuse(`The header announces ${count} numbers; ${text.length} bytes hold fewer.`, { count });
  const isWhole = !type.startsWith("float");
  const values = new Float32Array(count);
  let found = 0;
  for (let at = 0; at < text.length; at++) {
    if (isSpace(text[at] as number)) continue;
    const start = at;
    while (at < text.length && !isSpace(text[at] as number)) at++;
    const word = Buffer.from(text.subarray(start, Math.min(at, start + LONGEST_NUMBER))).toString("latin1");
    const value = at - start > LONGEST_NUMBER ? Number.NaN : Number(word);
    if (Number.isNaN(value) || (isWhole && !Number.isInteger(value)))
      throw refuse(
        `The number ${found} of ${count} is written ${JSON.stringify(word)}, which is no ${type}.`,
      );
    if (found === count) throw refuse(`There are more than the ${count} numbers that the header announces.`);
    values[found++] = value;
  }
  if (found < count)
    throw refuse(`The header announces ${count} numbers; the file holds ${found}.`, { found });
  return values;
};

/** Throws for a value that is not finite. */
export const requireFinite = (voxels: Float32Array, refuse: Refuse): void => {
  const broken = voxels.findIndex((value) => !Number.isFinite(value));
  if (broken < 0) return;
  throw refuse(`Voxel ${broken} of ${voxels.length} is not a finite number.`, {
    voxel: broken,
    value: String(voxels[broken]),
  });
};

/** NaN set to 0 in place, as nnU-Net v1 does (`GenericPreprocessor.resample_and_normalize`); how many there were. */
export const replaceNan = (voxels: Float32Array): number => {
  let replaced = 0;
  for (let n = 0; n < voxels.length; n++) {
    if (!Number.isNaN(voxels[n])) continue;
    voxels[n] = 0;
    replaced++;
  }
  return replaced;
};

/** The same bytes where they can be viewed as they lie, else a copy: the caller's bytes are never changed. */
const inHostOrder = (data: Uint8Array, bytes: number, isLittleEndian: boolean): Uint8Array => {
  if (isLittleEndian && data.byteOffset % bytes === 0) return data;
  const copy = Buffer.from(ownBytes(data).buffer);
  if (isLittleEndian) return copy;
  if (bytes === 2) return copy.swap16();
  if (bytes === 4) return copy.swap32();
  return bytes === 8 ? copy.swap64() : copy;
};
