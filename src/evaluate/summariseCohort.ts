import type { CaseAgreement } from "./assessCase.ts";
import { type BlandAltman, blandAltman } from "./blandAltman.ts";
import { type Correlation, correlate } from "./correlation.ts";
import { type Description, describe } from "./describe.ts";
import { type Intraclass, intraclassCorrelation } from "./intraclass.ts";
import { type IntervalOrWhy, makeResamples, meanInterval, type Resamples } from "./meanInterval.ts";
import { type PairedT, pairedTTest } from "./pairedT.ts";
import type { Interval } from "./samples.ts";
import { type Wilcoxon, wilcoxonTest } from "./wilcoxon.ts";

/** Column → value, such as { modality: "CT", centre: "A" }. */
export type Groups = Readonly<Record<string, string>>;

/** A case and what it belongs to. */
export type CohortCase = {
  readonly name: string;
  readonly groups: Groups;
  readonly agreement: CaseAgreement;
};

export const measureNames = [
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

export type Measure = (typeof measureNames)[number];

/** Where a measure can lie at all: an interval of its mean ends there too. */
const ranges: Readonly<Record<Measure, Interval>> = {
  dice: { low: 0, high: 1 },
  jaccard: { low: 0, high: 1 },
  precision: { low: 0, high: 1 },
  recall: { low: 0, high: 1 },
  kappa: { low: -1, high: 1 },
  hausdorffMm: { low: 0, high: Number.POSITIVE_INFINITY },
  hd95Mm: { low: 0, high: Number.POSITIVE_INFINITY },
  assdMm: { low: 0, high: Number.POSITIVE_INFINITY },
  robustHd95Mm: { low: 0, high: Number.POSITIVE_INFINITY },
  surfaceDice: { low: 0, high: 1 },
  volumeDifferenceMl: { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  relativeVolumeDifference: { low: -1, high: Number.POSITIVE_INFINITY },
};

export type MeasureSummary = Description &
  /** 95 % interval of the mean, or why there is none. */
  IntervalOrWhy;

/** Predicted against reference volumes, ml; differences are prediction − reference. */
export type VolumeSummary = {
  readonly correlation: Correlation;
  readonly blandAltman: BlandAltman;
  readonly intraclass: Intraclass;
  readonly pairedT: PairedT;
  readonly wilcoxon: Wilcoxon;
};

export type GroupSummary = {
  /** What all its cases have in common; {}: all cases. */
  readonly where: Groups;
  readonly cases: number;
  /** Over the cases that have a value; `n` tells how many, and null that none has. */
  readonly measures: Readonly<Record<Measure, MeasureSummary | null>>;
  /** Null for fewer than 2 cases. */
  readonly volumes: VolumeSummary | null;
};

const summariseMeasure = (
  name: Measure,
  values: readonly number[],
  resamples: Resamples,
): MeasureSummary | null => {
  const description = describe(values);
  return description && { ...description, ...meanInterval(values, ranges[name], resamples) };
};

const summariseVolumes = (rows: readonly CaseAgreement[]): VolumeSummary | null => {
  if (rows.length < 2) return null;
  const [predicted, reference] = [rows.map((row) => row.volumeMl), rows.map((row) => row.referenceMl)];
  return {
    correlation: correlate(predicted, reference),
    blandAltman: blandAltman(predicted, reference),
    intraclass: intraclassCorrelation(rows.map((row) => [row.volumeMl, row.referenceMl])),
    pairedT: pairedTTest(predicted, reference),
    wilcoxon: wilcoxonTest(predicted, reference),
  };
};

const summarise = (cases: readonly CohortCase[], where: Groups, resamples: Resamples): GroupSummary => {
  const wanted = Object.entries(where);
  const rows = cases
    .filter(({ groups }) => wanted.every(([column, value]) => groups[column] === value))
    .map(({ agreement }) => agreement);
  const measure = (name: Measure) =>
    [
      name,
      summariseMeasure(
        name,
        rows.flatMap((row) => row[name] ?? []),
        resamples,
      ),
    ] as const;
  return {
    where,
    cases: rows.length,
    measures: Object.fromEntries(measureNames.map(measure)) as GroupSummary["measures"],
    volumes: summariseVolumes(rows),
  };
};

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

/** The column that is crossed with every other one: agreement of CT and MR is never to be averaged unseen. */
const crossed = "modality";

/**
 * Statistics of all cases, of each value of each column, and of each modality with each value of the other columns, in
 * this order, columns as they first come, values sorted; groups without cases are left out. Distances (mm) of cases with
 * one empty mask are null and left out of `measures`, so a method that finds nothing is not rewarded unseen: compare `n`
 * with `cases`.
 */
export const summariseCohort = (cases: readonly CohortCase[]): readonly GroupSummary[] => {
  const columns = [...new Set(cases.flatMap(({ groups }) => Object.keys(groups)))];
  const valuesOf = (column: string): readonly string[] =>
    distinct(cases.flatMap(({ groups }) => groups[column] ?? []));
  const single = columns.flatMap((column) => valuesOf(column).map((value): Groups => ({ [column]: value })));
  const pairs = columns.includes(crossed)
    ? valuesOf(crossed).flatMap((modality) =>
        single
          .filter((where) => !(crossed in where))
          .map((where): Groups => ({ [crossed]: modality, ...where })),
      )
    : [];
  const resamples = makeResamples();
  return [{}, ...single, ...pairs]
    .map((where) => summarise(cases, where, resamples))
    .filter((group) => group.cases > 0);
};
