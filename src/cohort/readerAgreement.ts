import { type Intraclass, intraclassCorrelation } from "../evaluate/intraclass.ts";
import { meanInterval } from "../evaluate/meanInterval.ts";
import { type Interval, mean, sampleSd } from "../evaluate/samples.ts";
import type { Groups } from "../evaluate/summariseCohort.ts";

/** What two readings of one case have in common. */
export type ReadPair = {
  readonly name: string;
  readonly groups: Groups;
  /** Indices of the readings. */
  readonly first: number;
  readonly second: number;
  /** Both by one reader. */
  readonly isWithin: boolean;
  readonly dice: number;
  readonly kappa: number;
  readonly firstMl: number;
  readonly secondMl: number;
};

type Estimate = { readonly mean: number; readonly sd: number | null; readonly interval: Interval | null };

/** Over cases, each with the mean of its pairs; the interval is a bootstrap of the cases. */
export type Agreement = {
  readonly cases: number;
  readonly pairs: number;
  readonly dice: Estimate;
  readonly kappa: Estimate;
};

/** Mean over the cases that both readings have; null where they have none in common. */
export type MeanMatrix = readonly (readonly (number | null)[])[];

export type ReaderGroup = {
  readonly where: Groups;
  readonly dice: MeanMatrix;
  readonly kappa: MeanMatrix;
  readonly within: Agreement | null;
  readonly between: Agreement | null;
  /** Of the volumes of the cases that every reading has; null for fewer than 2. */
  readonly volumes: Intraclass | null;
};

const estimate = (values: readonly number[]): Estimate => ({
  mean: mean(values),
  sd: values.length < 2 ? null : sampleSd(values),
  interval: meanInterval(values),
});

const agreementOf = (pairs: readonly ReadPair[]): Agreement | null => {
  if (pairs.length === 0) return null;
  const cases = [...Map.groupBy(pairs, ({ name }) => name).values()];
  return {
    cases: cases.length,
    pairs: pairs.length,
    dice: estimate(cases.map((some) => mean(some.map(({ dice }) => dice)))),
    kappa: estimate(cases.map((some) => mean(some.map(({ kappa }) => kappa)))),
  };
};

const matrixOf = (pairs: readonly ReadPair[], readings: number, measure: "dice" | "kappa"): MeanMatrix =>
  Array.from({ length: readings }, (_, i) =>
    Array.from({ length: readings }, (_unused, j) => {
      if (i === j) return 1;
      const values = pairs
        .filter(({ first, second }) => first === Math.min(i, j) && second === Math.max(i, j))
        .map((pair) => pair[measure]);
      return values.length === 0 ? null : mean(values);
    }),
  );

/** Volumes of one case by reading; null where a reading lacks it. */
const volumesOf = (pairs: readonly ReadPair[], readings: number): readonly number[] | null => {
  const volumes = new Map(
    pairs.flatMap(({ first, second, firstMl, secondMl }) => [
      [first, firstMl],
      [second, secondMl],
    ]),
  );
  const row = Array.from({ length: readings }, (_, n) => volumes.get(n));
  return row.every((volume) => volume !== undefined) ? row : null;
};

const summarise = (pairs: readonly ReadPair[], readings: number, where: Groups): ReaderGroup => {
  const rows = [...Map.groupBy(pairs, ({ name }) => name).values()].flatMap((some) => {
    const row = volumesOf(some, readings);
    return row === null ? [] : [row];
  });
  return {
    where,
    dice: matrixOf(pairs, readings, "dice"),
    kappa: matrixOf(pairs, readings, "kappa"),
    within: agreementOf(pairs.filter(({ isWithin }) => isWithin)),
    between: agreementOf(pairs.filter(({ isWithin }) => !isWithin)),
    volumes: rows.length < 2 ? null : intraclassCorrelation(rows),
  };
};

const wheresOf = (pairs: readonly ReadPair[]): readonly Groups[] => {
  const columns = [...new Set(pairs.flatMap(({ groups }) => Object.keys(groups)))];
  return columns.flatMap((column) =>
    [...new Set(pairs.flatMap(({ groups }) => groups[column] ?? []))]
      .sort()
      .map((value): Groups => ({ [column]: value })),
  );
};

const isWhere = (groups: Groups, where: Groups): boolean =>
  Object.entries(where).every(([column, value]) => groups[column] === value);

/** Over all cases, and over those of each value of each column of the groups. */
export const summariseReaders = (pairs: readonly ReadPair[], readings: number): readonly ReaderGroup[] =>
  [{}, ...wheresOf(pairs)].map((where) =>
    summarise(
      pairs.filter((pair) => isWhere(pair.groups, where)),
      readings,
      where,
    ),
  );
