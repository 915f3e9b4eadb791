import { type QualityGroup, saySpread } from "../domain/quality.ts";

export const qualityHeader = [
  "month",
  "scanner",
  "modality",
  "cases",
  "dice %",
  "median",
  "hd95 mm",
  "bias ml",
] as const;

/** A row for each group, mean ± SD; what a group has not in common is empty. */
export const qualityRows = (groups: readonly QualityGroup[]): readonly (readonly string[])[] =>
  groups.map(({ where, cases, dice, hd95Mm, volumeDifferenceMl }) => [
    where.month ?? "",
    where.scanner ?? "",
    where.modality ?? "",
    String(cases),
    saySpread(dice, cases, 100),
    (100 * dice.median).toFixed(1),
    saySpread(hd95Mm, cases),
    saySpread(volumeDifferenceMl, cases),
  ]);
