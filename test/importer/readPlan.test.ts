import assert from "node:assert/strict";
import { test } from "node:test";
import { zyx } from "../../src/domain/axes.ts";
import type { ModelClass, Postprocessing } from "../../src/domain/plan.ts";
import { type ImportedPlan, readPlan } from "../../src/importer/nnunetV1/readPlan.ts";
import type { StageOrigin } from "../../src/importer/nnunetV1/stage.ts";
import { readPickle } from "../../src/importer/pickle/pickle.ts";
import { refuses } from "./failing.ts";
import * as py from "./pickleBytes.ts";
import { planEntries, tinyNetwork } from "./syntheticModel.ts";

const none: Postprocessing = { keepLargestComponent: false, minComponentMm3: null };

const lastStage: StageOrigin = { stage: null, configuration: "3d_fullres" };

const training = { orientation: "LPS", mirrored: true } as const;

type Overrides = Readonly<Record<string, py.Fragment | null>>;

const planOf = (
  overrides: Overrides = {},
  stage: Overrides = {},
  modelClass: ModelClass = "T1",
  origin = lastStage,
): ImportedPlan =>
  readPlan(
    readPickle(py.pickle(planEntries(tinyNetwork, overrides, stage))),
    modelClass,
    training,
    none,
    origin,
  );

const ints = (...values: readonly number[]): py.Fragment => py.list(...values.map(py.int));

const scheme = (name: string): py.Fragment => py.orderedDict([py.int(0), py.text(name)]);

const ctProperties = (changes: Readonly<Record<string, number>> = {}): py.Fragment => {
  const values = { mean: 80, sd: 40, percentile_00_5: -100, percentile_99_5: 200, ...changes };
  const channel = py.orderedDict(
    ...Object.entries(values).map(([key, value]) => [py.text(key), py.float(value)] as const),
  );
  return py.dict([py.text("intensityproperties"), py.orderedDict([py.int(0), channel])]);
};

test("an MR plan becomes a z-score plan with nnU-Net's defaults", () => {
  assert.deepEqual(planOf(), {
    plan: {
      modelClass: "T1",
      orientation: "LPS",
      transposeForward: zyx(0, 1, 2),
      transposeBackward: zyx(0, 1, 2),
      targetSpacingMm: zyx(3, 1.5, 1.5),
      patchSize: zyx(4, 8, 8),
      normalization: { kind: "zscore" },
      useMaskForNorm: false,
      mirrored: true,
      exportResampling: { forceSeparateZ: null, order: 1, orderZ: 0 },
      postprocessing: none,
    },
    network: {
      patchSize: tinyNetwork.patchSize,
      pools: tinyNetwork.pools,
      kernels: tinyNetwork.kernels,
      baseFeatures: 2,
      convsPerStage: 2,
    },
    stage: 0,
    stages: 1,
    modality: null,
  });
});

test("CT clips and scales by the plan's statistics; CT2, which takes the image's own, is refused", () => {
  const planWith = (name: string) =>
    planOf({ normalization_schemes: scheme(name), dataset_properties: ctProperties() }, {}, "CT");
  assert.deepEqual(planWith("CT").plan.normalization, {
    kind: "ct",
    mean: 80,
    sd: 40,
    lower: -100,
    upper: 200,
  });
  assert.throws(() => planWith("CT2"), /PLAN_INVALID.*CT2/);
});

test("noNorm is no normalisation for any class, and every other scheme is z-score", () => {
  for (const modelClass of ["CT", "T1", "T2"] as const) {
    const { plan } = planOf({ normalization_schemes: scheme("noNorm") }, {}, modelClass);
    assert.deepEqual(plan.normalization, { kind: "none" });
  }
  for (const name of ["T1", "T2", "MRI", "something"]) {
    assert.deepEqual(planOf({ normalization_schemes: scheme(name) }, {}, "T2").plan.normalization, {
      kind: "zscore",
    });
  }
});

test("mask normalisation, transposes and export parameters are taken over", () => {
  const { plan } = planOf({
    use_mask_for_norm: py.orderedDict([py.int(0), py.bool(true)]),
    transpose_forward: ints(2, 0, 1),
    transpose_backward: ints(1, 2, 0),
    segmentation_export_params: py.dict(
      [py.text("force_separate_z"), py.bool(false)],
      [py.text("interpolation_order"), py.int(3)],
      [py.text("interpolation_order_z"), py.int(1)],
    ),
  });
  assert.equal(plan.useMaskForNorm, true);
  assert.deepEqual(plan.transposeForward, zyx(2, 0, 1));
  assert.deepEqual(plan.transposeBackward, zyx(1, 2, 0));
  assert.deepEqual(plan.exportResampling, { forceSeparateZ: false, order: 3, orderZ: 1 });
});

test("what an older plan does not say is as nnU-Net assumes it", () => {
  const { plan, network } = planOf({
    transpose_forward: null,
    transpose_backward: py.none,
    conv_per_stage: null,
  });
  assert.deepEqual(plan.transposeForward, zyx(0, 1, 2));
  assert.equal(network.convsPerStage, 2);
});

const twoStages = (() => {
  // Both of one patch size and the same layers: only what the checkpoint says can tell them apart.
  const stage = (spacing: number): py.Fragment =>
    py.dict(
      [py.text("patch_size"), ints(...tinyNetwork.patchSize)],
      [py.text("current_spacing"), py.list(py.float(spacing), py.float(1), py.float(1))],
      [py.text("pool_op_kernel_sizes"), py.list(ints(1, 2, 2), ints(2, 2, 2))],
      [py.text("conv_kernel_sizes"), py.list(ints(1, 3, 3), ints(3, 3, 3), ints(3, 3, 3))],
    );
  return { plans_per_stage: py.dict([py.int(1), stage(2.5)], [py.int(0), stage(5)]) };
})();

test("the last stage counts for 3d_fullres, however the stages are ordered", () => {
  assert.deepEqual(planOf(twoStages).plan.targetSpacingMm, zyx(2.5, 1, 1));
});

test("I3: the stage is the one that the checkpoint names, then the one of its configuration, and is never guessed", () => {
  const spacing = (stage: number | null, configuration: string | null) =>
    planOf(twoStages, {}, "T1", { stage, configuration }).plan.targetSpacingMm[0];
  assert.equal(spacing(0, "3d_lowres"), 5);
  assert.equal(spacing(1, "3d_fullres"), 2.5);
  assert.equal(spacing(0, null), 5);
  // A folder may have been renamed; the trainer's arguments were not.
  assert.equal(spacing(0, "3d_fullres"), 5);
  assert.equal(spacing(null, "3d_lowres"), 5);
  assert.equal(spacing(null, "3d_fullres"), 2.5);
  assert.throws(() => spacing(null, null), /PLAN_INVALID.*2 stages/);
  assert.throws(() => spacing(2, "3d_fullres"), /PLAN_INVALID.*stage 2/);
});

const contradictions: readonly [string, Overrides, Overrides, ModelClass?][] = [
  ["the class CT for a z-score plan", {}, {}, "CT"],
  [
    "the class T1 for a CT plan",
    { normalization_schemes: scheme("CT"), dataset_properties: ctProperties() },
    {},
  ],
  ["a CT plan without statistics", { normalization_schemes: scheme("CT") }, {}, "CT"],
  [
    "a zero deviation",
    { normalization_schemes: scheme("CT"), dataset_properties: ctProperties({ sd: 0 }) },
    {},
    "CT",
  ],
  [
    "percentiles that are the wrong way round",
    { normalization_schemes: scheme("CT"), dataset_properties: ctProperties({ percentile_99_5: -200 }) },
    {},
    "CT",
  ],
  [
    "a mean that is no number",
    { normalization_schemes: scheme("CT"), dataset_properties: ctProperties({ mean: Number.NaN }) },
    {},
    "CT",
  ],
  ["two input channels", { num_modalities: py.int(2) }, {}],
  ["two foreground classes", { num_classes: py.int(2) }, {}],
  ["no normalisation scheme", { normalization_schemes: null }, {}],
  ["no mask rule", { use_mask_for_norm: null }, {}],
  ["no stages", { plans_per_stage: py.dict() }, {}],
  ["no feature count", { base_num_features: null }, {}],
  [
    "a transpose that is not undone",
    { transpose_forward: ints(2, 0, 1), transpose_backward: ints(2, 0, 1) },
    {},
  ],
  ["a transpose that repeats an axis", { transpose_forward: ints(0, 0, 1) }, {}],
  [
    "an export rule that is no truth value",
    { segmentation_export_params: py.dict([py.text("force_separate_z"), py.int(3)]) },
    {},
  ],
  ["a 2-D patch", {}, { patch_size: ints(8, 8) }],
  ["a patch that the pools do not divide", {}, { patch_size: ints(4, 8, 10) }],
  ["a patch beyond any scanner", {}, { patch_size: ints(4, 8, 8192) }],
  ["as many kernels as pools", {}, { conv_kernel_sizes: py.list(ints(1, 3, 3), ints(3, 3, 3)) }],
  ["no pools", {}, { pool_op_kernel_sizes: py.list() }],
  ["an even kernel", {}, { conv_kernel_sizes: py.list(ints(1, 3, 3), ints(2, 3, 3), ints(3, 3, 3)) }],
  ["a pool of zero", {}, { pool_op_kernel_sizes: py.list(ints(1, 2, 0), ints(2, 2, 2)) }],
  ["a spacing of zero", {}, { current_spacing: py.list(py.float(0), py.float(1), py.float(1)) }],
  ["no spacing", {}, { current_spacing: null }],
];

for (const [name, overrides, stage, modelClass] of contradictions) {
  test(
    `a plan with ${name} is refused`,
    refuses("PLAN_INVALID", () => planOf(overrides, stage, modelClass)),
  );
}

test(
  "a plan that is no dict is refused",
  refuses("PLAN_INVALID", () => readPlan(["not", "a", "plan"], "T1", training, none, lastStage)),
);
