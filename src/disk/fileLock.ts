import { closeSync, existsSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** A connection that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<DatabaseSync>();

/** Takes a file for this process alone; null where another holds it. The kernel frees it when the process dies, however it dies. */
export function holdExclusively(file: string): (() => void) | null {
  createPrivately(file);
  const sqlite = new DatabaseSync(file, { timeout: 0 });
  try {
    sqlite.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    sqlite.close();
    if (isBusy(error)) return null;
    throw error;
  }
  held.add(sqlite);
  return () => {
    if (held.delete(sqlite)) sqlite.close();
  };
}

/** SQLITE_BUSY in any of its extended forms. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === 5;

/** SQLite gives its side files the mode of the main file. */
export function createPrivately(file: string): void {
  // An existing file is never opened here: closing it would drop the POSIX locks of this process's other connections.
  if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
}
