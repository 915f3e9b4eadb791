import { failed } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import type { PickleValue } from "./pickleValue.ts";

const SUPPORTED_TRAINER = "nnTransUNetTrainerV2";

/** Task and class of the published PanSegNet models. */
const publishedTasks: Readonly<Record<ModelClass, string>> = { CT: "109", T1: "110", T2: "111" };

/** nnU-Net's results folders are called TRAINER__PLANS. */
const trainerOfFolder = (resultsFolder: string): string | null =>
  /([^/\\]+)__[^/\\]+[/\\]?$/.exec(resultsFolder)?.[1] ?? null;

/** The trainer class, from the checkpoint's .pkl or else the folder's name. Throws TRAINER_UNSUPPORTED. */
export const readTrainer = (
  info: ReadonlyMap<PickleValue, PickleValue> | null,
  resultsFolder: string,
): string => {
  const named = info?.get("name");
  const trainer = typeof named === "string" ? named : trainerOfFolder(resultsFolder);
  if (trainer?.startsWith(SUPPORTED_TRAINER) && /^\w{1,100}$/.test(trainer)) return trainer;
  const sentence =
    trainer === null
      ? "Neither the checkpoint's .pkl nor the folder names the trainer."
      : `The checkpoint was made by another trainer; only ${SUPPORTED_TRAINER} is known.`;
  throw failed("TRAINER_UNSUPPORTED", sentence, {
    trainer: trainer?.replace(/\W/g, "?").slice(0, 100) ?? null,
  });
};

/** nnU-Net's trainers that leave out mirroring say so in their names, and nnU-Net then refuses to mirror at inference. */
export const trainsMirrored = (trainer: string): boolean => !trainer.includes("noMirroring");

/** The trainer of the demo models: whoever imports one cannot take it for a model that knows patients. */
export const knowsOnlyPhantoms = (trainer: string): boolean => trainer.endsWith("_PhantomDemo");

const taskIn = (path: string): string | null =>
  /(?:^|[/\\])(Task\d{3}_[\w-]{1,60})(?:[/\\]|$)/.exec(path)?.[1] ?? null;

/** The nnU-Net task, from the folder's path or else from the paths that the trainer was started with. */
export const readTaskName = (
  info: ReadonlyMap<PickleValue, PickleValue> | null,
  resultsFolder: string,
): string | null => {
  const fromFolder = taskIn(resultsFolder);
  if (fromFolder !== null) return fromFolder;
  const init = info?.get("init");
  for (const argument of Array.isArray(init) ? init : []) {
    const task = typeof argument === "string" ? taskIn(argument) : null;
    if (task !== null) return task;
  }
  return null;
};

/** Folder name for a model that was given none: `pansegnet-ct` for the published tasks, else task and class. */
export const defaultId = (trainer: string, taskName: string | null, modelClass: ModelClass): string => {
  const suffix = modelClass.toLowerCase();
  if (knowsOnlyPhantoms(trainer)) return `phantom-${suffix}`;
  if (taskName === null) return `model-${suffix}`;
  if (taskName.slice(4, 7) === publishedTasks[modelClass]) return `pansegnet-${suffix}`;
  return `${taskName.toLowerCase()}-${suffix}`;
};
