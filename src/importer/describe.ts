import { basename, relative } from "node:path";
import { digestFile } from "./files.ts";
import type { Manifest, Taken } from "./manifest.ts";
import type { ModelSources } from "./nnunetV1/locate.ts";
import { fetchFile, type PlanOfSource } from "./nnunetV1/readSources.ts";
import type { StageOrigin } from "./nnunetV1/stage.ts";
import { OPSET } from "./onnx/writeOnnx.ts";
import type { NetworkShape } from "./pansegnet/networkShape.ts";
import type { SourceTree } from "./source/sourceTree.ts";

/** A network's sizes and the number of weights that inference uses. */
export type Network = { readonly shape: NetworkShape; readonly parameters: number };

/** Digests of every file that the model is made from, and of the archives that they came in. */
export const digestSources = async (
  tree: SourceTree,
  sources: ModelSources,
  planPath: string,
): Promise<Manifest["sources"]> => {
  const { checkpoint, checkpointInfo, plans, postprocessing } = sources;
  const paths = new Set([checkpoint, checkpointInfo, plans, planPath, postprocessing]);
  const digests: Manifest["sources"][number][] = [];
  for (const path of paths) {
    if (path !== null)
      digests.push({ name: basename(path), ...(await digestFile(await fetchFile(tree, path))) });
  }
  for (const path of tree.archives) digests.push({ name: basename(path), ...(await digestFile(path)) });
  return digests;
};

/** The manifest's words on the network. */
export const describeNetwork = ({ shape, parameters }: Network): Manifest["network"] => ({
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

/** The manifest's words on what was chosen. */
export const describeTaken = (sources: ModelSources, imported: PlanOfSource, origin: StageOrigin): Taken => {
  const inResults = (path: string): string => relative(sources.resultsFolder, path);
  return {
    checkpoint: inResults(sources.checkpoint),
    otherCheckpoints: sources.otherCheckpoints,
    otherFolds: sources.otherFolds,
    configuration: origin.configuration,
    stage: imported.stage,
    stages: imported.stages,
    targetSpacingMm: imported.plan.targetSpacingMm,
    plan: inResults(imported.planPath),
    postprocessing: sources.postprocessing === null ? null : inResults(sources.postprocessing),
    modality: imported.modality,
  };
};
