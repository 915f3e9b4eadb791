/** Paths that are typed, judged before any work begins: what lies there, and what can be written. */
import { accessSync, constants, mkdtempSync, realpathSync, rmdirSync, type Stats, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { failed } from "../domain/failure.ts";
import { invalid, nonEmpty, type Parse, uid } from "./arguments.ts";

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
  (text) => {
    const path = nonEmpty(text);
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

const seemsUid = /^[\d.]+$/;

/** A study in the archive, or what lies at a path; a folder may be called as a UID is. */
export const pathOrUid: Parse<string> = (text) =>
  seemsUid.test(text) && statOf(text) === null ? uid(text) : inputPath(text);

/** The folder itself, or what is there of the way to it. */
export const nearestFolder = (folder: string): string => {
  const path = resolve(folder);
  return statSync(path, { throwIfNoEntry: false }) === undefined && dirname(path) !== path
    ? nearestFolder(dirname(path))
    : path;
};

/** Whether a folder takes anything is known only by trying: some, such as /proc, permit all and hold nothing. */
const takesFolders = (folder: string): string | null => {
  try {
    rmdirSync(mkdtempSync(join(folder, ".panseg-")));
    return null;
  } catch (error) {
    return `${folder} takes no new files or folders (${codeOf(error)}).`;
  }
};

/** Why nothing can be written into a folder, which may yet have to be made; null where it can. Nothing stays behind. */
export const writeProblem = (folder: string): string | null => {
  try {
    const nearest = nearestFolder(folder);
    if (!statSync(nearest).isDirectory()) return `${nearest} is a file, not a folder.`;
    return isAccessible(nearest, constants.W_OK | constants.X_OK)
      ? takesFolders(nearest)
      : `${nearest} may not be written by this user.`;
  } catch (error) {
    return `${folder} cannot be made (${codeOf(error)}).`;
  }
};

/** A folder that can be written, or made. */
export const outputFolder: Parse<string> = (text) => {
  const path = nonEmpty(text);
  const problem = writeProblem(path);
  if (problem !== null) throw invalid(problem);
  return path;
};

/** The path without links, as far as it is there. */
export const realPath = (path: string): string => {
  const full = resolve(path);
  try {
    return realpathSync(full);
  } catch {
    const above = dirname(full);
    return above === full ? full : resolve(realPath(above), full.slice(above.length).replace(/^\/+/, ""));
  }
};

/** Whether a path is a folder, or lies in it. */
export const liesIn = (path: string, folder: string): boolean => {
  const [inner, outer] = [realPath(path), realPath(folder)];
  return inner === outer || inner.startsWith(outer.endsWith("/") ? outer : `${outer}/`);
};

/** What is read must not grow by what is written. Throws USAGE where the output is an input's folder or lies in it. */
export const keepApart = (inputs: string | readonly (string | undefined)[], output: string): void => {
  for (const input of [inputs].flat()) {
    if (input === undefined || !statSync(input).isDirectory() || !liesIn(output, input)) continue;
    const where = realPath(input) === realPath(output) ? "is the input" : "lies in the input";
    throw failed(
      "USAGE",
      `The output folder ${output} ${where} ${input}; the next run would read the results. Take one beside it.`,
    );
  }
};

/** A file that is read must not be written over. Throws USAGE where it is one of those that the output folder gets. */
export const keepFile = (input: string | undefined, output: string, names: readonly string[]): void => {
  if (input === undefined || !names.some((name) => realPath(join(output, name)) === realPath(input))) return;
  throw failed("USAGE", `${input} would be overwritten by the results; take another output folder.`);
};
