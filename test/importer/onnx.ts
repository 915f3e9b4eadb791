import { readFileSync } from "node:fs";
import ort from "onnxruntime-node";

/** float32 values of a .npy file in C order. */
export const readNpy = (path: string): Float32Array => {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
};

export type OnnxResult = { readonly values: Float32Array; readonly shape: readonly number[] };

/** Runs a model once on the CPU provider, `patch` in, the named output back. */
export const runOnnx = async (
  path: string,
  patch: Float32Array,
  patchSize: readonly number[],
  output: string,
): Promise<OnnxResult> => {
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  try {
    const results = await session.run({ patch: new ort.Tensor("float32", patch, [1, 1, ...patchSize]) });
    const tensor = results[output];
    if (!(tensor?.data instanceof Float32Array)) throw new Error(`the output ${output} is no float32 tensor`);
    return { values: tensor.data, shape: tensor.dims };
  } finally {
    await session.release();
  }
};

export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
};
