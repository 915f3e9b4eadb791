import { opendirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { failed } from "../domain/failure.ts";
import type { InstanceBytes } from "../ports/pacs.ts";
import { type InputLimits, unzip } from "./unzip.ts";

/** Where a zip archive is unpacked, and how much any input may hold. */
export type Unpacking = { readonly tempFolder: string; readonly limits: InputLimits };

/**
 * The files of a folder (with its subfolders, and through links), of a zip archive (unpacked into the temporary folder), or one file; in name
 * order, read on demand. What they are is not looked at. Throws USAGE when there is nothing at the path, TOO_LARGE beyond the
 * limits, and what `unzip` throws.
 */
export const listFolder = async (
  path: string,
  { tempFolder, limits }: Unpacking,
  onProgress: (share: number) => void = () => {},
): Promise<readonly InstanceBytes[]> => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw failed("USAGE", `There is nothing at ${path}.`);
  if (stat.isDirectory()) return filesBelow(path, limits.maxFiles).map(toInstance);
  if (extname(path).toLowerCase() === ".zip")
    return (await unzip(path, tempFolder, limits, onProgress)).map(toInstance);
  return [toInstance(path)];
};

const toInstance = (path: string): InstanceBytes => ({ name: path, read: () => readFileSync(path) });

/** What a path leads to; null for what cannot be reached, such as the end of a broken link. */
const kindOf = (path: string): "file" | "folder" | null => {
  try {
    const stat = statSync(path);
    return stat.isFile() ? "file" : stat.isDirectory() ? "folder" : null;
  } catch {
    return null;
  }
};

/**
 * Links are followed; a folder is entered once, whatever leads to it, so that no loop of links holds anyone. Names are read a
 * few at a time, so that a folder of millions is left as soon as it exceeds the limit.
 */
const filesBelow = (root: string, maxFiles: number): readonly string[] => {
  const entered = new Set<string>();
  const files: string[] = [];
  const enter = (folder: string): void => {
    const real = realpathSync(folder);
    if (entered.has(real)) return;
    entered.add(real);
    const below: string[] = [];
    const listing = opendirSync(folder);
    try {
      for (let entry = listing.readSync(); entry !== null; entry = listing.readSync()) {
        below.push(join(folder, entry.name));
        if (below.length > maxFiles) throw tooManyFiles(root, maxFiles);
      }
    } finally {
      listing.closeSync();
    }
    // In the order of names, which decides through which of several links a folder is entered.
    for (const path of below.sort()) {
      const kind = kindOf(path);
      if (kind === "folder") enter(path);
      if (kind === "file" && files.push(path) > maxFiles) throw tooManyFiles(root, maxFiles);
    }
  };
  enter(root);
  return files.sort();
};

const tooManyFiles = (root: string, limit: number) =>
  failed("TOO_LARGE", `${root} holds more than ${limit} files, the limit input.maxFiles.`, { limit });
