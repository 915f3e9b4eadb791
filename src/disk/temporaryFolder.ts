import { lstatSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failed } from "../domain/failure.ts";
import { holdExclusively } from "./fileLock.ts";
import { makeFolder } from "./makeFolder.ts";

const PREFIX = "panseg-held-";
const LOCK = "owner.lock";
const MOST_ATTEMPTS = 20;

export type TemporaryFolder = { readonly path: string; readonly remove: () => void };

/**
 * A private folder below `parent` that belongs to this process until `remove` or its death; what dead processes left is removed first.
 * It is owned by a lock of the kernel, which sees through reused process numbers, containers that share a disk, and reboots.
 * Throws FOLDER_UNWRITABLE.
 */
export const makeTemporaryFolder = (parent: string = tmpdir(), prefix: string = PREFIX): TemporaryFolder => {
  removeAbandonedFolders(parent, prefix);
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const path = makeNamedFolder(parent, prefix);
    const release = hold(path);
    if (release !== null) return { path, remove: () => removeHeld(path, release) };
    // Another process took the folder for abandoned in the moment before it was held.
    rmSync(path, { recursive: true, force: true });
  }
  throw failed("FOLDER_UNWRITABLE", `No folder below ${parent} can be held by a lock.`);
};

/** Remove what dead processes of this user left; how many folders. What cannot be judged or removed stays. */
export const removeAbandonedFolders = (parent: string = tmpdir(), prefix: string = PREFIX): number => {
  let removed = 0;
  for (const name of listNames(parent, prefix)) {
    const path = join(parent, name);
    if (!isOurs(path)) continue;
    const release = hold(path);
    if (release === null) continue;
    try {
      removeHeld(path, release);
      removed++;
    } catch {
      // The disk refuses: the next process tries again.
    }
  }
  return removed;
};

/** Released last: nobody else may think it abandoned while it goes. */
const removeHeld = (path: string, release: () => void): void => {
  try {
    rmSync(path, { recursive: true, force: true });
  } finally {
    release();
  }
};

const makeNamedFolder = (parent: string, prefix: string): string => {
  try {
    makeFolder(parent, 0o777);
    return mkdtempSync(join(parent, prefix));
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw failed(
      "FOLDER_UNWRITABLE",
      `The temporary folder ${parent} cannot be written (${reason}).`,
      {},
      error,
    );
  }
};

/** Null where another process holds the folder, or removes it at this moment. */
const hold = (path: string): (() => void) | null => {
  const lock = join(path, LOCK);
  try {
    const release = holdExclusively(lock);
    // Who took the lock while its holder removed the folder holds nothing.
    if (release !== null && statSync(lock, { throwIfNoEntry: false }) === undefined) {
      release();
      return null;
    }
    return release;
  } catch {
    return null;
  }
};

const listNames = (parent: string, prefix: string): readonly string[] => {
  try {
    return readdirSync(parent).filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
};

/** Anyone may write to a system's temporary folder: a link, or another user's folder, is none of ours. */
const isOurs = (path: string): boolean => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && (process.getuid === undefined || found.uid === process.getuid());
};
