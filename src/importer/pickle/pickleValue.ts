import { type FailureError, failed } from "../../domain/failure.ts";

/** Element types that numpy arrays and torch storages of a model folder hold. */
export type StorageType =
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64"
  | "int8"
  | "uint8"
  | "int16"
  | "int32"
  | "int64"
  | "bool";

/** A torch storage by name; its bytes stay in the archive until a tensor is read. */
export type Storage = {
  readonly kind: "storage";
  readonly type: StorageType;
  readonly key: string;
  readonly elements: number;
};

/** A strided view of a storage; offset and strides count elements. */
export type Tensor = {
  readonly kind: "tensor";
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
};

/** A numpy dtype such as `f8`; BUILD sets the byte order after the object is already referenced. */
export type Dtype = { readonly kind: "dtype"; readonly code: string; isBigEndian: boolean };

/** A numpy array as pickled; BUILD fills it after the object is already referenced. */
export type NdArray = {
  readonly kind: "ndarray";
  shape: readonly number[];
  dtype: Dtype | null;
  isFortranOrder: boolean;
  /** Bytes, bytes as latin-1 text, or the objects of an object array. */
  data: Uint8Array | string | readonly PickleValue[];
};

/** One entry of the allow-list on the stack: a name that may be called, and nothing else. */
export type Global = { readonly kind: "global"; readonly name: string };

/** Lists and tuples are arrays, dict and OrderedDict are Maps, bytes are Uint8Array. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | Storage
  | Tensor
  | Dtype
  | NdArray
  | Global;

/** The narrower of two needs: a name from a hostile file must not flood or forge a log line. */
const printable = (name: string): string => name.replace(/[^\x21-\x7e]/g, "?").slice(0, 120);

export const unsafePickle = (what: string): FailureError =>
  failed("PICKLE_UNSAFE", `The pickle asks for ${printable(what)}, which no model needs.`, {
    name: printable(what),
  });

export const malformedPickle = (sentence: string, details: Record<string, number> = {}): FailureError =>
  failed("PICKLE_MALFORMED", sentence, details);

export const isKind = <K extends "storage" | "tensor" | "dtype" | "ndarray" | "global">(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { readonly kind: K }> =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === kind;

/** A non-negative whole number, as counts, offsets and shapes must be. */
export const countOf = (value: PickleValue | undefined, what: string): number => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformedPickle(`The pickle gives no whole number for ${what}.`);
};

export const countsOf = (value: PickleValue | undefined, what: string): number[] => {
  if (Array.isArray(value) && value.length <= 32) return value.map((item) => countOf(item, what));
  throw malformedPickle(`The pickle gives no list of whole numbers for ${what}.`);
};
