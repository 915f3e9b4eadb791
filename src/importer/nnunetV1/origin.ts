import { failed } from "../../domain/failure.ts";
import type { ModelClass } from "../../domain/plan.ts";
import type { PickleValue } from "../pickle/pickleValue.ts";
import type { StageOrigin } from "./stage.ts";

const SUPPORTED_TRAINER = "nnTransUNetTrainerV2";

/** Task and class of the published PanSegNet models. */
const publishedTasks: Readonly<Record<ModelClass, string>> = { CT: "109", T1: "110", T2: "111" };

/** The class that a task of the published models knows; null for any other task. */
export const usualClass = (taskName: string | null): ModelClass | null =>
  (["CT", "T1", "T2"] as const).find((name) => publishedTasks[name] === taskName?.slice(4, 7)) ?? null;

/** nnU-Net's results folders are called TRAINER__PLANS. */
const trainerOfFolder = (resultsFolder: string): string | null =>
  /([^/\\]+)__[^/\\]+[/\\]?$/.exec(resultsFolder)?.[1] ?? null;

/** The trainer class, from the checkpoint's .pkl or else the folder's name. Throws TRAINER_UNSUPPORTED. */
export const readTrainer = (
  info: ReadonlyMap<PickleValue, PickleValue> | null,
  resultsFolder: string,
): string => {
  const name = info?.get("name");
  const trainer = typeof name === "string" ? name : trainerOfFolder(resultsFolder);
  const isKnown = trainer?.startsWith(SUPPORTED_TRAINER) && !trainer.includes("Cascade");
  if (trainer !== null && isKnown && /^\w{1,100}$/.test(trainer)) return trainer;
  const named = trainer?.replace(/\W/g, "?").slice(0, 100) ?? null;
  const sentence =
    named === null
      ? "Neither a .pkl beside the checkpoint nor the folder's name says which trainer made it; " +
        "put the .pkl of the same name beside it."
      : `The checkpoint was made by ${named}; only ${SUPPORTED_TRAINER} is known.`;
  throw failed("TRAINER_UNSUPPORTED", sentence, { trainer: named });
};

/** nnU-Net's trainers that leave out mirroring say so in their names, and nnU-Net then refuses to mirror at inference. */
export const trainsMirrored = (trainer: string): boolean => !trainer.includes("noMirroring");

/** The trainer of the demo models: whoever imports one cannot take it for a model that knows patients. */
export const knowsOnlyPhantoms = (trainer: string): boolean => trainer.endsWith("_PhantomDemo");

/** The innermost task that a path names, without the time that web drives add to a folder's name. */
export const taskIn = (path: string): string | null =>
  [...path.matchAll(/(?<=^|[/\\])(Task\d{3}_[\w-]{1,60})(?=[/\\]|$)/g)]
    .at(-1)?.[1]
    ?.replace(/-\d{8}T\d{6}Z(-\d+)*$/, "") ?? null;

/** Of the networks of one task these see slices alone, or need the mask of another network. Throws TRAINER_UNSUPPORTED. */
export const requireOneNetworkIn3d = ({ configuration }: StageOrigin): void => {
  if (configuration !== "2d" && configuration !== "3d_cascade_fullres") return;
  const what =
    configuration === "2d"
      ? "sees single slices"
      : "is the second of a cascade and needs the first one's mask";
  throw failed(
    "TRAINER_UNSUPPORTED",
    `A ${configuration} network ${what}; import the 3d_fullres model of the same task.`,
    { configuration },
  );
};

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
