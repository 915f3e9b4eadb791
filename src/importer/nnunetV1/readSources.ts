import { open, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { failed } from "../../domain/failure.ts";
import type { ModelClass } from "../../domain/plan.ts";
import { LARGEST_PICKLE_BYTES, readPickle } from "../pickle/pickle.ts";
import { malformedPickle, type PickleValue } from "../pickle/pickleValue.ts";
import type { SourceFile, SourceTree } from "../source/sourceTree.ts";
import { knownStart, START_BYTES } from "../torch/fileKind.ts";
import type { ModelSources } from "./locate.ts";
import { invalidPlan } from "./planValue.ts";
import { readPostprocessing } from "./postprocessing.ts";
import { type ImportedPlan, readPlan, type Training } from "./readPlan.ts";
import { readStageOrigin } from "./stage.ts";

type Dict = ReadonlyMap<PickleValue, PickleValue>;

/** A plan and the path of the source that it lies at. */
export type PlanOfSource = ImportedPlan & { readonly planPath: string };

const readPickleFile = async (path: string): Promise<PickleValue> => {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size > LARGEST_PICKLE_BYTES)
      throw malformedPickle(`A .pkl file of ${size} bytes is no plan.`, { size });
    const bytes = await file.readFile();
    // A pickle of protocol 2 or more; what else bears the name may be a web page or a pointer to the file.
    const instead = bytes[0] === 0x80 ? null : knownStart(bytes.subarray(0, START_BYTES));
    if (instead !== null) throw malformedPickle(`${basename(path)}: ${instead}`);
    return readPickle(bytes);
  } finally {
    await file.close();
  }
};

/** The dict that nnU-Net writes beside a checkpoint: trainer's name, its arguments and the plan; null where it is absent. */
export const readCheckpointInfo = async (tree: SourceTree, sources: ModelSources): Promise<Dict | null> => {
  if (sources.checkpointInfo === null) return null;
  const info = await readPickleFile(await fetchFile(tree, sources.checkpointInfo));
  if (info instanceof Map) return info;
  throw malformedPickle("The checkpoint's .pkl holds no dict.");
};

/** Path on disk of a file that `locateModel` chose; one of an archive is unpacked, once. */
export const fetchFile = (
  tree: SourceTree,
  path: string,
  onProgress?: (share: number) => void,
): Promise<string> => (tree.files.get(path) as SourceFile).fetch(onProgress);

/** The plans that there are, each with where it lies; the preprocessed data's only where no other is. */
const plansOf = async (
  tree: SourceTree,
  sources: ModelSources,
  info: Dict | null,
): Promise<readonly (readonly [path: string, value: PickleValue])[]> => {
  const read = async (path: string) => [path, await readPickleFile(await fetchFile(tree, path))] as const;
  const copy = info?.get("plans");
  const found = [
    ...(sources.plans === null ? [] : [await read(sources.plans)]),
    ...(copy === undefined ? [] : [[sources.checkpointInfo as string, copy] as const]),
  ];
  if (found.length > 0 || sources.preprocessedPlans === null) return found;
  return [await read(sources.preprocessedPlans)];
};

/**
 * The plan, from plans.pkl or else from the checkpoint's .pkl or else from the preprocessed data, and the path that it lies
 * at; where the first two are there they must agree in all that is used. Throws PLAN_NOT_FOUND, PLAN_INVALID, PICKLE_*.
 */
export const readPlanOf = async (
  tree: SourceTree,
  sources: ModelSources,
  info: Dict | null,
  modelClass: ModelClass,
  training: Training,
): Promise<PlanOfSource> => {
  const postprocessing = readPostprocessing(
    sources.postprocessing === null
      ? null
      : await readFile(await fetchFile(tree, sources.postprocessing), "utf8"),
  );
  const origin = readStageOrigin(info, sources.resultsPath);
  const plans = await plansOf(tree, sources, info);
  const [plan, copy] = plans.map(([, value]) =>
    readPlan(value, modelClass, training, postprocessing, origin),
  );
  if (plan === undefined) {
    throw failed(
      "PLAN_NOT_FOUND",
      "There is no plans.pkl, and the checkpoint's .pkl is missing or has no plan.",
    );
  }
  if (copy !== undefined && !isDeepStrictEqual(plan, copy)) {
    throw invalidPlan("plans.pkl and the checkpoint's own plan differ; they do not belong together.");
  }
  return { ...plan, planPath: plans[0]?.[0] as string };
};
