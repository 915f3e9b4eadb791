import type { Postprocessing } from "../../domain/plan.ts";
import { invalidPlan } from "./planValue.ts";

/** The pancreas is the only foreground class. */
const PANCREAS = 1;

const isPancreas = (entry: unknown): boolean =>
  entry === PANCREAS || (Array.isArray(entry) && entry.length === 1 && entry[0] === PANCREAS);

/** nnU-Net writes the sizes as the text of a Python dict, `{1: 123.4}` or `{(1,): 123.4}`, mm³; other classes are not ours. */
const minComponentMm3 = (value: unknown): number | null => {
  if (value === undefined || value === null || value === "None") return null;
  if (typeof value !== "string" || !/^\{[\d\s.,:()e+-]*\}$/.test(value)) {
    throw invalidPlan("postprocessing.json: min_valid_object_sizes is no dict of numbers.");
  }
  const entry = /[{,]\s*(?:1|\(\s*1\s*,?\s*\))\s*:\s*([^,}\s]+)/.exec(value);
  if (entry === null) return null;
  const size = Number(entry[1]);
  if (!Number.isFinite(size) || size < 0) {
    throw invalidPlan("postprocessing.json: min_valid_object_sizes holds no size in mm³.");
  }
  return size;
};

/** What nnU-Net does to the mask at the end; without the file, nothing. Throws PLAN_INVALID. */
export const readPostprocessing = (json: string | null): Postprocessing => {
  if (json === null) return { keepLargestComponent: false, minComponentMm3: null };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw invalidPlan("postprocessing.json is no JSON.");
  }
  const { for_which_classes: classes, min_valid_object_sizes: sizes } = (value ?? {}) as Record<
    string,
    unknown
  >;
  if (!Array.isArray(classes)) throw invalidPlan("postprocessing.json lacks for_which_classes.");
  const keepLargestComponent = classes.some(isPancreas);
  return { keepLargestComponent, minComponentMm3: keepLargestComponent ? minComponentMm3(sizes) : null };
};
