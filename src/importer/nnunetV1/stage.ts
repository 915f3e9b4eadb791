import type { PickleValue } from "../pickle/pickleValue.ts";
import { invalidPlan } from "./planValue.ts";

/** What is known of the resolution that a checkpoint was trained at. */
export type StageOrigin = {
  /** As the trainer was started; null where no .pkl says it. */
  readonly stage: number | null;
  /** nnU-Net's name such as 3d_lowres; null where no path shows it. */
  readonly configuration: string | null;
};

/** Positions in the tuple of arguments that every nnU-Net v1 trainer saves (nnUNetTrainer.init_args). */
const OUTPUT_FOLDER = 2;
const STAGE = 5;
const FOLD = 1;

const configurationIn = (path: string): string | null =>
  /(?:^|[/\\])(2d|3d_lowres|3d_fullres|3d_cascade_fullres)(?:[/\\]|$)/.exec(path)?.[1] ?? null;

const initOf = (info: ReadonlyMap<PickleValue, PickleValue> | null): readonly PickleValue[] => {
  const init = info?.get("init");
  return Array.isArray(init) ? init : [];
};

const wholeOrNull = (value: PickleValue | undefined): number | null =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;

/** The fold that the trainer was started with; null where no .pkl says it. */
export const readTrainedFold = (
  info: ReadonlyMap<PickleValue, PickleValue> | null,
): number | "all" | null => {
  const fold = initOf(info)[FOLD];
  return fold === "all" ? fold : wholeOrNull(fold);
};

/** What the checkpoint's .pkl says, and else the folder's path. */
export const readStageOrigin = (
  info: ReadonlyMap<PickleValue, PickleValue> | null,
  resultsPath: string,
): StageOrigin => {
  const init = initOf(info);
  const paths = [init[OUTPUT_FOLDER], resultsPath, ...init].filter((value) => typeof value === "string");
  const configuration = paths.map(configurationIn).find((name) => name !== null) ?? null;
  return { stage: wholeOrNull(init[STAGE]), configuration };
};

/**
 * The plan's stage that a checkpoint was trained at: the one that its own arguments name, else the plan's only one, else the
 * one that nnU-Net starts for the configuration (get_default_configuration: the last for 3d_fullres, the first for
 * 3d_lowres). Shapes cannot tell, for both may have one patch size. Throws PLAN_INVALID where nothing says it.
 */
export const chooseStage = (stages: readonly number[], { stage, configuration }: StageOrigin): number => {
  const sorted = [...stages].sort((a, b) => a - b);
  const [first] = sorted;
  if (first === undefined) throw invalidPlan("The plan has no stages.");
  if (stage !== null) {
    if (sorted.includes(stage)) return stage;
    throw invalidPlan(
      `The checkpoint was trained at stage ${stage} of its plan, which has only ${sorted.join(", ")}.`,
      { stage, stages: sorted },
    );
  }
  if (sorted.length === 1 || configuration === "3d_lowres") return first;
  if (configuration === "3d_fullres") return sorted.at(-1) as number;
  throw invalidPlan(
    `The plan has ${sorted.length} stages, and nothing says at which the checkpoint was trained: ` +
      "put its .pkl beside it, or the model below a folder called 3d_fullres or 3d_lowres.",
    { stages: sorted },
  );
};
