import { CsvError, parse } from "csv-parse/sync";
import { failed } from "../domain/failure.ts";
import type { Groups } from "../evaluate/summariseCohort.ts";
import { caseKey } from "./caseKey.ts";
import { type DecodedText, decodeText } from "./decodeText.ts";

/** A table of cases as it was read, and what of it is no group. */
export type GroupsTable = {
  readonly rows: readonly { readonly name: string; readonly groups: Groups }[];
  /** What stands above the cases. */
  readonly caseHeader: string;
  readonly columns: readonly string[];
  readonly encoding: DecodedText["encoding"];
  readonly separator: "," | ";" | "\t" | "|";
  /** Columns whose values make no groups, and why. */
  readonly notGroups: readonly { readonly column: string; readonly why: string }[];
};

const columnNames: Readonly<Record<string, string>> = { center: "centre", site: "centre" };

const columnName = (header: string): string => {
  const name = header.trim().toLowerCase().normalize("NFC");
  return columnNames[name] ?? name;
};

/** As people write modalities, and as the models are called. */
const modalityOf = (value: string): string => {
  const name = value.trim().toUpperCase();
  return { T1W: "T1", T2W: "T2" }[name] ?? name;
};

const separators = [",", ";", "\t", "|"] as const;

const withoutQuoted = (line: string): string => line.replaceAll(/"(?:[^"]|"")*"/g, "");

/** The one that parts the header; where several stand in it, the one that parts the next lines alike. */
const separatorOf = (text: string): GroupsTable["separator"] => {
  const lines = text
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== "")
    .slice(0, 20)
    .map(withoutQuoted);
  const count = (line: string, separator: string): number => line.split(separator).length - 1;
  const [header = "", ...rest] = lines;
  const rated = separators
    .filter((separator) => count(header, separator) > 0)
    .map((separator) => ({
      separator,
      alike: rest.filter((line) => count(line, separator) === count(header, separator)).length,
      columns: count(header, separator),
    }))
    .toSorted((a, b) => b.alike - a.alike || b.columns - a.columns);
  return rated[0]?.separator ?? ",";
};

const rowsOf = (text: string, delimiter: string): readonly (readonly string[])[] => {
  try {
    return parse(text, { bom: true, trim: true, skip_empty_lines: true, delimiter });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw failed("USAGE", `The table of groups is no CSV: ${error.message}.`);
  }
};

const groupsOf = (columns: readonly string[], cells: readonly string[]): Groups =>
  Object.fromEntries(
    columns.flatMap((column, n) => {
      const cell = (cells[n] ?? "").normalize("NFC");
      if (cell === "") return [];
      return [[column, column === "modality" ? modalityOf(cell) : cell]];
    }),
  );

/** A decimal comma or point. */
const isNumber = (cell: string): boolean => /^[+-]?\d+([.,]\d+)?(e[+-]?\d+)?$/i.test(cell);

/** What the report knows by these names is a group, whatever stands in it. */
const alwaysGroups: ReadonlySet<string> = new Set(["modality", "centre", "scanner", "sequence"]);

/** Columns of so few different values are groups, whatever the values are. */
const MOST_SURE_GROUPS = 10;

/** Why a column makes no groups: numbers that hardly repeat are measurements, words that hardly repeat are names. */
const whyNoGroup = (column: string, cells: readonly string[]): string | null => {
  const distinct = new Set(cells).size;
  if (alwaysGroups.has(column) || distinct <= MOST_SURE_GROUPS) return null;
  if (cells.every(isNumber)) return `${distinct} different numbers are a measurement`;
  if (distinct > cells.length / 2) return `${distinct} different values in ${cells.length} cases name cases`;
  return null;
};

/** What a spreadsheet program writes when it is not asked for text: a zip (.xlsx, .ods) or an OLE file (.xls). */
const refuseSpreadsheet = (bytes: Uint8Array): void => {
  const magic = Buffer.from(bytes.subarray(0, 4)).toString("hex");
  if (magic === "504b0304" || magic === "d0cf11e0")
    throw failed("USAGE", "The table of groups is a spreadsheet file (.xlsx, .ods or .xls); save it as CSV.");
};

/** Spreadsheets write a first line that names the separator, and columns and lines of nothing at the ends. */
const tidy = (text: string): { readonly separator: GroupsTable["separator"]; readonly lines: Lines } => {
  const [, named, rest] = /^\ufeff?sep=(.)\r?\n(.*)$/is.exec(text) ?? [];
  const separator = separators.find((one) => one === named) ?? separatorOf(text);
  const lines = rowsOf(rest ?? text, separator).filter((cells) => cells.some((cell) => cell !== ""));
  const used = (column: number): boolean => lines.some((cells) => (cells[column] ?? "") !== "");
  return { separator, lines: lines.map((cells) => cells.filter((_, column) => used(column))) };
};

type Lines = readonly (readonly string[])[];

/** The column called case, else the first, comes first. */
const caseFirst = (lines: Lines): Lines => {
  const at = Math.max(
    0,
    (lines[0] ?? []).findIndex((header) => header.trim().toLowerCase() === "case"),
  );
  return lines.map((cells) => [cells[at] ?? "", ...cells.filter((_, column) => column !== at)]);
};

/**
 * A table of cases: a header line, then one line a case; the column called case, else the first, names the case (as its
 * file, with or without ending and folder, or by the UID of its series), every other column is a group, such as modality,
 * centre, scanner, sequence. One separator (comma, semicolon, tab or bar) and the encoding are found out and told; empty
 * cells belong to no group. Columns of measurements or names are no groups, and are told. Throws USAGE for a spreadsheet
 * file, a table without columns beside the cases', without lines, with equal column names, ragged lines, a line that names
 * no case, or a case twice.
 */
export const readGroupsTable = (bytes: Uint8Array): GroupsTable => {
  refuseSpreadsheet(bytes);
  const { text, encoding } = decodeText(bytes);
  const { separator, lines } = tidy(text);
  const [header = [], ...rows] = caseFirst(lines);
  const [caseHeader = "", ...headers] = header;
  const columns = headers.map(columnName);
  if (columns.length === 0 || new Set(columns).size < columns.length || columns.includes(""))
    throw failed(
      "USAGE",
      `The table of groups needs columns of different names beside the cases': ${header.join(", ")}.`,
    );
  if (rows.length === 0) throw failed("USAGE", "The table of groups has a header but no line of a case.");
  const nameless = rows.find(([name]) => name === "");
  if (nameless !== undefined)
    throw failed("USAGE", `A line of the table of groups names no case: ${nameless.slice(1).join(", ")}.`);
  const twice = firstTwice(rows.map(([name = ""]) => name));
  if (twice !== null) throw failed("USAGE", `The table of groups names ${twice} twice.`);
  const all = rows.map(([name = "", ...cells]) => ({ name, groups: groupsOf(columns, cells) }));
  const notGroups = columns.flatMap((column) => {
    const cells = all.flatMap(({ groups }) => groups[column] ?? []);
    const why = whyNoGroup(column, cells);
    return why === null ? [] : [{ column, why }];
  });
  const left = new Set(notGroups.map(({ column }) => column));
  return {
    rows: all.map(({ name, groups }) => ({
      name,
      groups: Object.fromEntries(Object.entries(groups).filter(([column]) => !left.has(column))),
    })),
    caseHeader,
    columns: columns.filter((column) => !left.has(column)),
    encoding,
    separator,
    notGroups,
  };
};

const firstTwice = (names: readonly string[]): string | null => {
  const seen = new Set<string>();
  for (const name of names) {
    const key = caseKey(name);
    if (seen.has(key)) return name;
    seen.add(key);
  }
  return null;
};
