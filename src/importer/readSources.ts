import { open, readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { failed } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import type { ModelSources } from "./locate.ts";
import { LARGEST_PICKLE_BYTES, readPickle } from "./pickle.ts";
import { malformedPickle, type PickleValue } from "./pickleValue.ts";
import { invalidPlan } from "./planValue.ts";
import { readPostprocessing } from "./postprocessing.ts";
import { type ImportedPlan, readPlan, type Training } from "./readPlan.ts";

type Dict = ReadonlyMap<PickleValue, PickleValue>;

const readPickleFile = async (path: string): Promise<PickleValue> => {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size > LARGEST_PICKLE_BYTES)
      throw malformedPickle(`A .pkl file of ${size} bytes is no plan.`, { size });
    return readPickle(await file.readFile());
  } finally {
    await file.close();
  }
};

/** The dict that nnU-Net writes beside a checkpoint: trainer's name, its arguments and the plan; null where it is absent. */
export const readCheckpointInfo = async (sources: ModelSources): Promise<Dict | null> => {
  if (sources.checkpointInfo === null) return null;
  const info = await readPickleFile(sources.checkpointInfo);
  if (info instanceof Map) return info;
  throw malformedPickle("The checkpoint's .pkl holds no dict.");
};

/**
 * The plan, from plans.pkl or else from the checkpoint's .pkl; where both are there they must agree in all that is used.
 * Throws PLAN_NOT_FOUND, PLAN_INVALID, PICKLE_*.
 */
export const readPlanOf = async (
  sources: ModelSources,
  info: Dict | null,
  modelClass: ModelClass,
  training: Training,
): Promise<ImportedPlan> => {
  const postprocessing = readPostprocessing(
    sources.postprocessing === null ? null : await readFile(sources.postprocessing, "utf8"),
  );
  const values = [
    sources.plans === null ? undefined : await readPickleFile(sources.plans),
    info?.get("plans"),
  ];
  const [plan, copy] = values
    .filter((value) => value !== undefined)
    .map((value) => readPlan(value, modelClass, training, postprocessing));
  if (plan === undefined) {
    throw failed(
      "PLAN_NOT_FOUND",
      "There is no plans.pkl, and the checkpoint's .pkl is missing or has no plan.",
    );
  }
  if (copy !== undefined && !isDeepStrictEqual(plan, copy)) {
    throw invalidPlan("plans.pkl and the checkpoint's own plan differ; they do not belong together.");
  }
  return plan;
};
