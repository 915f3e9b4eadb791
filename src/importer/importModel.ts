import { join } from "node:path";
import { FailureError } from "../domain/failure.ts";
import type { ModelClass, Orientation } from "../domain/plan.ts";
import { describeNetwork, describeTaken, digestSources, type Network } from "./describe.ts";
import { writeJson } from "./files.ts";
import type { Manifest, ModelFiles } from "./manifest.ts";
import { requireModelId, requireNewModel, writeModelFolder } from "./modelFolder.ts";
import { locateModel, type ModelSources } from "./nnunetV1/locate.ts";
import {
  defaultId,
  knowsOnlyPhantoms,
  readTaskName,
  readTrainer,
  requireOneNetworkIn3d,
  trainsMirrored,
} from "./nnunetV1/origin.ts";
import type { ImportedPlan } from "./nnunetV1/readPlan.ts";
import { fetchFile, type PlanOfSource, readCheckpointInfo, readPlanOf } from "./nnunetV1/readSources.ts";
import { readStageOrigin, readTrainedFold } from "./nnunetV1/stage.ts";
import { toHalfPrecision } from "./onnx/halfPrecision.ts";
import { writeOnnx } from "./onnx/writeOnnx.ts";
import { networkGraph } from "./pansegnet/networkGraph.ts";
import { type NetworkShape, networkShape, type ShapeOf } from "./pansegnet/networkShape.ts";
import { checkWeights } from "./pansegnet/weights.ts";
import type { Fold } from "./source/chooseFiles.ts";
import { withScratchFolder } from "./source/scratchFolder.ts";
import { openSource, type SourceTree } from "./source/sourceTree.ts";
import { requireSpace } from "./source/space.ts";
import { type Checkpoint, openCheckpoint } from "./torch/checkpoint.ts";

export type ImportRequest = {
  /** Results folder, a parent that holds exactly one, a zip archive of either, a fold folder, or a checkpoint file. */
  readonly source: string;
  /** Which results folder, where the source holds several: a path of the source. */
  readonly within?: string;
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
  /** `best`, `final`, `latest` or a file's name; as in nnU-Net by default the final one, else the best. */
  readonly checkpointName?: string;
  /** By default fold 0, or `all` where it is the only one. */
  readonly fold?: Fold;
  /** Share 0..1 and what is being done. */
  readonly onProgress?: (share: number, what: string) => void;
};

/** Shares of the whole at which each step ends. */
const READ = 0.1;
const HASHED = 0.3;

const inferNetwork = (checkpoint: Checkpoint, { network }: ImportedPlan): Network => {
  const shapeOf: ShapeOf = (key) => checkpoint.tensors.get(key)?.shape ?? null;
  const shape = networkShape(network, shapeOf);
  return { shape, parameters: checkWeights(shape, shapeOf) };
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

/** float32, and half of it again in float16. */
const bytesToWrite = (parameters: number, fp16: boolean | undefined): number => parameters * (fp16 ? 6 : 4);

const importFrom = async (
  request: ImportRequest,
  tree: SourceTree,
  sources: ModelSources,
  origin: Pick<Manifest, "id" | "trainer" | "taskName" | "fold" | "taken">,
  imported: PlanOfSource,
): Promise<Manifest> => {
  const unpacking = (share: number): void => request.onProgress?.(READ * share, "unpacking the checkpoint");
  const checkpoint = await openCheckpoint(await fetchFile(tree, sources.checkpoint, unpacking));
  try {
    const network = inferNetwork(checkpoint, imported);
    await requireSpace(request.modelsFolder, bytesToWrite(network.parameters, request.fp16));
    request.onProgress?.(READ, "reading the checkpoint");
    return await writeModelFolder(request.modelsFolder, origin.id, async (folder) => {
      const digests = await digestSources(tree, sources, imported.planPath);
      request.onProgress?.(HASHED, "writing the network");
      const manifest: Manifest = {
        formatVersion: 1,
        ...origin,
        modelClass: request.modelClass,
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

/** A checkpoint without its description may be none at all, and what it is instead says more than what is missing. */
const explainCheckpoint = async (tree: SourceTree, sources: ModelSources, error: unknown): Promise<never> => {
  const isMissing =
    error instanceof FailureError && ["TRAINER_UNSUPPORTED", "PLAN_NOT_FOUND"].includes(error.failure.code);
  if (isMissing && sources.checkpointInfo === null) {
    const checkpoint = await openCheckpoint(await fetchFile(tree, sources.checkpoint));
    await checkpoint.close();
  }
  throw error;
};

const importTree = async (request: ImportRequest, tree: SourceTree): Promise<Manifest> => {
  const sources = locateModel(tree, request);
  const info = await readCheckpointInfo(tree, sources);
  const origin = readStageOrigin(info, sources.resultsPath);
  requireOneNetworkIn3d(origin);
  const judged = async () => {
    const trainer = readTrainer(info, sources.resultsPath);
    const taskName = readTaskName(info, sources.resultsPath);
    const id = requireModelId(request.id ?? defaultId(trainer, taskName, request.modelClass));
    await requireNewModel(request.modelsFolder, id);
    const training = { orientation: request.orientation ?? "LPS", mirrored: trainsMirrored(trainer) };
    const imported = await readPlanOf(tree, sources, info, request.modelClass, training);
    return { trainer, taskName, id, imported };
  };
  const { trainer, taskName, id, imported } = await judged().catch((error: unknown) =>
    explainCheckpoint(tree, sources, error),
  );
  const fold = sources.fold ?? readTrainedFold(info);
  const taken = describeTaken(sources, imported, origin);
  return importFrom(request, tree, sources, { id, trainer, taskName, fold, taken }, imported);
};

/**
 * Imports an nnU-Net v1 / PanSegNet model into `<modelsFolder>/<id>`: `model.onnx` (input `patch`, output `probability`, float32
 * (1,1,z,y,x)), `plan.json` and `manifest.json`. No pickle is executed. Name, plan and free space are judged before the
 * work begins; on failure nothing is left behind.
 * Throws CHECKPOINT_*, FOREIGN_MODEL, PICKLE_*, PLAN_*, TRAINER_UNSUPPORTED, WEIGHTS_*, MODEL_EXISTS, MODEL_NO_SPACE,
 * MODEL_ARCHIVE_UNSAFE, USAGE.
 */
export const importModel = async (request: ImportRequest): Promise<Manifest> => {
  request.onProgress?.(0, "reading the plan");
  if (request.id !== undefined) await requireNewModel(request.modelsFolder, requireModelId(request.id));
  return withScratchFolder(request.modelsFolder, async (scratch) =>
    importTree(request, await openSource(request.source, scratch)),
  );
};
