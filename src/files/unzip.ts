import { createWriteStream, mkdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { FailureError, failed } from "../domain/failure.ts";

/** What an input may hold; the defaults stand in the settings. */
export type InputLimits = {
  /** Files of a folder, with its subfolders. */
  readonly maxFiles: number;
  readonly maxZipEntries: number;
  /** All entries of one zip archive together. */
  readonly maxUnpackedMegabytes: number;
  readonly maxEntryMegabytes: number;
  /** Unpacked bytes for each byte of a zip archive. */
  readonly maxZipRatio: number;
};

const MIB = 2 ** 20;
/** Little that unpacks to little harms nobody, however well it was packed. */
const UNSUSPICIOUS_BYTES = 256 * MIB;
const SPARE_BYTES = 256 * MIB;

/**
 * Unpack the files of a zip archive into `tempFolder`; their paths in the archive's order. Entries become numbered files: names
 * inside an archive are somebody else's and never reach the file system. What the archive's directory announces is judged before
 * anything is unpacked, and the reader holds each entry to what was announced.
 * Throws TOO_LARGE, NOT_DICOM for a damaged archive, FOLDER_UNWRITABLE where the disk does not take it.
 */
export const unzip = async (
  path: string,
  tempFolder: string,
  limits: InputLimits,
  onProgress: (share: number) => void,
): Promise<readonly string[]> => {
  const archive = await openPromise(path, { autoClose: false }).catch(unreadable);
  try {
    const entries = await readDirectory(archive, limits).catch(unreadable);
    const bytes = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    judge(entries, bytes, statSync(path).size, limits);
    mkdirSync(tempFolder, { recursive: true });
    requireSpace(tempFolder, bytes);
    return await unpack(archive, entries, bytes, tempFolder, onProgress);
  } finally {
    archive.close();
  }
};

const tooLarge = (sentence: string, details: Readonly<Record<string, number>>): FailureError =>
  failed("TOO_LARGE", sentence, details);

/** The archive's own count comes first: a directory of millions of entries is not even read. */
const readDirectory = async (archive: ZipFile, { maxZipEntries }: InputLimits): Promise<readonly Entry[]> => {
  const { entryCount } = archive;
  if (entryCount > maxZipEntries)
    throw tooLarge(
      `The zip archive has ${entryCount} entries; the limit input.maxZipEntries is ${maxZipEntries}.`,
      {
        entries: entryCount,
        limit: maxZipEntries,
      },
    );
  const entries: Entry[] = [];
  for await (const entry of archive.eachEntry()) if (!entry.fileName.endsWith("/")) entries.push(entry);
  return entries;
};

const judge = (entries: readonly Entry[], bytes: number, packedBytes: number, limits: InputLimits): void => {
  const largest = entries.reduce((most, { uncompressedSize }) => Math.max(most, uncompressedSize), 0);
  const { maxUnpackedMegabytes, maxEntryMegabytes, maxZipRatio } = limits;
  if (largest > maxEntryMegabytes * MIB)
    throw tooLarge(
      `A file in the zip archive unpacks to ${sayMebibytes(largest)} MiB; the limit input.maxEntryMegabytes is ${maxEntryMegabytes}.`,
      { bytes: largest, limitBytes: maxEntryMegabytes * MIB },
    );
  if (bytes > maxUnpackedMegabytes * MIB)
    throw tooLarge(
      `The zip archive unpacks to ${sayMebibytes(bytes)} MiB; the limit input.maxUnpackedMegabytes is ${maxUnpackedMegabytes}.`,
      { bytes, limitBytes: maxUnpackedMegabytes * MIB },
    );
  const ratio = Math.ceil(bytes / packedBytes);
  if (bytes > UNSUSPICIOUS_BYTES && ratio > maxZipRatio)
    throw tooLarge(
      `The zip archive of ${sayMebibytes(packedBytes)} MiB unpacks to ${sayMebibytes(bytes)} MiB, ${ratio} times as much; the limit input.maxZipRatio is ${maxZipRatio}.`,
      { bytes, packedBytes, ratio, limit: maxZipRatio },
    );
};

const sayMebibytes = (bytes: number): string => (bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0);

const requireSpace = (folder: string, bytes: number): void => {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (bytes + SPARE_BYTES > free)
    throw failed(
      "FOLDER_UNWRITABLE",
      `The zip archive unpacks to ${sayMebibytes(bytes)} MiB; ${folder} has ${sayMebibytes(free)} MiB left.`,
      { bytes, free },
    );
};

const unpack = async (
  archive: ZipFile,
  entries: readonly Entry[],
  bytes: number,
  folder: string,
  onProgress: (share: number) => void,
): Promise<readonly string[]> => {
  const files: string[] = [];
  let done = 0;
  for (const entry of entries) {
    const file = join(folder, `${String(files.length).padStart(6, "0")}.dcm`);
    const source = await archive.openReadStreamPromise(entry).catch(unreadable);
    await pipeline(source, createWriteStream(file, { mode: 0o600 })).catch(unreadableOrUnwritable);
    files.push(file);
    done += entry.uncompressedSize;
    onProgress(bytes === 0 ? 1 : done / bytes);
  }
  return files;
};

const unreadable = (error: unknown): never => {
  throw error instanceof FailureError
    ? error
    : failed("NOT_DICOM", "The zip archive is damaged or names files outside itself.", {}, error);
};

/** Errors of the disk have a number; those of the archive's bytes have none. */
const unreadableOrUnwritable = (error: unknown): never => {
  if (error instanceof Error && "syscall" in error && "code" in error)
    throw failed("FOLDER_UNWRITABLE", `The unpacked files cannot be written (${error.code}).`, {}, error);
  return unreadable(error);
};
