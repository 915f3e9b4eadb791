import { readScalar } from "./numpyValue.ts";
import {
  countOf,
  countsOf,
  type Dtype,
  isKind,
  malformedPickle,
  type NdArray,
  type PickleValue,
  type StorageType,
  type Tensor,
  unsafePickle,
} from "./pickleValue.ts";

type Call = (args: readonly PickleValue[]) => PickleValue;

/** What may be built from a pickle, by the names that Python, numpy and torch write; everything else is refused. */
const storageTypes: Readonly<Record<string, StorageType>> = {
  "torch.FloatStorage": "float32",
  "torch.HalfStorage": "float16",
  "torch.DoubleStorage": "float64",
  "torch.BFloat16Storage": "bfloat16",
  "torch.LongStorage": "int64",
  "torch.IntStorage": "int32",
  "torch.ShortStorage": "int16",
  "torch.CharStorage": "int8",
  "torch.ByteStorage": "uint8",
  "torch.BoolStorage": "bool",
};

/** dict and OrderedDict: empty, or of a dict. The same object comes back: copies would let a small file fill the memory. */
const makeMap: Call = ([source]) => {
  if (source === undefined) return new Map();
  if (source instanceof Map) return source;
  throw malformedPickle("The pickle builds a dict from something that is none.");
};

const makeList: Call = ([source]) => {
  if (source === undefined) return [];
  if (Array.isArray(source)) return source;
  throw malformedPickle("The pickle builds a list from something that is none.");
};

const dtypeOf = (value: PickleValue | undefined): Dtype => {
  if (isKind(value, "dtype")) return value;
  throw malformedPickle("The pickle holds a numpy value without a type.");
};

const makeDtype: Call = ([code]) => {
  if (typeof code === "string" && /^[biufOUS]\d{1,5}$/.test(code)) {
    return { kind: "dtype", code, isBigEndian: false };
  }
  throw malformedPickle("The pickle holds a numpy type that is not a plain number or text.");
};

const emptyArray = (): NdArray => ({
  kind: "ndarray",
  shape: [0],
  dtype: null,
  isFortranOrder: false,
  data: new Uint8Array(0),
});

/** numpy's protocol-5 form: bytes, dtype, shape, order. */
const arrayFromBuffer: Call = ([data, dtype, shape, order]) => {
  if (!(data instanceof Uint8Array)) throw malformedPickle("The pickle holds a numpy array without bytes.");
  return {
    kind: "ndarray",
    shape: countsOf(shape, "an array shape"),
    dtype: dtypeOf(dtype),
    isFortranOrder: order === "F",
    data,
  };
};

/** numpy writes bytes as latin-1 text below protocol 3. The text stays text until an array or scalar is read. */
const encodeLatin1: Call = ([text, encoding]) => {
  if (encoding !== "latin1" && encoding !== "latin-1")
    throw unsafePickle("_codecs.encode of another encoding");
  if (typeof text !== "string") throw malformedPickle("The pickle encodes something that is no text.");
  return text;
};

const isWithinStorage = ({ storage, offset, shape, stride }: Tensor): boolean => {
  const span = shape.reduce((sum, size, axis) => sum + (size - 1) * (stride[axis] as number), 1);
  return shape.includes(0) || offset + span <= storage.elements;
};

/** `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`. */
const makeTensor: Call = ([storage, offset, shape, stride]) => {
  if (!isKind(storage, "storage")) throw malformedPickle("The pickle holds a tensor without a storage.");
  const tensor: Tensor = {
    kind: "tensor",
    storage,
    offset: countOf(offset, "a tensor offset"),
    shape: countsOf(shape, "a tensor shape"),
    stride: countsOf(stride, "tensor strides"),
  };
  if (tensor.shape.length !== tensor.stride.length || !isWithinStorage(tensor)) {
    throw malformedPickle("The pickle holds a tensor that reaches beyond its storage.");
  }
  return tensor;
};

const first: Call = ([value]) => {
  if (value === undefined) throw malformedPickle("The pickle makes a parameter of nothing.");
  return value;
};

const numpyCalls = (core: string): [string, Call][] => [
  [`${core}.multiarray._reconstruct`, emptyArray],
  [`${core}.multiarray.scalar`, ([dtype, data]) => readScalar(dtypeOf(dtype), data)],
  [`${core}.numeric._frombuffer`, arrayFromBuffer],
];

const calls = new Map<string, Call>([
  ["collections.OrderedDict", makeMap],
  ["builtins.dict", makeMap],
  ["builtins.list", makeList],
  ["builtins.tuple", makeList],
  ["__builtin__.dict", makeMap],
  ["__builtin__.list", makeList],
  ["__builtin__.tuple", makeList],
  ["_codecs.encode", encodeLatin1],
  ["numpy.dtype", makeDtype],
  ...numpyCalls("numpy.core"),
  ...numpyCalls("numpy._core"),
  ["torch._utils._rebuild_tensor_v2", makeTensor],
  ["torch._utils._rebuild_parameter", first],
  ["torch.Size", makeList],
]);

/** Named only as an argument: the class that `_reconstruct` is told to make. */
const namedOnly = new Set(["numpy.ndarray"]);

/** The allow-listed name, or PICKLE_UNSAFE with the name refused. */
export const findGlobal = (module: string, name: string): PickleValue => {
  const full = `${module}.${name}`;
  if (calls.has(full) || namedOnly.has(full) || Object.hasOwn(storageTypes, full)) {
    return { kind: "global", name: full };
  }
  throw unsafePickle(full);
};

/** What REDUCE yields; throws PICKLE_UNSAFE for what is not callable, PICKLE_MALFORMED for wrong arguments. */
export const callGlobal = (callee: PickleValue, args: PickleValue): PickleValue => {
  const call = isKind(callee, "global") ? calls.get(callee.name) : undefined;
  if (call === undefined)
    throw unsafePickle(isKind(callee, "global") ? callee.name : "a call of a plain value");
  if (!Array.isArray(args)) throw malformedPickle("The pickle calls without an argument list.");
  return call(args);
};

/** Element type of a torch storage class; null for any other value. */
export const storageTypeOf = (value: PickleValue | undefined): StorageType | null =>
  isKind(value, "global") ? (storageTypes[value.name] ?? null) : null;
