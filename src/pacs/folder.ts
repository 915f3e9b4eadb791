import { createWriteStream, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openPromise } from "yauzl";
import { FailureError, failed } from "../domain/failure.ts";
import type { InstanceBytes } from "../ports.ts";

const MAX_UNZIPPED_BYTES = 8 * 2 ** 30;

/** Whether a path is a NIfTI file by its name. */
export const isNiftiPath = (path: string): boolean => /\.nii(\.gz)?$/i.test(path);

/**
 * The files of a folder (with its subfolders, and through links), of a zip archive (unpacked into `tempFolder`), or one file; in name
 * order, read on demand. What they are is not looked at. Throws USAGE when there is nothing at the path.
 */
export const listFolder = async (path: string, tempFolder: string): Promise<readonly InstanceBytes[]> => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw failed("USAGE", `There is nothing at ${path}.`);
  if (stat.isDirectory()) return filesBelow(path).map(toInstance);
  if (extname(path).toLowerCase() === ".zip") return (await unzip(path, tempFolder)).map(toInstance);
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

/** Links are followed; a folder is entered once, whatever leads to it, so that no loop of links holds anyone. */
const filesBelow = (folder: string): readonly string[] => {
  const entered = new Set<string>();
  const enter = (path: string): readonly string[] => {
    const real = realpathSync(path);
    if (entered.has(real)) return [];
    entered.add(real);
    return readdirSync(path)
      .toSorted()
      .flatMap((name) => {
        const below = join(path, name);
        const kind = kindOf(below);
        if (kind === null) return [];
        return kind === "file" ? [below] : enter(below);
      });
  };
  return enter(folder).toSorted();
};

/** Entries become numbered files: names inside an archive are somebody else's and never reach the file system. */
const unzip = async (path: string, tempFolder: string): Promise<readonly string[]> => {
  mkdirSync(tempFolder, { recursive: true });
  const archive = await openPromise(path).catch(unreadable);
  const files: string[] = [];
  let unpacked = 0;
  const cap = () =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        unpacked += chunk.length;
        if (unpacked > MAX_UNZIPPED_BYTES)
          done(failed("TOO_LARGE", `The zip archive unpacks to more than ${MAX_UNZIPPED_BYTES} bytes.`));
        else done(null, chunk);
      },
    });
  const unpackAll = async (): Promise<void> => {
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName.endsWith("/")) continue;
      const file = join(tempFolder, `${String(files.length).padStart(6, "0")}.dcm`);
      await pipeline(
        await archive.openReadStreamPromise(entry),
        cap(),
        createWriteStream(file, { mode: 0o600 }),
      );
      files.push(file);
    }
  };
  await unpackAll()
    .catch(unreadable)
    .finally(() => archive.close());
  return files;
};

const unreadable = (error: unknown): never => {
  throw error instanceof FailureError
    ? error
    : failed("NOT_DICOM", "The zip archive is damaged or names files outside itself.", {}, error);
};
