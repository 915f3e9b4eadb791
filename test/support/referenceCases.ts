import { readFileSync } from "node:fs";
import { zyx } from "../../src/domain/axes.ts";
import type { Volume } from "../../src/domain/grid.ts";
import type { Plan } from "../../src/domain/plan.ts";
import { axialGrid } from "./grids.ts";
import { readNiftiArray } from "./niftiArray.ts";
import { sharedFolder } from "./shared.ts";
import { toZyx } from "./unitVectors.ts";

/** A plan that leaves everything as it is; tests change what they are about. */
export const plainPlan: Plan = {
  modelClass: "T1",
  orientation: "stored",
  transposeForward: zyx(0, 1, 2),
  transposeBackward: zyx(0, 1, 2),
  targetSpacingMm: zyx(1, 1, 1),
  patchSize: zyx(8, 8, 8),
  normalization: { kind: "none" },
  useMaskForNorm: false,
  mirrored: true,
  exportResampling: { forceSeparateZ: null, order: 1, orderZ: 0 },
  postprocessing: { keepLargestComponent: false, minComponentMm3: null },
};

const largestOnly = { keepLargestComponent: true, minComponentMm3: null };

/** Plans of the two reference models, as their plans.pkl and postprocessing.json say. */
const ctPlan: Plan = {
  ...plainPlan,
  modelClass: "CT",
  targetSpacingMm: zyx(3, 1.5, 1.5),
  patchSize: zyx(16, 96, 96),
  normalization: { kind: "ct", mean: -11.801557, sd: 22.31006, lower: -64, upper: 36 },
  postprocessing: largestOnly,
};

const t1Plan: Plan = {
  ...plainPlan,
  targetSpacingMm: zyx(6, 1.5, 1.5),
  patchSize: zyx(8, 80, 96),
  normalization: { kind: "zscore" },
  postprocessing: largestOnly,
};

export const referenceCases = [
  { name: "ct", plan: ctPlan },
  { name: "ct_same_grid", plan: ctPlan },
  { name: "t1", plan: t1Plan },
] as const;

export type ReferenceCase = (typeof referenceCases)[number];

export const caseFile = (name: string, file: string): string => sharedFolder("vectors", name, file);

export type CaseFacts = {
  readonly original_spacing_zyx: readonly number[];
  readonly crop_bbox_zyx: readonly (readonly number[])[];
};

export const readCaseFacts = (name: string): CaseFacts =>
  JSON.parse(readFileSync(caseFile(name, "case.json"), "utf8")) as CaseFacts;

export const readCaseVolume = (name: string): Volume => {
  const { shape, voxels } = readNiftiArray(caseFile(name, "input.nii.gz"));
  return { grid: axialGrid(shape, toZyx(readCaseFacts(name).original_spacing_zyx)), voxels };
};
