import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { failed } from "../../domain/failure.ts";
import type { Spool, Spooled } from "../../ports/results.ts";
import { hashOf, type Manifest, readManifest, type SealedFile, seal } from "./manifest.ts";

/**
 * Entries as folders named by the hash of their key, each complete or absent whatever interrupts us.
 * Clears what dead processes left half-written. Disk errors are thrown as they are: nothing is kept that was not flushed.
 */
export function openSpool(folder: string): Spool {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  flush(dirname(folder));
  clearLeftovers(folder);
  const read = (key: string): Spooled | null => readEntry(folder, hashOf(key));
  return {
    read,
    keep: (key, spooled) => read(key) ?? writeEntry(folder, hashOf(key), spooled),
    keepDisputed: (key, name, stored) => keepDisputed(folder, hashOf(key), name, stored),
    remove: (key) => removeEntry(folder, hashOf(key)),
  };
}

function readEntry(folder: string, name: string): Spooled | null {
  const entry = join(folder, name);
  if (!existsSync(entry)) return null;
  const spooled = readComplete(entry);
  // Aside rather than away: it may be the only witness of what was sent.
  if (spooled === null) renameSync(entry, join(folder, `damaged-${name}-${randomUUID()}`));
  return spooled;
}

function readComplete(entry: string): Spooled | null {
  const manifest = readManifest(readIfThere(join(entry, "result.json")));
  if (manifest === null) return null;
  const readWhole = ({ file, sha256 }: SealedFile): readonly Uint8Array[] => {
    const bytes = readIfThere(join(entry, file));
    return bytes !== null && hashOf(bytes) === sha256 ? [bytes] : [];
  };
  const { result } = manifest;
  const files = manifest.objects.flatMap(readWhole);
  const [picture] = readWhole(manifest.picture);
  if (picture === undefined || files.length < result.objects.length) return null;
  const objects = result.objects.map((object, n) => ({ ...object, bytes: files[n] as Uint8Array }));
  return { result, objects, picture };
}

function writeEntry(folder: string, name: string, { result, objects, picture }: Spooled): Spooled {
  const unfinished = join(folder, unfinishedName());
  const write = (file: string, bytes: Uint8Array): SealedFile => {
    writeDurably(join(unfinished, file), bytes);
    return { file, sha256: hashOf(bytes) };
  };
  try {
    mkdirSync(unfinished, { mode: 0o700 });
    const manifest: Manifest = {
      result,
      objects: objects.map((object) => write(`${object.name}.dcm`, object.bytes)),
      picture: write("overview.png", picture),
    };
    writeDurably(join(unfinished, "result.json"), Buffer.from(seal(manifest)));
    flush(unfinished);
    moveInto(unfinished, join(folder, name));
    flush(folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  const kept = readEntry(folder, name);
  if (kept === null) throw failed("INTERNAL", "A spooled result could not be read back.", { entry: name });
  return kept;
}

/** Another process may have been first: then its entry stands, because bytes under our UIDs never change. */
function moveInto(unfinished: string, entry: string): void {
  try {
    renameSync(unfinished, entry);
  } catch (error) {
    if (codeOf(error) !== "ENOTEMPTY" && codeOf(error) !== "EEXIST") throw error;
  }
}

/** Beside the entry's own files, which are what was sent; the seal covers those alone. */
function keepDisputed(folder: string, entry: string, name: string, stored: Uint8Array): string {
  const file = join(folder, entry, `stored-${name}.dcm`);
  rmSync(file, { force: true });
  writeDurably(file, stored);
  return `${entry}/stored-${name}.dcm`;
}

function removeEntry(folder: string, name: string): void {
  const doomed = join(folder, unfinishedName());
  try {
    // Renamed first, so that a crash in the middle leaves no half entry under the real name.
    renameSync(join(folder, name), doomed);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  flush(folder);
  rmSync(doomed, { recursive: true, force: true });
}

const unfinishedName = (): string => `unfinished-${process.pid}-${randomUUID()}`;

function clearLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(/^unfinished-(\d+)-/.exec(name)?.[1] ?? Number.NaN);
    if (Number.isInteger(pid) && !isBusy(pid)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** For who holds the data folder before anyone writes to it: what is unfinished now, nobody will finish, whatever its number. */
export function clearSpool(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (name.startsWith("unfinished-")) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Entries are written in one go, so that this process cannot be in the middle of one while it opens the spool. */
function isBusy(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}

function writeDurably(file: string, bytes: Uint8Array): void {
  const handle = openSync(file, "wx", 0o600);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function flush(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function readIfThere(file: string): Uint8Array | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return null;
    throw error;
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;
