import type { CorrectedCase, QualityGroup, Spread } from "../domain/quality.ts";
import { describe } from "../evaluate/describe.ts";

type Where = QualityGroup["where"];

const spreadOf = (values: readonly number[]): Spread | null => {
  const description = describe(values);
  if (description === null) return null;
  const { n, mean, sd, median } = description;
  return { n, mean, sd, median };
};

const groupOf = (cases: readonly CorrectedCase[], where: Where): readonly QualityGroup[] => {
  const agreements = cases.map(({ agreement }) => agreement);
  const dice = spreadOf(agreements.map((each) => each.dice));
  const volumeDifferenceMl = spreadOf(agreements.map((each) => each.volumeDifferenceMl));
  if (dice === null || volumeDifferenceMl === null) return [];
  const hd95Mm = spreadOf(agreements.flatMap((each) => each.hd95Mm ?? []));
  return [{ where, cases: cases.length, dice, hd95Mm, volumeDifferenceMl }];
};

const groupsBy = (
  cases: readonly CorrectedCase[],
  ...columns: readonly (keyof Where)[]
): readonly QualityGroup[] => {
  const whereOf = (each: CorrectedCase): Where =>
    Object.fromEntries(columns.map((column) => [column, each[column]]));
  return [...Map.groupBy(cases, (each) => columns.map((column) => each[column]).join("\n"))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, members]) => members.slice(0, 1).flatMap((first) => groupOf(members, whereOf(first))));
};

/**
 * Dice, 95 % Hausdorff distance (mm) and volume difference (ml) over all cases, by modality, month, scanner, and scanner
 * and month, in this order, each sorted; none for no cases. Cases with an empty mask have no distance.
 */
export const summariseCases = (cases: readonly CorrectedCase[]): readonly QualityGroup[] => [
  ...groupOf(cases, {}),
  ...groupsBy(cases, "modality"),
  ...groupsBy(cases, "month"),
  ...groupsBy(cases, "scanner"),
  ...groupsBy(cases, "scanner", "month"),
];
