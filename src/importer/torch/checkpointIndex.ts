import { FailureError, failed } from "../../domain/failure.ts";
import { LARGEST_PICKLE_BYTES, readPickle } from "../pickle/pickle.ts";
import { storageTypeOf } from "../pickle/pickleGlobals.ts";
import { countOf, isKind, malformedPickle, type PickleValue, type Tensor } from "../pickle/pickleValue.ts";
import type { ZipArchive, ZipRecord } from "./zipArchive.ts";

/** Where the weights of a torch archive lie, and their names and shapes. */
export type CheckpointIndex = {
  /** Top folder of the archive, with its slash. */
  readonly root: string;
  /** Tensors of `state_dict` by key, without a `module.` prefix. */
  readonly tensors: ReadonlyMap<string, Tensor>;
};

/** torch names a storage by ("storage", class, key, device, number of elements). */
const storageOf = (id: PickleValue): PickleValue => {
  const [word, storageClass, key, , elements] = Array.isArray(id) ? id : [];
  const type = storageTypeOf(storageClass);
  if (word !== "storage" || type === null || typeof key !== "string") {
    throw malformedPickle("The checkpoint names a storage in an unknown way.");
  }
  return { kind: "storage", type, key, elements: countOf(elements, "a storage size") };
};

/** torch.jit.save adds the program and its constants to what torch.save writes. */
const refuseTorchScript = (zip: ZipArchive, root: string): void => {
  if (!zip.records.has(`${root}constants.pkl`)) return;
  throw failed(
    "FOREIGN_MODEL",
    "The file is a TorchScript program, which says nothing of spacing, normalisation and patch.",
  );
};

/** Top folder of the archive, whatever torch called it. */
const rootOf = (zip: ZipArchive): string => {
  const [name, ...more] = [...zip.records.keys()].filter((path) => /^[^/]+\/data\.pkl$/.test(path));
  if (name === undefined || more.length > 0) {
    throw failed("CHECKPOINT_NOT_ZIP", "The zip archive holds no torch checkpoint (data.pkl).", {
      members: zip.records.size,
    });
  }
  const root = name.slice(0, -"data.pkl".length);
  refuseTorchScript(zip, root);
  return root;
};

const NNUNET_V2 =
  "The file is a checkpoint of nnU-Net v2 (network_weights, init_args); models of nnU-Net v2 are not read yet.";

/** What the index asks for says what it is: nnU-Net v2 names torch.device, and torch.save(network) the network's class. */
const explainUnsafe = (error: unknown, bytes: Buffer): unknown => {
  if (!(error instanceof FailureError) || error.failure.code !== "PICKLE_UNSAFE") return error;
  const name = String(error.failure.details["name"]);
  if (name === "torch.device" && bytes.includes("network_weights")) return failed("FOREIGN_MODEL", NNUNET_V2);
  if (!/^(torch\.nn|nnunet|monai|__main__)\b/.test(name)) return error;
  return failed(
    "PICKLE_UNSAFE",
    `The file holds a whole Python object (${name}), which only its own program can load, instead of weights.`,
    error.failure.details,
  );
};

const readIndex = async (zip: ZipArchive, root: string): Promise<PickleValue> => {
  const record = zip.records.get(`${root}data.pkl`) as ZipRecord;
  if (record.bytes > LARGEST_PICKLE_BYTES) {
    throw malformedPickle(`The checkpoint's index has ${record.bytes} bytes.`, { bytes: record.bytes });
  }
  const byteOrder = zip.records.get(`${root}byteorder`);
  if (byteOrder !== undefined) {
    const text = Buffer.from(await zip.read(byteOrder, 0, Math.min(byteOrder.bytes, 16))).toString("latin1");
    if (text !== "little") throw malformedPickle("The checkpoint was saved on a big-endian machine.");
  }
  const bytes = Buffer.from((await zip.read(record, 0, record.bytes)).buffer);
  try {
    return readPickle(bytes, storageOf);
  } catch (error) {
    throw explainUnsafe(error, bytes);
  }
};

/** A name from the file that may stand in a sentence. */
const plainKey = (key: PickleValue): string =>
  typeof key === "string" ? key.replace(/[^\w.-]/g, "?").slice(0, 40) : "?";

/** Why there is no `state_dict`: the other forms in which networks are saved. */
const withoutState = (index: PickleValue): FailureError => {
  if (!(index instanceof Map)) return failed("WEIGHTS_MISSING", "The checkpoint holds no state_dict.");
  if (index.has("network_weights")) return failed("FOREIGN_MODEL", NNUNET_V2);
  const tensors = [...index.values()].filter((value) => isKind(value, "tensor")).length;
  if (tensors > 0) {
    return failed(
      "FOREIGN_MODEL",
      `The file holds bare weights (a state_dict of ${tensors} tensors) without what nnU-Net saves around them.`,
      { tensors },
    );
  }
  const keys = [...index.keys()].slice(0, 8).map(plainKey);
  return failed("WEIGHTS_MISSING", `The checkpoint holds no state_dict; it holds ${keys.join(", ")}.`, {
    keys,
  });
};

const stateOf = (index: PickleValue): Map<string, Tensor> => {
  const state = index instanceof Map ? index.get("state_dict") : undefined;
  if (!(state instanceof Map)) throw withoutState(index);
  const tensors = new Map<string, Tensor>();
  for (const [key, value] of state) {
    if (typeof key === "string" && isKind(value, "tensor")) tensors.set(key.replace(/^module\./, ""), value);
  }
  return tensors;
};

/**
 * The index of an nnU-Net v1 checkpoint; what another program saved is named. Throws CHECKPOINT_NOT_ZIP,
 * CHECKPOINT_TRUNCATED, FOREIGN_MODEL, PICKLE_UNSAFE, PICKLE_MALFORMED, WEIGHTS_MISSING.
 */
export const readCheckpointIndex = async (zip: ZipArchive): Promise<CheckpointIndex> => {
  const root = rootOf(zip);
  return { root, tensors: stateOf(await readIndex(zip, root)) };
};
