import { plain } from "./text.ts";

export type Cell = string | number | null;

/** A spreadsheet runs what begins like a formula; an apostrophe makes it text. Numbers are numbers. */
const disarm = (text: string): string => (/^\s*[=+\-@]/.test(text) ? `'${text}` : text);

const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const cell = (value: Cell): string => {
  if (value === null) return "";
  return typeof value === "number" ? String(value) : quote(disarm(plain(value)));
};

/** One line of a table (RFC 4180), its end included; null is an empty cell. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(cell).join(",")}\r\n`;
