import { failed } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import type { ModelIdentity } from "../domain/result.ts";
import type { Teller } from "../ports/world.ts";

/** The model for files that name neither contrast nor origin. Throws USAGE, NO_MODEL, PHANTOM_MODEL. */
export const modelForVolume = (teller: Teller, force: ModelClass | null): ModelIdentity => {
  const installed = (["CT", "T1", "T2"] as const).filter((name) => teller.models.forClass(name) !== null);
  const modelClass = force ?? (installed.length === 1 ? installed[0] : undefined);
  if (modelClass === undefined)
    throw failed("USAGE", "The file does not say what it shows: give --modality or --model.");
  const model = teller.models.forClass(modelClass);
  if (model === null) throw failed("NO_MODEL", `No ${modelClass} model is installed.`);
  if (model.isPhantomModel && !teller.settings.allowPhantomModel)
    throw failed(
      "PHANTOM_MODEL",
      `The file does not say that it is a phantom, and ${model.id} knows nothing else.`,
    );
  return model;
};
