import type { CaseAgreement } from "../evaluate/assessCase.ts";
import type { CohortCase } from "../evaluate/summariseCohort.ts";
import { type Cell, csvLine } from "../readout/csvLine.ts";
import type { LeftOut } from "./cohortReport.ts";

/** Column → what stands in it; `src/cohort/README.md` says what each means. */
const columns: Readonly<Record<string, (agreement: CaseAgreement) => Cell>> = {
  dice: ({ dice }) => dice,
  jaccard: ({ jaccard }) => jaccard,
  precision: ({ precision }) => precision,
  recall: ({ recall }) => recall,
  kappa: ({ kappa }) => kappa,
  hd_mm: ({ hausdorffMm }) => hausdorffMm,
  hd95_mm: ({ hd95Mm }) => hd95Mm,
  assd_mm: ({ assdMm }) => assdMm,
  robust_hd95_mm: ({ robustHd95Mm }) => robustHd95Mm,
  surface_dice: ({ surfaceDice }) => surfaceDice,
  surface_tolerance_mm: ({ toleranceMm }) => toleranceMm,
  volume_ml: ({ volumeMl }) => volumeMl,
  reference_ml: ({ referenceMl }) => referenceMl,
  volume_difference_ml: ({ volumeDifferenceMl }) => volumeDifferenceMl,
  relative_volume_difference: ({ relativeVolumeDifference }) => relativeVolumeDifference,
  empty_mask: ({ emptyMask }) =>
    ({ none: "none", first: "prediction", second: "reference", both: "both" })[emptyMask],
};

export const measureColumns = Object.keys(columns);

/** A table with a header (RFC 4180): one row a case, those left out at the end with their reason and no numbers. */
export const casesCsv = (cases: readonly CohortCase[], leftOut: readonly LeftOut[]): string => {
  const groups = [...new Set([...cases, ...leftOut].flatMap((one) => Object.keys(one.groups)))];
  const row = (one: CohortCase | LeftOut): readonly Cell[] => [
    one.name,
    ...groups.map((column) => one.groups[column] ?? null),
    ...Object.values(columns).map((read) => ("agreement" in one ? read(one.agreement) : null)),
    "failure" in one ? `${one.failure.code}: ${one.failure.sentence}` : null,
  ];
  return [["case", ...groups, ...measureColumns, "left_out"], ...[...cases, ...leftOut].map(row)]
    .map(csvLine)
    .join("");
};
