import { basename, join } from "node:path";
import type { ModelClass, Orientation } from "../domain/plan.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import { digestFile, writeJson } from "./files.ts";
import { toHalfPrecision } from "./halfPrecision.ts";
import { locateModel, type ModelSources } from "./locate.ts";
import type { Manifest, ModelFiles } from "./manifest.ts";
import { requireModelId, requireNewModel, writeModelFolder } from "./modelFolder.ts";
import { networkGraph } from "./networkGraph.ts";
import { type NetworkShape, networkShape, type ShapeOf } from "./networkShape.ts";
import { defaultId, knowsOnlyPhantoms, readTaskName, readTrainer, trainsMirrored } from "./origin.ts";
import type { ImportedPlan } from "./readPlan.ts";
import { readCheckpointInfo, readPlanOf } from "./readSources.ts";
import { checkWeights } from "./weights.ts";
import { OPSET, writeOnnx } from "./writeOnnx.ts";

export type ImportRequest = {
  /** Results folder, a parent that holds exactly one, a fold folder, or a checkpoint file. */
  readonly source: string;
  /** Folder that gets the model's folder. */
  readonly modelsFolder: string;
  /** Name of the model; by default from task and class, such as `pansegnet-ct`. */
  readonly id?: string;
  readonly modelClass: ModelClass;
  /** Write `model.fp16.onnx` too. */
  readonly fp16?: boolean;
  /** Terms of use in the user's words. */
  readonly licence?: string;
  /** Directions of the arrays that the model was trained on; LPS by default, as DICOM series are stacked. */
  readonly orientation?: Orientation;
  readonly softwareVersion: string;
  /** `model_best.model`, else `model_final_checkpoint.model`, unless one is named. */
  readonly checkpointName?: string;
  readonly fold?: number;
  /** Share 0..1 and what is being done. */
  readonly onProgress?: (share: number, what: string) => void;
};

type Network = { readonly shape: NetworkShape; readonly parameters: number };

/** Shares of the whole at which each step ends. */
const READ = 0.1;
const HASHED = 0.3;

const inferNetwork = (checkpoint: Checkpoint, { network }: ImportedPlan): Network => {
  const shapeOf: ShapeOf = (key) => checkpoint.tensors.get(key)?.shape ?? null;
  const shape = networkShape(network, shapeOf);
  return { shape, parameters: checkWeights(shape, shapeOf) };
};

const digestSources = async (sources: ModelSources): Promise<Manifest["sources"]> => {
  const paths = [sources.checkpoint, sources.checkpointInfo, sources.plans, sources.postprocessing];
  const digests: Manifest["sources"][number][] = [];
  for (const path of paths) {
    if (path !== null) digests.push({ name: basename(path), ...(await digestFile(path)) });
  }
  return digests;
};

const writeFiles = async (
  folder: string,
  checkpoint: Checkpoint,
  { plan }: ImportedPlan,
  shape: NetworkShape,
  request: ImportRequest,
): Promise<ModelFiles> => {
  const graph = networkGraph(shape, checkpoint.read);
  const graphs = request.fp16 ? 2 : 1;
  const progress = (index: number) => (share: number) =>
    request.onProgress?.(HASHED + ((1 - HASHED) * (index + share)) / graphs, "writing the network");
  const plain = await writeOnnx(join(folder, "model.onnx"), graph, progress(0));
  const half = request.fp16
    ? await writeOnnx(join(folder, "model.fp16.onnx"), toHalfPrecision(graph), progress(1))
    : null;
  return {
    "model.onnx": plain,
    "plan.json": await writeJson(join(folder, "plan.json"), plan),
    ...(half === null ? {} : { "model.fp16.onnx": half }),
  };
};

const describeNetwork = ({ shape, parameters }: Network): Manifest["network"] => ({
  patchSize: shape.patchSize,
  pools: shape.pools,
  baseFeatures: shape.baseFeatures,
  transformer: {
    layers: shape.transformer.layers,
    width: shape.transformer.width,
    heads: shape.transformer.heads,
  },
  parameters,
  opset: OPSET,
});

const importFrom = async (
  request: ImportRequest,
  sources: ModelSources,
  origin: Pick<Manifest, "id" | "trainer" | "taskName">,
  imported: ImportedPlan,
): Promise<Manifest> => {
  const checkpoint = await openCheckpoint(sources.checkpoint);
  try {
    const network = inferNetwork(checkpoint, imported);
    request.onProgress?.(READ, "reading the checkpoint");
    return await writeModelFolder(request.modelsFolder, origin.id, async (folder) => {
      const digests = await digestSources(sources);
      request.onProgress?.(HASHED, "writing the network");
      const manifest: Manifest = {
        formatVersion: 1,
        ...origin,
        modelClass: request.modelClass,
        fold: sources.fold,
        licence: request.licence ?? null,
        isPhantomModel: knowsOnlyPhantoms(origin.trainer),
        createdWith: { software: "panseg", version: request.softwareVersion },
        sources: digests,
        files: await writeFiles(folder, checkpoint, imported, network.shape, request),
        network: describeNetwork(network),
      };
      await writeJson(join(folder, "manifest.json"), manifest);
      return manifest;
    });
  } finally {
    await checkpoint.close();
  }
};

/**
 * Imports an nnU-Net v1 / PanSegNet model into `<modelsFolder>/<id>`: `model.onnx` (input `patch`, output `probability`, float32
 * (1,1,z,y,x)), `plan.json` and `manifest.json`. No pickle is executed. On failure nothing is left behind.
 * Throws CHECKPOINT_*, PICKLE_*, PLAN_*, TRAINER_UNSUPPORTED, WEIGHTS_*, MODEL_EXISTS, USAGE.
 */
export const importModel = async (request: ImportRequest): Promise<Manifest> => {
  request.onProgress?.(0, "reading the plan");
  if (request.id !== undefined) await requireNewModel(request.modelsFolder, requireModelId(request.id));
  const sources = await locateModel(request.source, request);
  const info = await readCheckpointInfo(sources);
  const trainer = readTrainer(info, sources.resultsFolder);
  const taskName = readTaskName(info, sources.resultsFolder);
  const id = requireModelId(request.id ?? defaultId(trainer, taskName, request.modelClass));
  await requireNewModel(request.modelsFolder, id);
  const training = { orientation: request.orientation ?? "LPS", mirrored: trainsMirrored(trainer) };
  const imported = await readPlanOf(sources, info, request.modelClass, training);
  return importFrom(request, sources, { id, trainer, taskName }, imported);
};
