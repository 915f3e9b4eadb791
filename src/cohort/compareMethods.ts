import { failed } from "../domain/failure.ts";
import type { CaseAgreement } from "../evaluate/assessCase.ts";
import { type PairedT, pairedTTest } from "../evaluate/pairedT.ts";
import type { CohortCase } from "../evaluate/summariseCohort.ts";
import { type Wilcoxon, wilcoxonTest } from "../evaluate/wilcoxon.ts";
import type { LeftOut } from "./cohortReport.ts";

const compared = ["dice", "hd95Mm", "assdMm", "volumeMl"] as const satisfies readonly (keyof CaseAgreement)[];

export type ComparedMeasure = (typeof compared)[number];

/** Both tests over the cases where both methods have a value; differences are first − second. */
export type PairedTests = { readonly pairedT: PairedT; readonly wilcoxon: Wilcoxon };

export type MethodComparison = {
  readonly firstName: string;
  readonly secondName: string;
  /** Cases that both methods have. */
  readonly cases: number;
  /** Null where fewer than 2 cases have the value on both sides. */
  readonly measures: Readonly<Record<ComparedMeasure, PairedTests | null>>;
  /** Of these cases those without the value on a side, by measure: an empty mask has no distance. */
  readonly withoutValue: Readonly<Record<ComparedMeasure, readonly string[]>>;
  /** Cases that only one of the methods has, and why the other has not. */
  readonly leftOut: readonly LeftOut[];
};

type Method = {
  readonly name: string;
  readonly cases: readonly CohortCase[];
  readonly leftOut?: readonly LeftOut[];
};

/** The cases of one method that the other lacks, by the reason that the other gives. */
const lackedBy = (method: Method, other: Method): readonly LeftOut[] => {
  const names = new Set(method.cases.map(({ name }) => name));
  return other.cases
    .filter(({ name }) => !names.has(name))
    .map(({ name, groups }) => {
      const known = method.leftOut?.find((one) => one.name === name)?.failure;
      const why = known?.sentence ?? "It has no mask of this case.";
      const { failure } = failed(known?.code ?? "NOT_PAIRED", `${method.name}: ${why}`, known?.details);
      return { name, groups, failure };
    });
};

/** Two methods judged by the same references, case by case, paired by name: is one better than the other? */
export const compareMethods = (first: Method, second: Method): MethodComparison => {
  const others = new Map(second.cases.map(({ name, agreement }) => [name, agreement]));
  const pairs = first.cases.flatMap(({ name, agreement }) => {
    const other = others.get(name);
    return other === undefined ? [] : [{ name, pair: [agreement, other] as const }];
  });
  const hasValue = (measure: ComparedMeasure) => (one: (typeof pairs)[number]) =>
    one.pair.every((agreement) => agreement[measure] !== null);
  const test = (measure: ComparedMeasure): PairedTests | null => {
    const values = pairs.filter(hasValue(measure)).map(({ pair }) => pair.map((one) => Number(one[measure])));
    if (values.length < 2) return null;
    const [mine, its] = [0, 1].map((side) => values.map((value) => value[side] ?? Number.NaN));
    return { pairedT: pairedTTest(mine ?? [], its ?? []), wilcoxon: wilcoxonTest(mine ?? [], its ?? []) };
  };
  const byMeasure = <T>(read: (measure: ComparedMeasure) => T) =>
    Object.fromEntries(compared.map((measure) => [measure, read(measure)])) as Record<ComparedMeasure, T>;
  return {
    firstName: first.name,
    secondName: second.name,
    cases: pairs.length,
    measures: byMeasure(test),
    withoutValue: byMeasure((measure) =>
      pairs.filter((one) => !hasValue(measure)(one)).map(({ name }) => name),
    ),
    leftOut: [...lackedBy(second, first), ...lackedBy(first, second)],
  };
};
