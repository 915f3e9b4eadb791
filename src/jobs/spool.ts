import { createHash, randomUUID } from "node:crypto";
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
import { failed } from "../domain/failure.ts";
import type { ResultSummary } from "../domain/result.ts";
import type { Spool, Spooled } from "../ports/results.ts";

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

/** result.json: the result and what its neighbours must hash to, sealed by a hash of itself. */
type Manifest = {
  readonly result: ResultSummary;
  readonly seg: string | null;
  readonly sr: string | null;
  readonly others: readonly string[];
  readonly picture: string;
};

function readEntry(folder: string, name: string): Spooled | null {
  const entry = join(folder, name);
  if (!existsSync(entry)) return null;
  const spooled = readComplete(entry);
  // Aside rather than away: it may be the only witness of what was sent.
  if (spooled === null) renameSync(entry, join(folder, `damaged-${name}-${randomUUID()}`));
  return spooled;
}

function readComplete(entry: string): Spooled | null {
  const manifest = unseal(readIfThere(join(entry, "result.json")));
  if (manifest === null) return null;
  const seg = manifest.seg === null ? null : readIfThere(join(entry, "seg.dcm"));
  const sr = manifest.sr === null ? null : readIfThere(join(entry, "sr.dcm"));
  const picture = readIfThere(join(entry, "overview.png"));
  const others = manifest.others.map((_, n) => readIfThere(join(entry, otherName(n))));
  const isWhole = hashOrNull(seg) === manifest.seg && hashOrNull(sr) === manifest.sr;
  if (!isWhole || picture === null || hashOf(picture) !== manifest.picture) return null;
  const whole = others.filter((bytes, n) => bytes !== null && hashOf(bytes) === manifest.others[n]);
  if (whole.length < others.length) return null;
  return { result: manifest.result, seg, sr, others: whole as Uint8Array[], picture };
}

function writeEntry(folder: string, name: string, { result, seg, sr, others, picture }: Spooled): Spooled {
  const unfinished = join(folder, unfinishedName());
  try {
    mkdirSync(unfinished, { mode: 0o700 });
    if (seg !== null) writeDurably(join(unfinished, "seg.dcm"), seg);
    if (sr !== null) writeDurably(join(unfinished, "sr.dcm"), sr);
    writeDurably(join(unfinished, "overview.png"), picture);
    for (const [n, bytes] of others.entries()) writeDurably(join(unfinished, otherName(n)), bytes);
    const manifest = {
      result,
      seg: hashOrNull(seg),
      sr: hashOrNull(sr),
      others: others.map(hashOf),
      picture: hashOf(picture),
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

const otherName = (n: number): string => `other-${n + 1}.dcm`;

const seal = ({ result, seg, sr, others, picture }: Manifest): string => {
  const sealed = { result, seg, sr, others, picture };
  return JSON.stringify({ ...sealed, sealSha256: hashOf(JSON.stringify(sealed)) });
};

function unseal(bytes: Uint8Array | null): Manifest | null {
  if (bytes === null) return null;
  try {
    const text = Buffer.from(bytes).toString("utf8");
    const manifest = JSON.parse(text) as Manifest;
    return seal(manifest) === text ? manifest : null;
  } catch {
    return null;
  }
}

const hashOf = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

const hashOrNull = (bytes: Uint8Array | null): string | null => (bytes === null ? null : hashOf(bytes));

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;
