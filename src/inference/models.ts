import { failed } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import type { ExecutionProvider } from "../domain/result.ts";
import type { Models, Segmenter } from "../ports/models.ts";
import type { Log } from "../ports/world.ts";
import { type InstalledModel, identify, listModelIds, readModel } from "./modelFolder.ts";
import { openSegmenter, type SegmenterOptions } from "./onnxruntimeSegmenter.ts";

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
      const id = choice[modelClass];
      const model =
        id === null ? firstOfClass(modelsFolder, modelClass) : chosenModel(modelsFolder, modelClass, id);
      return model === null ? null : identify(model, "model.onnx");
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

/**
 * The model that the settings name for a class. Throws MODEL_NOT_FOUND, MODEL_CORRUPT, and SETTINGS_INVALID for a model of
 * another class, whose masks would be guesses.
 */
const chosenModel = (modelsFolder: string, modelClass: ModelClass, id: string): InstalledModel => {
  const model = readModel(modelsFolder, id);
  if (model.plan.modelClass === modelClass) return model;
  const sentence = `models.${modelClass} is ${id}, which is a model for ${model.plan.modelClass}.`;
  throw failed("SETTINGS_INVALID", sentence, { id, modelClass });
};

/** Whether the models that the settings name can be used. Throws as `chosenModel` does. */
export const requireChosenModels = (modelsFolder: string, choice: ModelChoice): void => {
  for (const modelClass of ["CT", "T1", "T2"] as const) {
    const id = choice[modelClass];
    if (id !== null) chosenModel(modelsFolder, modelClass, id);
  }
};

/** Phantom models step back behind any other: they are for demonstrations. */
const firstOfClass = (modelsFolder: string, modelClass: ModelClass): InstalledModel | null => {
  const fitting = listModelIds(modelsFolder)
    .map((id) => readModel(modelsFolder, id))
    .filter(({ plan }) => plan.modelClass === modelClass);
  return fitting.find(({ manifest }) => !manifest.isPhantomModel) ?? fitting[0] ?? null;
};
