import { failed } from "../domain/failure.ts";
import type { Groups } from "../evaluate/summariseCohort.ts";
import { caseKey } from "./caseKey.ts";
import type { GroupsNote } from "./cohortReport.ts";
import type { GroupsTable } from "./groupsTable.ts";
import { nameSome } from "./nameSome.ts";

/** Which row belongs to which case, and what belongs to none. */
export type MatchedGroups = {
  /** Of a case by any of its names; undefined where no row names it. */
  readonly groupsOf: (names: readonly (string | null)[]) => Groups | undefined;
  /** Rows that name no case, as the table writes them. */
  readonly unmatchedRows: readonly string[];
  /** Cases that no row names; none where there is no table. */
  readonly unmatchedCases: readonly string[];
};

const quoted = (names: readonly string[]): string =>
  nameSome(
    names.map((name) => `"${name}"`),
    3,
  );

/** Names without case, for the names that differ in nothing else. */
const unlessTwo = <T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> =>
  new Map(
    [...Map.groupBy(entries, ([key]) => key.toLowerCase()).entries()].flatMap(([key, [entry, ...others]]) =>
      entry === undefined || others.length > 0 ? [] : [[key, entry[1]] as const],
    ),
  );

/**
 * The rows of a table of groups for the cases of a cohort, each known by its name and perhaps by the UID of its series:
 * by the whole name, else by the name without folder, ending and normal form, else by the same in any case where only one
 * row can be meant. Throws USAGE where no row of the table names any case, which would lose all groups, or where
 * its header is a case.
 */
export const matchGroups = (
  table: GroupsTable | null,
  cases: readonly (readonly (string | null)[])[],
): MatchedGroups => {
  const rows = table?.rows ?? [];
  const whole = new Map(rows.map((row) => [row.name, row] as const));
  const keyed = new Map(rows.map((row) => [caseKey(row.name), row] as const));
  const uncased = unlessTwo([...keyed]);
  const rowOf = (names: readonly (string | null)[]) => {
    for (const name of names) {
      if (name === null) continue;
      const key = caseKey(name);
      const row = whole.get(name) ?? keyed.get(key) ?? uncased.get(key.toLowerCase());
      if (row !== undefined) return row;
    }
    return undefined;
  };
  if (
    table !== null &&
    cases.some(([name]) => name !== null && caseKey(name ?? "") === caseKey(table.caseHeader))
  )
    throw failed(
      "USAGE",
      `The table of groups has no header: its first line names the case ${table.caseHeader}.`,
    );
  const used = new Set(cases.map(rowOf).filter((row) => row !== undefined));
  if (table !== null && used.size === 0)
    throw failed(
      "USAGE",
      `No row of the table of groups names a case: its first column holds ${quoted(rows.map(({ name }) => name))}, the cases are called ${quoted(cases.map(([name]) => name ?? ""))}.`,
      { rows: rows.length, cases: cases.length },
    );
  return {
    groupsOf: (names) => rowOf(names)?.groups,
    unmatchedRows: rows.filter((row) => !used.has(row)).map(({ name }) => name),
    unmatchedCases:
      table === null ? [] : cases.flatMap((names) => (rowOf(names) === undefined ? [names[0] ?? ""] : [])),
  };
};

/** What is told of a table and of what it matched; null where none was given. */
export const groupsNote = (table: GroupsTable | null, matched: MatchedGroups): GroupsNote | null => {
  if (table === null) return null;
  const { columns, encoding, separator, notGroups, rows } = table;
  const { unmatchedRows, unmatchedCases } = matched;
  return { rows: rows.length, columns, encoding, separator, notGroups, unmatchedRows, unmatchedCases };
};
