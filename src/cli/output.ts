/** Data on standard output, everything else on standard error; exit codes that mean something. */
import { type Failure, makeFailure, policyOf, toFailure } from "../domain/failure.ts";

const colours = process.stderr.isTTY && !process.env["NO_COLOR"];
const paint = (code: number, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = (text: string): string => paint(1, text);
export const green = (text: string): string => paint(32, text);
export const yellow = (text: string): string => paint(33, text);
export const red = (text: string): string => paint(31, text);

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** A reader that has seen enough (`| head`) is no failure: what else would be written is dropped. */
export const endQuietlyWithReader = (): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
};

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** For people: progress, notes, failures. */
export const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** Say what failed and what to do about it; returns the exit code. A stack only when asked for. */
export const printFailure = (error: unknown, { verbose }: { readonly verbose: boolean }): number => {
  const failure = storageFailure(error) ?? toFailure(error);
  note(`${red("✗")} ${failure.sentence} ${yellow(`[${failure.code}]`)}`);
  for (const problem of listOf(failure)) note(`    ${problem}`);
  note(`  ${failure.remedy}`);
  if (verbose && error instanceof Error) note(String(error.stack));
  return policyOf(failure.code).exitCode;
};

/** What a disk refuses is no defect of ours. */
const storageReasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is used up",
  EFBIG: "the file would be larger than is allowed",
  EROFS: "it is read-only",
  EACCES: "this user may not",
  EPERM: "this user may not",
  EMFILE: "too many files are open",
  EIO: "the disk does not answer",
};

const storageFailure = (error: unknown): Failure | null => {
  if (!(error instanceof Error) || !("code" in error) || !("path" in error || "syscall" in error))
    return null;
  const reason = storageReasons[String(error.code)];
  if (reason === undefined) return null;
  const where = "path" in error ? String(error.path) : "A file";
  const details = { code: error.code };
  return makeFailure("STORAGE", `${where} cannot be read or written: ${reason} (${error.code}).`, details);
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
