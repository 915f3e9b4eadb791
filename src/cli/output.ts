/** Data on standard output, everything else on standard error; exit codes that mean something. */
import { exitCode, type Failure, toFailure } from "../domain/failure.ts";

const colours = process.stderr.isTTY && !process.env["NO_COLOR"];
const paint = (code: number, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = (text: string): string => paint(1, text);
export const green = (text: string): string => paint(32, text);
export const yellow = (text: string): string => paint(33, text);
export const red = (text: string): string => paint(31, text);

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** For people: progress, notes, failures. */
export const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** Say what failed and what to do about it; returns the exit code. A stack only when asked for. */
export const printFailure = (error: unknown, { verbose }: { readonly verbose: boolean }): number => {
  const failure = toFailure(error);
  note(`${red("✗")} ${failure.sentence} ${yellow(`[${failure.code}]`)}`);
  for (const problem of listOf(failure)) note(`    ${problem}`);
  note(`  ${failure.remedy}`);
  if (verbose && error instanceof Error) note(String(error.stack));
  return exitCode(failure.code);
};

const listOf = ({ details }: Failure): readonly string[] =>
  Array.isArray(details["problems"]) ? details["problems"].map(String) : [];

/** Columns for people: every cell padded to its column, the header underlined by capitals alone. */
export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string => {
  const all = [header.map((cell) => cell.toUpperCase()), ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};
