import { mapZyx, type Zyx, zyx } from "../../domain/axes.ts";
import type { ExportResampling, ModelClass, Normalization, Plan, Postprocessing } from "../../domain/plan.ts";
import type { PickleValue } from "../pickle/pickleValue.ts";
import {
  dictAt,
  invalidPlan,
  listAt,
  numberAt,
  textAt,
  tripleAt,
  wholeAt,
  wholeTripleAt,
} from "./planValue.ts";
import { chooseStage, type StageOrigin } from "./stage.ts";

/** What the plan says about the network's layers; axis order (z,y,x). Level 0 is the full resolution. */
export type NetworkPlan = {
  readonly patchSize: Zyx<number>;
  /** Stride and upsampling factor between level d and d+1. */
  readonly pools: readonly Zyx<number>[];
  /** Kernel of the convolutions of each level, one more than pools. */
  readonly kernels: readonly Zyx<number>[];
  readonly baseFeatures: number;
  readonly convsPerStage: number;
};

export type ImportedPlan = {
  readonly plan: Plan;
  readonly network: NetworkPlan;
  /** The stage of the plan that all this is read from, and how many the plan has. */
  readonly stage: number;
  readonly stages: number;
  /** The plan's own word for its images, such as `MRI T1`; null where it has none. */
  readonly modality: string | null;
};

/** What the plan does not say of how the model was trained. */
export type Training = Pick<Plan, "orientation" | "mirrored">;

type Dict = ReadonlyMap<PickleValue, PickleValue>;

/**
 * CT clips and scales by the plan; every unknown scheme is z-score, as in nnU-Net's preprocessing. CT2 scales by the
 * image's own statistics within the plan's limits: neither of the two, and no published PanSegNet model uses it.
 */
const normalizationKind = (scheme: string): Normalization["kind"] => {
  if (scheme === "CT") return "ct";
  if (scheme === "CT2") throw invalidPlan("The plan's normalisation CT2 is not supported.", { scheme });
  return scheme === "noNorm" ? "none" : "zscore";
};

const readNormalization = (plan: Dict, modelClass: ModelClass): Normalization => {
  const scheme = textAt(
    dictAt(plan.get("normalization_schemes"), "normalization_schemes").get(0),
    "normalization_schemes[0]",
  );
  const kind = normalizationKind(scheme);
  if (kind !== "none" && (kind === "ct") !== (modelClass === "CT")) {
    throw invalidPlan(`The plan normalises as ${kind}, which does not fit the model class ${modelClass}.`, {
      normalization: kind,
      modelClass,
    });
  }
  if (kind !== "ct") return { kind };
  const key = "dataset_properties.intensityproperties";
  const properties = dictAt(dictAt(plan.get("dataset_properties"), key).get("intensityproperties"), key);
  const channel = dictAt(properties.get(0), `${key}[0]`);
  const value = (name: string): number => numberAt(channel.get(name), `${key}[0].${name}`);
  const ct = {
    mean: value("mean"),
    sd: value("sd"),
    lower: value("percentile_00_5"),
    upper: value("percentile_99_5"),
  };
  if (!(ct.sd > 0) || !(ct.lower < ct.upper)) {
    throw invalidPlan(
      `The plan's CT statistics are impossible: sd ${ct.sd}, ${ct.lower} to ${ct.upper} HU.`,
      ct,
    );
  }
  return { kind, ...ct };
};

const readTransposes = (plan: Dict): Pick<Plan, "transposeForward" | "transposeBackward"> => {
  const read = (key: string): Zyx<number> => {
    // Plans before nnU-Net 2.0 have none: their arrays are not transposed.
    const value = plan.get(key) ?? null;
    return value === null ? zyx(0, 1, 2) : wholeTripleAt(value, key, 0, 2);
  };
  const transposeForward = read("transpose_forward");
  const transposeBackward = read("transpose_backward");
  if (!transposeForward.every((axis, i) => transposeBackward[axis] === i)) {
    throw invalidPlan("The plan's transpose_backward does not undo its transpose_forward.", {
      transposeForward,
      transposeBackward,
    });
  }
  return { transposeForward, transposeBackward };
};

const readExportResampling = (plan: Dict): ExportResampling => {
  const key = "segmentation_export_params";
  const value = plan.get(key) ?? null;
  if (value === null) return { forceSeparateZ: null, order: 1, orderZ: 0 };
  const given = dictAt(value, key);
  const force = given.get("force_separate_z") ?? null;
  if (force !== null && typeof force !== "boolean")
    throw invalidPlan(`The plan's ${key} force_separate_z is no truth value.`);
  return {
    forceSeparateZ: force,
    order: wholeAt(given.get("interpolation_order"), `${key}.interpolation_order`, 0, 3),
    orderZ: wholeAt(given.get("interpolation_order_z"), `${key}.interpolation_order_z`, 0, 3),
  };
};

/** What the planner was told of channel 0, as plain text. */
const readModality = (plan: Dict): string | null => {
  const modalities = plan.get("modalities");
  const name = modalities instanceof Map ? modalities.get(0) : undefined;
  return typeof name === "string" ? name.replace(/[^\w .-]/g, "?").slice(0, 40) : null;
};

const requireOneChannelOneClass = (plan: Dict): void => {
  wholeAt(plan.get("num_modalities"), "num_modalities", 1, 1);
  wholeAt(plan.get("num_classes"), "num_classes", 1, 1);
};

const triples = (value: PickleValue | undefined, key: string, least: number, most: number): Zyx<number>[] =>
  listAt(value, key).map((item) => wholeTripleAt(item, key, least, most));

const readNetwork = (plan: Dict, stage: Dict): NetworkPlan => {
  const pools = triples(stage.get("pool_op_kernel_sizes"), "pool_op_kernel_sizes", 1, 4);
  const kernels = triples(stage.get("conv_kernel_sizes"), "conv_kernel_sizes", 1, 3);
  const patchSize = wholeTripleAt(stage.get("patch_size"), "patch_size", 1, 1024);
  if (pools.length < 1 || pools.length > 8 || kernels.length !== pools.length + 1) {
    throw invalidPlan(
      `The plan has ${pools.length} pools and ${kernels.length} kernels; kernels are one more.`,
      {
        pools: pools.length,
        kernels: kernels.length,
      },
    );
  }
  if (kernels.flat().includes(2)) throw invalidPlan("The plan has an even convolution kernel.");
  const stride = pools.reduce(
    (product, pool) => mapZyx(product, (size, axis) => size * pool[axis]),
    zyx(1, 1, 1),
  );
  if (patchSize.some((size, axis) => size % (stride[axis] as number) !== 0)) {
    throw invalidPlan(`The patch ${patchSize.join("x")} is not divisible by the pools ${stride.join("x")}.`, {
      patchSize,
      stride,
    });
  }
  return {
    patchSize,
    pools,
    kernels,
    baseFeatures: wholeAt(plan.get("base_num_features"), "base_num_features", 1, 320),
    // nnU-Net's own default where an older plan does not say.
    convsPerStage: wholeAt(plan.get("conv_per_stage") ?? 2, "conv_per_stage", 1, 8),
  };
};

/** Everything that the product uses of an nnU-Net v1 plan (`plans.pkl`, or `plans` of a checkpoint's .pkl). Throws PLAN_INVALID. */
export const readPlan = (
  value: PickleValue,
  modelClass: ModelClass,
  training: Training,
  postprocessing: Postprocessing,
  origin: StageOrigin,
): ImportedPlan => {
  const dict = dictAt(value, "top level");
  requireOneChannelOneClass(dict);
  const stages = dictAt(dict.get("plans_per_stage"), "plans_per_stage");
  const index = chooseStage(
    [...stages.keys()].map((key) => numberAt(key, "plans_per_stage")),
    origin,
  );
  const stage = dictAt(stages.get(index), "plans_per_stage");
  const network = readNetwork(dict, stage);
  const targetSpacingMm = tripleAt(stage.get("current_spacing"), "current_spacing");
  if (targetSpacingMm.some((mm) => !(mm > 0))) {
    throw invalidPlan(`The plan's spacing ${targetSpacingMm.join(" x ")} mm is not positive.`, {
      targetSpacingMm,
    });
  }
  const masks = dictAt(dict.get("use_mask_for_norm"), "use_mask_for_norm");
  const plan: Plan = {
    modelClass,
    ...training,
    ...readTransposes(dict),
    targetSpacingMm,
    patchSize: network.patchSize,
    normalization: readNormalization(dict, modelClass),
    useMaskForNorm: masks.get(0) === true || masks.get(0) === 1,
    exportResampling: readExportResampling(dict),
    postprocessing,
  };
  return { plan, network, stage: index, stages: stages.size, modality: readModality(dict) };
};
