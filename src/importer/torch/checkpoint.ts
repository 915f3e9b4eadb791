import { failed } from "../../domain/failure.ts";
import type { StorageType, Tensor } from "../pickle/pickleValue.ts";
import { readCheckpointIndex } from "./checkpointIndex.ts";
import { openZip, type ZipArchive } from "./zipArchive.ts";

/** An open torch checkpoint: the names and shapes of its weights, and their values one at a time. */
export type Checkpoint = {
  /** Tensors of `state_dict` by key, without a `module.` prefix. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Values in C order as float32. Throws CHECKPOINT_TRUNCATED, WEIGHTS_SHAPE, WEIGHTS_MISSING. */
  readonly read: (key: string) => Promise<Float32Array<ArrayBuffer>>;
  readonly close: () => Promise<void>;
};

/** Bound on one weight's reach in the file, so that hostile strides cannot fill the memory; real ones end at 22 MB. */
const LARGEST_SPAN_BYTES = 2 ** 30;

const floatBytes: Readonly<Partial<Record<StorageType, number>>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
};

const asFloat32 = (bytes: Uint8Array<ArrayBuffer>, type: StorageType): Float32Array<ArrayBuffer> => {
  if (type === "float32") return new Float32Array(bytes.buffer);
  if (type === "float16") return new Float32Array(new Float16Array(bytes.buffer));
  if (type === "float64") return new Float32Array(new Float64Array(bytes.buffer));
  const bits = Uint32Array.from(new Uint16Array(bytes.buffer), (half) => half << 16);
  return new Float32Array(bits.buffer);
};

const isContiguous = ({ shape, stride }: Tensor): boolean => {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== expected) return false;
    expected *= shape[axis] as number;
  }
  return true;
};

/** C-order copy of a strided view that starts at the first of `values`. */
const gather = (values: Float32Array, { shape, stride }: Tensor): Float32Array<ArrayBuffer> => {
  const count = shape.reduce((product, size) => product * size, 1);
  const gathered = new Float32Array(count);
  const position = shape.map(() => 0);
  let source = 0;
  for (let i = 0; i < count; i++) {
    gathered[i] = values[source] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += stride[axis] as number;
      position[axis] = (position[axis] as number) + 1;
      if ((position[axis] as number) < (shape[axis] as number)) break;
      source -= (shape[axis] as number) * (stride[axis] as number);
      position[axis] = 0;
    }
  }
  return gathered;
};

const requireFinite = (values: Float32Array, key: string): void => {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    // Only NaN and the infinities differ from themselves here; this is far faster than Number.isFinite per weight.
    if (value - value !== 0) {
      throw failed("WEIGHTS_MISSING", `The weight ${key} holds a value that is no finite number.`, {
        key,
        index: i,
      });
    }
  }
};

const readTensor = async (
  zip: ZipArchive,
  root: string,
  key: string,
  tensor: Tensor,
): Promise<Float32Array<ArrayBuffer>> => {
  const { storage, shape, stride, offset } = tensor;
  const width = floatBytes[storage.type];
  if (width === undefined) {
    throw failed("WEIGHTS_SHAPE", `The weight ${key} holds ${storage.type}, not floating point.`, { key });
  }
  const record = zip.records.get(`${root}data/${storage.key}`);
  if (record?.bytes !== storage.elements * width) {
    throw failed("CHECKPOINT_TRUNCATED", `The data of ${key} do not have the announced size.`, {
      expected: storage.elements * width,
      found: record?.bytes ?? null,
    });
  }
  const span = shape.reduce((sum, size, axis) => sum + (size - 1) * (stride[axis] as number), 1);
  if (span * width > LARGEST_SPAN_BYTES) {
    throw failed("WEIGHTS_SHAPE", `The weight ${key} spreads over ${span * width} bytes.`, { key });
  }
  const values = asFloat32(await zip.read(record, offset * width, span * width), storage.type);
  requireFinite(values, key);
  return isContiguous(tensor) ? values : gather(values, tensor);
};

/**
 * The weights of a torch.save zip. Only what is asked for is read; the optimizer's copy never is.
 * Throws CHECKPOINT_NOT_ZIP, CHECKPOINT_TRUNCATED, FOREIGN_MODEL, PICKLE_UNSAFE, PICKLE_MALFORMED, WEIGHTS_MISSING.
 */
export const openCheckpoint = async (path: string): Promise<Checkpoint> => {
  const zip = await openZip(path);
  try {
    const { root, tensors } = await readCheckpointIndex(zip);
    return {
      tensors,
      read: (key) => readTensor(zip, root, key, tensors.get(key) as Tensor),
      close: zip.close,
    };
  } catch (error) {
    await zip.close();
    throw error;
  }
};
