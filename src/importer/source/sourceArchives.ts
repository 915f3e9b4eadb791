import { randomUUID } from "node:crypto";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import yauzl from "yauzl";
import { FailureError, failed } from "../../domain/failure.ts";
import { requireZipStart } from "../torch/zipArchive.ts";
import { partOf, partsOf, requireAllParts } from "./driveParts.ts";
import type { SourceFile } from "./sourceTree.ts";
import { unpack, unsafe } from "./unpack.ts";

type NamedFile = readonly [path: string, file: SourceFile];

/** Files inside zips, each at its path; `atRoot` leaves out the folder named after the zip. */
export type MountArchives = (
  zips: readonly NamedFile[],
  atRoot?: boolean,
) => Promise<{ readonly files: readonly NamedFile[]; readonly archives: readonly string[] }>;

const MOST_ENTRIES = 100_000;

const UNIX_TYPE = 0o170000;
const UNIX_LINK = 0o120000;

const listEntries = async (path: string): Promise<yauzl.Entry[]> => {
  const file = await open(path, "r");
  try {
    await requireZipStart(file);
    const zip = await yauzl.fromFdPromise(file.fd, { autoClose: false, lazyEntries: true });
    const entries: yauzl.Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      if (entries.length >= MOST_ENTRIES) throw unsafe(`The zip lists over ${MOST_ENTRIES} files.`);
      if (((entry.externalFileAttributes >>> 16) & UNIX_TYPE) === UNIX_LINK)
        throw unsafe("The zip holds a link to another file.");
      entries.push(entry);
    }
    return entries;
  } catch (error) {
    if (error instanceof FailureError) throw error;
    if (error instanceof Error && /absolute path|relative path/.test(error.message))
      throw unsafe("The zip names a file outside itself.", {}, error);
    throw failed(
      "CHECKPOINT_TRUNCATED",
      `The zip ${basename(path)} has no readable table of contents, which comes last; its download did not end.`,
      {},
      error,
    );
  } finally {
    await file.close();
  }
};

/** A checkpoint is itself a zip, and browsers rename it so. */
export const isCheckpointZip = async (path: string): Promise<boolean> =>
  (await listEntries(path)).some(({ fileName }) => /^[^/]+\/data\.pkl$/.test(fileName));

/** The name inside the archive never becomes a path on disk: only its last part, in a folder of its own. */
const packedFile = (archive: string, entry: yauzl.Entry, unpackFolder: () => string): SourceFile => {
  let path: Promise<string> | null = null;
  return {
    isPacked: true,
    fetch: (onProgress = () => {}) => {
      path ??= (async () => {
        const target = join(unpackFolder(), randomUUID(), basename(entry.fileName));
        await unpack(archive, entry, target, onProgress);
        return target;
      })();
      return path;
    },
  };
};

const joined = (...parts: readonly string[]): string =>
  parts.filter((part) => !["", "."].includes(part)).join("/");

/** Lists zips, the parts of one download as one folder; nothing is unpacked but zips inside of zips. */
export const readArchives = async (
  zips: readonly NamedFile[],
  unpackFolder: () => string,
  isJunk: (name: string) => boolean,
  atRoot = false,
): Promise<{ readonly files: readonly NamedFile[]; readonly archives: readonly string[] }> => {
  const files = new Map<string, { readonly file: SourceFile; readonly crc: number }>();
  const archives: string[] = [];
  for (const [path, zip] of zips) {
    const name = basename(path);
    const siblings = zips.map(([other]) => other).filter((other) => dirname(other) === dirname(path));
    requireAllParts(
      partsOf(
        name,
        siblings.map((other) => basename(other)),
      ),
    );
    const own = partOf(name)?.download ?? name.replace(/\.zip$/i, "");
    const archive = await zip.fetch();
    if (!zip.isPacked) archives.push(archive);
    for (const entry of await listEntries(archive)) {
      if (entry.fileName.endsWith("/") || entry.fileName.split("/").some(isJunk)) continue;
      const at = joined(dirname(path), atRoot ? "" : own, ...entry.fileName.split("/"));
      const known = files.get(at);
      if (known !== undefined && known.crc !== entry.crc32)
        throw unsafe(`Two parts of the download hold different files of one name: ${basename(at)}.`);
      if (known === undefined)
        files.set(at, { file: packedFile(archive, entry, unpackFolder), crc: entry.crc32 });
    }
  }
  return { files: [...files].map(([path, { file }]) => [path, file] as const), archives };
};
