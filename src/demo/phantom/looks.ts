import type { ModelClass } from "../../domain/plan.ts";
import { ctContrast, ctLooks } from "./ctLooks.ts";
import { t1Contrast, t1FatLooks, t1WaterLooks } from "./t1Looks.ts";
import { t2Looks } from "./t2Looks.ts";
import type { ContrastChanges, Looks, Phase, Tissue } from "./tissues.ts";

const changed = (looks: Looks, contrast: ContrastChanges, phase: Phase): Looks => {
  const means = contrast[phase];
  const entries = Object.entries(looks).map(([tissue, [mean, texture, grainMm]]) => [
    tissue,
    [means[tissue as Tissue] ?? mean, texture, grainMm],
  ]);
  return Object.fromEntries(entries) as Looks;
};

/** How every tissue looks in a class and contrast phase; T2 is always without contrast medium. */
export const looksOf = (modelClass: ModelClass, phase: Phase): Looks => {
  if (modelClass === "T2") return t2Looks;
  return modelClass === "CT" ? changed(ctLooks, ctContrast, phase) : changed(t1WaterLooks, t1Contrast, phase);
};

const dark = Object.fromEntries(
  Object.keys(t1WaterLooks).map((tissue) => [tissue, [0, 0, 1] as const] as const),
) as Looks;

/** The fat alone of every tissue in T1; contrast medium does not reach it. */
export const fatLooks: Looks = { ...dark, ...t1FatLooks };
