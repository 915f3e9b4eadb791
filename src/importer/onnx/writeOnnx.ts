import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { failed } from "../../domain/failure.ts";
import type { Attribute, Graph, GraphNode, GraphValue, Initializer } from "./graph.ts";
import { attributeTypes, dataTypes, encodeMessage, fieldHeader } from "./onnxSchema.ts";

/** LayerNormalization needs 17; IR 8 is the version that goes with it. */
export const OPSET = 17;
const IR_VERSION = 8;

/** Protobuf readers stop at 2 GiB. */
const LARGEST_MODEL_BYTES = 2 ** 31 - 1;

const elementBytes = { float32: 4, float16: 2, int64: 8 } as const;

export type WrittenFile = { readonly sha256: string; readonly bytes: number };

const attributeMessage = ([name, value]: [string, Attribute]): Record<string, unknown> => {
  if ("int" in value) return { name, type: attributeTypes.int, i: value.int };
  if ("float" in value) return { name, type: attributeTypes.float, f: value.float };
  return { name, type: attributeTypes.ints, ints: value.ints };
};

const nodeMessage = ({ op, inputs, output, attributes }: GraphNode): Record<string, unknown> => ({
  opType: op,
  name: output,
  input: inputs,
  output: [output],
  attribute: Object.entries(attributes).map(attributeMessage),
});

const valueMessage = ({ name, shape }: GraphValue): Record<string, unknown> => ({
  name,
  type: {
    tensorType: { elemType: dataTypes.float32, shape: { dim: shape.map((dimValue) => ({ dimValue })) } },
  },
});

type Part = { readonly head: Uint8Array; readonly rawBytes: number; readonly initializer: Initializer };

const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Everything of a constant's field but its raw bytes, which follow directly in the file. */
const initializerPart = (initializer: Initializer): Part => {
  const { name, type, shape } = initializer;
  const rawBytes = shape.reduce((product, size) => product * size, 1) * elementBytes[type];
  const tensor = concat(
    encodeMessage("TensorProto", { dims: shape, dataType: dataTypes[type], name }),
    fieldHeader("TensorProto", "rawData", rawBytes),
  );
  return {
    head: concat(fieldHeader("GraphProto", "initializer", tensor.length + rawBytes), tensor),
    rawBytes,
    initializer,
  };
};

const rawBytesOf = async ({ initializer, rawBytes }: Part): Promise<Uint8Array> => {
  const values = await initializer.values();
  if (values.byteLength !== rawBytes) {
    throw failed("INTERNAL", `A constant has ${values.byteLength} bytes, ${rawBytes} are announced.`);
  }
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
};

const writeParts = async (
  file: FileHandle,
  head: Uint8Array,
  parts: readonly Part[],
  total: number,
  onProgress: (share: number) => void,
): Promise<string> => {
  const hash = createHash("sha256");
  let written = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes);
    await file.writeFile(bytes);
    written += bytes.length;
    onProgress(written / total);
  };
  await write(head);
  for (const part of parts) {
    await write(part.head);
    await write(await rawBytesOf(part));
  }
  await file.sync();
  return hash.digest("hex");
};

/** Writes the graph as an ONNX model; constants pass through memory one at a time. Returns the file's digest and size. */
export const writeOnnx = async (
  path: string,
  graph: Graph,
  onProgress: (share: number) => void = () => undefined,
): Promise<WrittenFile> => {
  const rest = encodeMessage("GraphProto", {
    name: "panseg",
    node: graph.nodes.map(nodeMessage),
    input: [valueMessage(graph.input)],
    output: [valueMessage(graph.output)],
  });
  const parts = graph.initializers.map(initializerPart);
  const graphBytes = parts.reduce((sum, part) => sum + part.head.length + part.rawBytes, rest.length);
  const model = encodeMessage("ModelProto", {
    irVersion: IR_VERSION,
    producerName: "panseg",
    opsetImport: [{ version: OPSET }],
  });
  const head = concat(model, fieldHeader("ModelProto", "graph", graphBytes), rest);
  const bytes = head.length - rest.length + graphBytes;
  if (bytes > LARGEST_MODEL_BYTES) {
    throw failed("WEIGHTS_SHAPE", `The network would need ${bytes} bytes; an ONNX file holds 2 GiB.`, {
      bytes,
    });
  }
  const file = await open(path, "wx");
  try {
    return { sha256: await writeParts(file, head, parts, bytes, onProgress), bytes };
  } finally {
    await file.close();
  }
};
