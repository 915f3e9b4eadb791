import { type Dtype, isKind, malformedPickle, type NdArray, type PickleValue } from "./pickleValue.ts";

type Read = (view: DataView, offset: number, isLittle: boolean) => number | bigint | boolean;

const integer = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

const float16 = (bits: number): number => new Float16Array(Uint16Array.of(bits).buffer)[0] as number;

const readers: Readonly<Record<string, readonly [number, Read]>> = {
  b1: [1, (view, at) => view.getUint8(at) !== 0],
  i1: [1, (view, at) => view.getInt8(at)],
  u1: [1, (view, at) => view.getUint8(at)],
  i2: [2, (view, at, isLittle) => view.getInt16(at, isLittle)],
  u2: [2, (view, at, isLittle) => view.getUint16(at, isLittle)],
  i4: [4, (view, at, isLittle) => view.getInt32(at, isLittle)],
  u4: [4, (view, at, isLittle) => view.getUint32(at, isLittle)],
  i8: [8, (view, at, isLittle) => integer(view.getBigInt64(at, isLittle))],
  u8: [8, (view, at, isLittle) => integer(view.getBigUint64(at, isLittle))],
  f2: [2, (view, at, isLittle) => float16(view.getUint16(at, isLittle))],
  f4: [4, (view, at, isLittle) => view.getFloat32(at, isLittle)],
  f8: [8, (view, at, isLittle) => view.getFloat64(at, isLittle)],
};

const latin1Bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

/** Fixed-width numpy text: UCS-4 (`U`) or latin-1 (`S`), padded with zeros. */
const textAt = (bytes: Uint8Array, dtype: Dtype): string => {
  if (dtype.code.startsWith("S")) return Buffer.from(bytes).toString("latin1").replace(/\0+$/, "");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = view.getUint32(at, !dtype.isBigEndian);
    if (point > 0x10ffff) throw malformedPickle("A numpy text holds a character beyond Unicode.");
    if (point !== 0) text += String.fromCodePoint(point);
  }
  return text;
};

/** Bytes of one element; 0 is refused because any number of elements would fit no bytes. */
const itemBytes = (dtype: Dtype): number => {
  const width = readers[dtype.code]?.[0];
  if (width !== undefined) return width;
  const text = /^([US])([1-9]\d*)$/.exec(dtype.code);
  if (text === null) throw malformedPickle("The pickle holds a numpy type that a plan never needs.");
  return Number(text[2]) * (text[1] === "U" ? 4 : 1);
};

const elementAt = (bytes: Uint8Array, index: number, dtype: Dtype): PickleValue => {
  const width = itemBytes(dtype);
  const read = readers[dtype.code]?.[1];
  if (read === undefined) return textAt(bytes.subarray(index * width, (index + 1) * width), dtype);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return read(view, index * width, !dtype.isBigEndian);
};

/** The plain value of a numpy scalar. Throws PICKLE_MALFORMED when the bytes do not fit the type. */
export const readScalar = (dtype: Dtype, data: PickleValue | undefined): PickleValue => {
  const bytes = typeof data === "string" ? latin1Bytes(data) : data;
  if (!(bytes instanceof Uint8Array) || bytes.length !== itemBytes(dtype)) {
    throw malformedPickle("A numpy scalar's bytes do not fit its type.");
  }
  return elementAt(bytes, 0, dtype);
};

const flatValues = (array: NdArray, count: number): PickleValue[] => {
  const { dtype } = array;
  if (dtype === null) throw malformedPickle("A numpy array has no type.");
  const data = typeof array.data === "string" ? latin1Bytes(array.data) : array.data;
  if (!(data instanceof Uint8Array)) {
    if (data.length !== count) throw malformedPickle("A numpy array's values do not fit its shape.");
    return [...data];
  }
  if (data.length !== count * itemBytes(dtype)) {
    throw malformedPickle("A numpy array's bytes do not fit its shape and type.", { bytes: data.length });
  }
  return Array.from({ length: count }, (_, index) => elementAt(data, index, dtype));
};

/** Nested lists of a numpy array, first axis outermost. Throws PICKLE_MALFORMED when bytes, type and shape disagree. */
export const arrayToLists = (array: NdArray): PickleValue => {
  const { shape, isFortranOrder } = array;
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === 0) return [];
  const flat = flatValues(array, count);
  const strides = shape.map((_, axis) =>
    (isFortranOrder ? shape.slice(0, axis) : shape.slice(axis + 1)).reduce((a, b) => a * b, 1),
  );
  const nest = (axis: number, start: number): PickleValue =>
    axis === shape.length
      ? (flat[start] as PickleValue)
      : Array.from({ length: shape[axis] as number }, (_, i) =>
          nest(axis + 1, start + i * (strides[axis] as number)),
        );
  return nest(0, 0);
};

/** The value with a numpy array turned into nested lists; all else as it is. */
export const withoutNumpy = (value: PickleValue | undefined): PickleValue | undefined =>
  isKind(value, "ndarray") ? arrayToLists(value) : value;
