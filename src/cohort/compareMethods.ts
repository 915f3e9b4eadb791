import type { CaseAgreement } from "../evaluate/assessCase.ts";
import { type PairedT, pairedTTest } from "../evaluate/pairedT.ts";
import type { CohortCase } from "../evaluate/summariseCohort.ts";
import { type Wilcoxon, wilcoxonTest } from "../evaluate/wilcoxon.ts";

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
};

/** Two methods judged by the same references, case by case, paired by name: is one better than the other? */
export const compareMethods = (
  first: { readonly name: string; readonly cases: readonly CohortCase[] },
  second: { readonly name: string; readonly cases: readonly CohortCase[] },
): MethodComparison => {
  const others = new Map(second.cases.map(({ name, agreement }) => [name, agreement]));
  const pairs = first.cases.flatMap(({ name, agreement }) => {
    const other = others.get(name);
    return other === undefined ? [] : [[agreement, other] as const];
  });
  const test = (measure: ComparedMeasure): PairedTests | null => {
    const values = pairs.flatMap(([a, b]) => {
      const [mine, its] = [a[measure], b[measure]];
      return mine === null || its === null ? [] : [[mine, its] as const];
    });
    if (values.length < 2) return null;
    const [mine, its] = [values.map(([value]) => value), values.map(([, value]) => value)];
    return { pairedT: pairedTTest(mine, its), wilcoxon: wilcoxonTest(mine, its) };
  };
  return {
    firstName: first.name,
    secondName: second.name,
    cases: pairs.length,
    measures: Object.fromEntries(
      compared.map((measure) => [measure, test(measure)]),
    ) as MethodComparison["measures"],
  };
};
