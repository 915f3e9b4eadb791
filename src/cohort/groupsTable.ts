import { CsvError, parse } from "csv-parse/sync";
import { failed } from "../domain/failure.ts";
import type { Groups } from "../evaluate/summariseCohort.ts";

/** First column → groups of the case. */
export type GroupsTable = ReadonlyMap<string, Groups>;

const columnNames: Readonly<Record<string, string>> = { center: "centre", site: "centre" };

const columnName = (header: string): string => {
  const name = header.trim().toLowerCase();
  return columnNames[name] ?? name;
};

/** As people write modalities, and as the models are called. */
const modalityOf = (value: string): string => {
  const name = value.trim().toUpperCase();
  return { T1W: "T1", T2W: "T2" }[name] ?? name;
};

const groupsOf = (columns: readonly string[], cells: readonly string[]): Groups =>
  Object.fromEntries(
    columns.flatMap((column, n) => {
      const cell = cells[n] ?? "";
      if (cell === "") return [];
      return [[column, column === "modality" ? modalityOf(cell) : cell]];
    }),
  );

const rowsOf = (text: string): readonly (readonly string[])[] => {
  try {
    return parse(text, { bom: true, trim: true, skip_empty_lines: true, delimiter: [",", ";", "\t"] });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw failed("USAGE", `The table of groups is no CSV: ${error.message}.`);
  }
};

/**
 * A table of cases: a header line, then one line a case; the first column names the case (as its file, or by the UID of
 * its series), every other column is a group, such as modality, centre, scanner, sequence. Comma, semicolon or tab;
 * empty cells belong to no group. Throws USAGE for a table without groups, with equal column names or with a case twice.
 */
export const readGroupsTable = (text: string): GroupsTable => {
  const [header = [], ...rows] = rowsOf(text);
  const columns = header.slice(1).map(columnName);
  if (columns.length === 0 || new Set(columns).size < columns.length || columns.includes(""))
    throw failed(
      "USAGE",
      `The table of groups needs columns of different names beside the first: ${header.join(", ")}.`,
    );
  const table = new Map<string, Groups>();
  for (const [name = "", ...cells] of rows) {
    if (table.has(name)) throw failed("USAGE", `The table of groups names ${name} twice.`);
    table.set(name, groupsOf(columns, cells));
  }
  return table;
};
