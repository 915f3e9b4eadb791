import { existsSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { voxelCount } from "../domain/axes.ts";
import { FailureError, failed } from "../domain/failure.ts";
import type { ExecutionProvider } from "../domain/result.ts";
import type { Segmenter } from "../ports/models.ts";
import type { Log } from "../ports/world.ts";
import { cudaFilesArePresent, type ProviderChoice } from "./executionProvider.ts";
import { type InstalledModel, identify, verifyModel, type WeightsFile } from "./modelFolder.ts";

export type SegmenterOptions = {
  readonly provider: ProviderChoice;
  /** Take the float16 weights on CUDA where the model has them. */
  readonly float16: boolean;
  /** Cores for one inference on the CPU. */
  readonly threads: number;
};

/**
 * Open a model whose files match its manifest. `session.run` blocks the calling thread for a whole patch, so this
 * belongs in a process that answers nobody. Throws MODEL_CORRUPT, PROVIDER_UNAVAILABLE, INFERENCE_FAILED.
 */
export const openSegmenter = async (
  model: InstalledModel,
  options: SegmenterOptions,
  log: Log,
): Promise<Segmenter> => {
  await verifyModel(model);
  const { session, executionProvider, weights } = await openSession(model, options, log);
  const [depth, rows, columns] = model.plan.patchSize;
  const dims = [1, 1, depth, rows, columns];
  const voxels = voxelCount(model.plan.patchSize);

  const predict = async (patch: Float32Array): Promise<Float32Array> => {
    const outputs = await session
      .run({ patch: new Tensor("float32", patch, dims) })
      .catch((error: unknown) => {
        throw failed("INFERENCE_FAILED", "The network stopped with an error.", { model: model.id }, error);
      });
    const probability = outputs["probability"]?.data;
    if (!(probability instanceof Float32Array) || probability.length !== voxels)
      throw failed("OUTPUT_INVALID", "The network's output does not have the patch's shape.", {
        model: model.id,
        expected: voxels,
        found: probability?.length ?? 0,
      });
    return probability;
  };

  return {
    model: identify(model, weights),
    plan: model.plan,
    executionProvider,
    predict,
    close: () => session.release(),
  };
};

type OpenSession = {
  readonly session: InferenceSession;
  readonly executionProvider: ExecutionProvider;
  readonly weights: WeightsFile;
};

const openSession = async (
  model: InstalledModel,
  options: SegmenterOptions,
  log: Log,
): Promise<OpenSession> => {
  if (options.provider === "cpu") return openOn("cpu", model, options);
  try {
    if (!cudaFilesArePresent())
      throw failed("PROVIDER_UNAVAILABLE", "The CUDA provider's library is not installed.");
    return await openOn("cuda", model, options);
  } catch (error) {
    if (options.provider === "cuda")
      throw error instanceof FailureError && error.failure.code === "PROVIDER_UNAVAILABLE"
        ? error
        : failed("PROVIDER_UNAVAILABLE", "The CUDA provider does not load.", { model: model.id }, error);
    // One loud line: a GPU machine that quietly runs on its CPU is a hundred times slower than its owner thinks.
    log.warn("RUNNING ON THE CPU", {
      model: model.id,
      reason: error instanceof Error ? error.message.split("\n")[0] : "unknown",
    });
    return openOn("cpu", model, options);
  }
};

const openOn = async (
  executionProvider: ExecutionProvider,
  model: InstalledModel,
  { float16, threads }: SegmenterOptions,
): Promise<OpenSession> => {
  const half = join(model.folder, "model.fp16.onnx");
  const weights: WeightsFile =
    float16 && executionProvider === "cuda" && existsSync(half) ? "model.fp16.onnx" : "model.onnx";
  const session = await InferenceSession.create(join(model.folder, weights), {
    executionProviders: executionProvider === "cuda" ? ["cuda", "cpu"] : ["cpu"],
    intraOpNumThreads: threads,
    // The arena keeps the largest patch's memory for ever and gains a few percent of time.
    enableCpuMemArena: false,
    logSeverityLevel: 3,
  });
  return { session, executionProvider, weights };
};
