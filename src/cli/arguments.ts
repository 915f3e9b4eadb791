/**
 * What is typed after options and commands, parsed to values and judged before any work begins. Each is a parser for
 * commander, which names the option beside the sentence thrown here. Nothing is created.
 */
import { accessSync, constants, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { failed } from "../domain/failure.ts";
import { isUid } from "../domain/uid.ts";

type Parse<T> = (text: string, previous?: unknown) => T;

const invalid = (sentence: string): InvalidArgumentError => new InvalidArgumentError(sentence);

/** One of these words, in any case. */
export const choice =
  <const T extends string>(words: readonly T[]): Parse<T> =>
  (text) => {
    const found = words.find((word) => word.toLowerCase() === text.toLowerCase());
    if (found === undefined) throw invalid(`It is one of ${words.join(", ")}.`);
    return found;
  };

type Range = { readonly least: number; readonly most?: number };

const inRange = (value: number, { least, most = Number.MAX_SAFE_INTEGER }: Range, kind: string): number => {
  if (value >= least && value <= most) return value;
  const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw invalid(`It is a ${kind} ${bounds}.`);
};

/** A whole number in decimal digits. */
export const wholeNumber =
  (range: Range): Parse<number> =>
  (text) =>
    inRange(/^\d{1,15}$/.test(text) ? Number(text) : Number.NaN, range, "whole number");

/** A number in decimal notation, with a point. */
export const decimalNumber =
  (range: Range): Parse<number> =>
  (text) =>
    inRange(/^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN, range, "number");

/** The number of a job. */
export const jobNumber: Parse<number> = (text) => {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw invalid("A job has a whole number, as panseg jobs list shows it.");
  return Number(text);
};

/** A day of the calendar, as YYYY-MM-DD; YYYYMMDD, as DICOM writes it, is taken too. */
export const day: Parse<string> = (text) => {
  const [, year, month, date] = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text) ?? [];
  const written = `${year}-${month}-${date}`;
  const time = new Date(`${written}T00:00:00Z`);
  // Date takes the 31st of February for the 3rd of March.
  if (year === undefined || Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== written)
    throw invalid("It is a day such as 2026-01-31.");
  return written;
};

const once = (text: string, previous: unknown): string => {
  if (previous !== undefined) throw invalid(`It was given before, as '${previous}'; give one.`);
  if (text === "") throw invalid("It is empty, as a variable is that was never set.");
  if (text.startsWith("-") && text !== "-")
    throw invalid(`Its value seems to be missing; for a name that begins with a hyphen write ./${text}.`);
  return text;
};

/** A UID of DICOM. */
export const uid: Parse<string> = (text, previous) => {
  if (!isUid(once(text, previous))) throw invalid("A UID has at most 64 digits and dots, as in 1.2.840.1.");
  return text;
};

const statOf = (path: string): Stats | null => {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw invalid(`It cannot be reached (${codeOf(error)}).`);
  }
};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown reason";

const isAccessible = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
};

type Kind = "file" | "folder" | "file or folder";

/** A path where such a thing lies that can be read. */
const existing =
  (kind: Kind): Parse<string> =>
  (text, previous) => {
    const path = once(text, previous);
    if (path === "-") throw invalid("Standard input is not read; give a path.");
    const stat = statOf(path);
    if (stat === null) throw invalid(`There is no ${kind} at ${path}.`);
    if (stat.isDirectory() && kind === "file") throw invalid(`${path} is a folder, not a file.`);
    if (!stat.isDirectory() && kind === "folder") throw invalid(`${path} is a file, not a folder.`);
    if (!stat.isDirectory() && !stat.isFile())
      throw invalid(`${path} is no file: a pipe or a device is not read.`);
    if (!isAccessible(path, constants.R_OK | (stat.isDirectory() ? constants.X_OK : 0)))
      throw invalid(`${path} may not be read by this user.`);
    return path;
  };

export const inputPath = existing("file or folder");
export const inputFolder = existing("folder");
export const inputFile = existing("file");

/** The folder itself, or what is there of the way to it. */
export const nearestFolder = (folder: string): string => {
  const path = resolve(folder);
  return statSync(path, { throwIfNoEntry: false }) === undefined && dirname(path) !== path
    ? nearestFolder(dirname(path))
    : path;
};

/** Why nothing can be written into a folder, which may yet have to be made; null where it can. */
export const writeProblem = (folder: string): string | null => {
  try {
    const nearest = nearestFolder(folder);
    if (!statSync(nearest).isDirectory()) return `${nearest} is a file, not a folder.`;
    return isAccessible(nearest, constants.W_OK | constants.X_OK)
      ? null
      : `${nearest} may not be written by this user.`;
  } catch (error) {
    return `${folder} cannot be made (${codeOf(error)}).`;
  }
};

/** A folder that can be written, or made. */
export const outputFolder: Parse<string> = (text, previous) => {
  const path = once(text, previous);
  const problem = writeProblem(path);
  if (problem !== null) throw invalid(problem);
  return path;
};

/** What is read must not grow by what is written. Throws USAGE where the output is the input's folder or lies in it. */
export const keepApart = (input: string, output: string): void => {
  const [from, to] = [input, output].map(realPath) as [string, string];
  if (!statSync(from).isDirectory()) return;
  if (from !== to && !to.startsWith(from.endsWith("/") ? from : `${from}/`)) return;
  const where = from === to ? "is the input" : "lies in the input";
  throw failed(
    "USAGE",
    `The output folder ${output} ${where}; the next run would read the results. Take one beside it.`,
  );
};

/** The path without links, as far as it is there. */
const realPath = (path: string): string => {
  const full = resolve(path);
  try {
    return realpathSync(full);
  } catch {
    const above = dirname(full);
    return above === full ? full : resolve(realPath(above), full.slice(above.length).replace(/^\/+/, ""));
  }
};
