import type { CaseAgreement } from "./assessCase.ts";
import { type BlandAltman, blandAltman } from "./blandAltman.ts";
import { type Correlation, correlate } from "./correlation.ts";
import { type Description, describe } from "./describe.ts";

/** A case and where it comes from. */
export type CohortCase = {
  /** Such as CT, T1, T2. */
  readonly modality: string;
  readonly centre: string;
  readonly agreement: CaseAgreement;
};

const described = [
  "dice",
  "jaccard",
  "precision",
  "recall",
  "kappa",
  "hausdorffMm",
  "hd95Mm",
  "assdMm",
  "robustHd95Mm",
  "surfaceDice",
  "volumeDifferenceMl",
  "relativeVolumeDifference",
] as const;

type Measure = (typeof described)[number];

export type GroupSummary = {
  /** null: all modalities together. */
  readonly modality: string | null;
  /** null: all centres together. */
  readonly centre: string | null;
  readonly cases: number;
  /** Over the cases that have a value; `n` tells how many, and null that none has. */
  readonly measures: Readonly<Record<Measure, Description | null>>;
  /** Predicted against reference volumes; null for fewer than 2 cases. */
  readonly volumes: { readonly correlation: Correlation; readonly blandAltman: BlandAltman } | null;
};

const summarise = (
  cases: readonly CohortCase[],
  modality: string | null,
  centre: string | null,
): GroupSummary => {
  const rows = cases
    .filter((one) => (modality ?? one.modality) === one.modality && (centre ?? one.centre) === one.centre)
    .map(({ agreement }) => agreement);
  const [predicted, reference] = [rows.map((row) => row.volumeMl), rows.map((row) => row.referenceMl)];
  const values = (measure: Measure): Description | null =>
    describe(rows.flatMap((row) => row[measure] ?? []));
  return {
    modality,
    centre,
    cases: rows.length,
    measures: Object.fromEntries(
      described.map((measure) => [measure, values(measure)]),
    ) as GroupSummary["measures"],
    volumes:
      rows.length < 2
        ? null
        : {
            correlation: correlate(predicted, reference),
            blandAltman: blandAltman(predicted, reference),
          },
  };
};

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

/**
 * Statistics of all cases, of each modality, of each centre, and of each modality at each centre that has cases, in this
 * order, names sorted. Distances (mm) of cases with one empty mask are null and left out of `measures`, so a method that
 * finds nothing is not rewarded unseen: compare `n` with `cases`. Volumes in ml, prediction − reference.
 */
export const summariseCohort = (cases: readonly CohortCase[]): readonly GroupSummary[] => {
  const modalities = distinct(cases.map(({ modality }) => modality));
  const centres = distinct(cases.map(({ centre }) => centre));
  return [
    summarise(cases, null, null),
    ...modalities.map((modality) => summarise(cases, modality, null)),
    ...centres.map((centre) => summarise(cases, null, centre)),
    ...modalities.flatMap((modality) => centres.map((centre) => summarise(cases, modality, centre))),
  ].filter((group) => group.cases > 0);
};
