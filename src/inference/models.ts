import type { ModelClass } from "../domain/plan.ts";
import type { ExecutionProvider } from "../domain/result.ts";
import type { Models, Segmenter } from "../ports/models.ts";
import type { Log } from "../ports/world.ts";
import { identify, listModelIds, readModel } from "./modelFolder.ts";
import { openSegmenter, type SegmenterOptions } from "./segmenter.ts";

/** Model id for each class; null: the first installed model of that class. */
export type ModelChoice = Readonly<Record<ModelClass, string | null>>;

export type OpenModels = Models & {
  /** Where the open model runs; null while none is open. */
  readonly executionProvider: () => ExecutionProvider | null;
  readonly close: () => Promise<void>;
};

/** The installed models, one open at a time: each holds its whole weights in memory. */
export const makeModels = (
  modelsFolder: string,
  choice: ModelChoice,
  options: SegmenterOptions,
  log: Log,
): OpenModels => {
  let current: { id: string; segmenter: Segmenter } | null = null;

  const close = async (): Promise<void> => {
    await current?.segmenter.close();
    current = null;
  };

  return {
    forClass: (modelClass) => {
      const id = choice[modelClass] ?? firstOfClass(modelsFolder, modelClass);
      return id === null ? null : identify(readModel(modelsFolder, id), "model.onnx");
    },
    open: async (modelId) => {
      if (current?.id === modelId) return current.segmenter;
      await close();
      const segmenter = await openSegmenter(readModel(modelsFolder, modelId), options, log);
      current = { id: modelId, segmenter };
      return segmenter;
    },
    executionProvider: () => current?.segmenter.executionProvider ?? null,
    close,
  };
};

/** Phantom models step back behind any other: they are for demonstrations. */
const firstOfClass = (modelsFolder: string, modelClass: ModelClass): string | null => {
  const fitting = listModelIds(modelsFolder)
    .map((id) => readModel(modelsFolder, id))
    .filter(({ plan }) => plan.modelClass === modelClass);
  return (fitting.find(({ manifest }) => !manifest.isPhantomModel) ?? fitting[0])?.id ?? null;
};
