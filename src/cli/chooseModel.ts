/** Which model the command line asks for; shared by `segment` and `predict`. */
import { type ComposedTeller, composeTeller } from "../compose.ts";
import { failed } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import { readModel } from "../inference/modelFolder.ts";
import type { Log } from "../ports/world.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import { choice } from "./arguments.ts";

export const modelClass = choice(["CT", "T1", "T2"]);

export const device = choice(["auto", "cuda", "cpu"]);

export type ModelOptions = {
  readonly model?: string;
  readonly modality?: ModelClass;
  readonly allowPhantomModel?: boolean;
  readonly allowMismatch?: boolean;
  readonly device?: Settings["inference"]["executionProvider"];
  readonly mirror: boolean;
};

/** Settings with the command line's choices, and the class that they force. Throws MODEL_NOT_FOUND, USAGE. */
export const settle = (
  settings: Settings,
  options: ModelOptions,
): { settings: Settings; force: ModelClass | null } => {
  const { inference } = settings;
  const allowPhantomModel = settings.models.allowPhantomModel || options.allowPhantomModel === true;
  const models = { ...settings.models, allowPhantomModel };
  const executionProvider = options.device ?? inference.executionProvider;
  const mirror = inference.mirror && options.mirror;
  const chosen = { ...settings, models, inference: { ...inference, executionProvider, mirror } };
  if (options.model !== undefined) {
    const { modelClass } = readModel(models.folder, options.model).plan;
    const { model, modality = modelClass } = options;
    if (modality !== modelClass)
      throw failed(
        "USAGE",
        `${model} is a model for ${modelClass}, and --modality says ${modality}; give one of the two.`,
      );
    return { settings: { ...chosen, models: { ...models, [modelClass]: options.model } }, force: modelClass };
  }
  return { settings: chosen, force: options.modality ?? null };
};

/** A teller that takes a person's word against the values of an image, where it is given. */
export const tellerFor = (
  settings: Settings,
  { allowMismatch = false }: ModelOptions,
  log: Log,
): ComposedTeller => {
  const teller = composeTeller(settings, log);
  return { ...teller, settings: { ...teller.settings, allowMismatch } };
};
