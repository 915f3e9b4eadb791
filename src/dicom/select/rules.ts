import type { FailureCode } from "../../domain/failure.ts";
import type { ModelClass } from "../../domain/plan.ts";
import type { Condition, Conditions, SeriesRule } from "../../domain/rules.ts";
import type { Header } from "../../domain/series.ts";
import { number, texts } from "../file/header.ts";

/** What rules are asked about: a header, and what was measured; null where it could not be. */
export type SeriesSubject = {
  readonly header: Header;
  readonly measured: Readonly<Record<MeasuredName, number | null>>;
  readonly words: string;
};

/** Names of what is measured from the positions; the rest of a rule's names are DICOM keywords. */
export const measuredNames = [
  "slices",
  "sliceSpacingMm",
  "coverageMm",
  "fieldOfViewMm",
  "degreesOffAxial",
] as const;

type MeasuredName = (typeof measuredNames)[number];

const isMeasured = (name: string): name is MeasuredName => measuredNames.some((known) => known === name);

const textOf = (name: string, { header, words }: SeriesSubject): string | null => {
  if (name === "words") return words;
  const values = texts(header, name);
  return values.length === 0 ? null : values.join("\\");
};

const holds = (name: string, condition: Condition, subject: SeriesSubject): boolean => {
  if (typeof condition === "string") {
    const value = textOf(name, subject);
    return value !== null && new RegExp(condition, "iu").test(value);
  }
  const value = isMeasured(name) ? subject.measured[name] : number(subject.header, name);
  if (value === null) return false;
  const [least, most] = condition;
  return (least === null || value >= least) && (most === null || value <= most);
};

const allHold = (conditions: Conditions, subject: SeriesSubject): boolean =>
  Object.entries(conditions).every(([name, condition]) => holds(name, condition, subject));

const anyHolds = (conditions: Conditions, subject: SeriesSubject): boolean =>
  Object.entries(conditions).some(([name, condition]) => holds(name, condition, subject));

const applies = ({ where, unless }: SeriesRule, subject: SeriesSubject): boolean =>
  allHold(where, subject) && !(unless !== undefined && anyHolds(unless, subject));

/** The first rule that refuses the series, or null. */
export const refusedByRule = (
  rules: readonly SeriesRule[],
  subject: SeriesSubject,
): { readonly code: FailureCode; readonly because: string } | null => {
  for (const rule of rules)
    if ("refuse" in rule && applies(rule, subject)) return { code: rule.refuse, because: rule.because };
  return null;
};

/** Where a series without any rule for or against it stands. */
const neutralScore = 50;

export type Score = {
  readonly score: number;
  /** What moved it, with the points. */
  readonly because: readonly string[];
};

/** How well a series of a class serves, for the choice among several. */
export const scoreSeries = (
  rules: readonly SeriesRule[],
  modelClass: ModelClass,
  subject: SeriesSubject,
): Score => {
  const counting = rules.flatMap((rule) =>
    "points" in rule && (rule.classes?.includes(modelClass) ?? true) && applies(rule, subject) ? [rule] : [],
  );
  return {
    score: counting.reduce((sum, { points }) => sum + points, neutralScore),
    because: counting.map(({ because, points }) => `${points > 0 ? "+" : ""}${points} ${because}`),
  };
};
