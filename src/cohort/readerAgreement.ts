import { type Intraclass, intraclassCorrelation } from "../evaluate/intraclass.ts";
import { type IntervalOrWhy, meanInterval } from "../evaluate/meanInterval.ts";
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

/** Over `n` cases. */
type Estimate = {
  readonly n: number;
  readonly mean: number;
  readonly sd: number | null;
} & IntervalOrWhy;

/** Over cases, each with the mean of its pairs. */
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
  /** Over how many cases each entry of both is the mean; on the diagonal the cases that the reading shares with any other. */
  readonly cases: readonly (readonly number[])[];
  readonly within: Agreement | null;
  readonly between: Agreement | null;
  /**
   * Of the volumes of the cases that every reader has, raters being readers: of one who read again, the first reading counts,
   * since a reader's repeats agree better than two readers do.
   */
  readonly volumes: Intraclass | null;
  /** Why `volumes` is null; null where it is not. */
  readonly whyNoVolumes: string | null;
};

const estimate = (values: readonly number[], range: Interval): Estimate => ({
  n: values.length,
  mean: mean(values),
  sd: values.length < 2 ? null : sampleSd(values),
  ...meanInterval(values, range),
});

const agreementOf = (pairs: readonly ReadPair[]): Agreement | null => {
  if (pairs.length === 0) return null;
  const cases = [...Map.groupBy(pairs, ({ name }) => name).values()];
  return {
    cases: cases.length,
    pairs: pairs.length,
    dice: estimate(
      cases.map((some) => mean(some.map(({ dice }) => dice))),
      { low: 0, high: 1 },
    ),
    kappa: estimate(
      cases.map((some) => mean(some.map(({ kappa }) => kappa))),
      { low: -1, high: 1 },
    ),
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

const countsOf = (pairs: readonly ReadPair[], readings: number): ReaderGroup["cases"] =>
  Array.from({ length: readings }, (_, i) =>
    Array.from({ length: readings }, (_unused, j) => {
      const some = pairs.filter(({ first, second }) =>
        i === j ? first === i || second === i : first === Math.min(i, j) && second === Math.max(i, j),
      );
      return new Set(some.map(({ name }) => name)).size;
    }),
  );

/** Volumes of one case by reader, each reader's first reading; null where that of a reader is missing. */
const volumesOf = (
  pairs: readonly ReadPair[],
  firstReadings: readonly number[],
): readonly number[] | null => {
  const volumes = new Map(
    pairs.flatMap(({ first, second, firstMl, secondMl }) => [
      [first, firstMl],
      [second, secondMl],
    ]),
  );
  const row = firstReadings.map((reading) => volumes.get(reading));
  return row.every((volume) => volume !== undefined) ? row : null;
};

const summarise = (pairs: readonly ReadPair[], readers: readonly string[], where: Groups): ReaderGroup => {
  const firstReadings = [...new Set(readers)].map((reader) => readers.indexOf(reader));
  const rows = [...Map.groupBy(pairs, ({ name }) => name).values()].flatMap((some) => {
    const row = volumesOf(some, firstReadings);
    return row === null ? [] : [row];
  });
  const why =
    firstReadings.length < 2
      ? "one reader alone has no other to agree with; repeats are no raters"
      : rows.length < 2
        ? `${rows.length} of the cases have the first reading of every reader; 2 are needed`
        : null;
  return {
    where,
    dice: matrixOf(pairs, readers.length, "dice"),
    kappa: matrixOf(pairs, readers.length, "kappa"),
    cases: countsOf(pairs, readers.length),
    within: agreementOf(pairs.filter(({ isWithin }) => isWithin)),
    between: agreementOf(pairs.filter(({ isWithin }) => !isWithin)),
    volumes: why === null ? intraclassCorrelation(rows) : null,
    whyNoVolumes: why,
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

/**
 * Over all cases, and over those of each value of each column of the groups; `readers` names the reader of each reading.
 * Each entry of a matrix is over the cases that its two readings share, and `cases` tells how many.
 */
export const summariseReaders = (
  pairs: readonly ReadPair[],
  readers: readonly string[],
): readonly ReaderGroup[] =>
  [{}, ...wheresOf(pairs)].map((where) =>
    summarise(
      pairs.filter((pair) => isWhere(pair.groups, where)),
      readers,
      where,
    ),
  );
