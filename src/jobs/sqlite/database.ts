import { accessSync, constants } from "node:fs";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { createPrivately } from "../../disk/fileLock.ts";
import { failed } from "../../domain/failure.ts";

/** One connection to one SQLite file; the only place that knows which driver is underneath. */
export type Database = {
  readonly all: (sql: string, parameters?: Parameters) => readonly Row[];
  readonly first: (sql: string, parameters?: Parameters) => Row | null;
  /** Number of rows changed. */
  readonly run: (sql: string, parameters?: Parameters) => number;
  /** Several statements without parameters. */
  readonly script: (sql: string) => void;
  /** All of `work` or nothing, alone among writers. */
  readonly transaction: <T>(work: () => T) => T;
  readonly close: () => void;
};

export type Row = Readonly<Record<string, SQLOutputValue>>;
type Parameters = Readonly<Record<string, SQLInputValue>>;

const LOCK_WAIT_MS = 10_000;

/** Primary result codes of SQLite. */
const SQLITE = { ERROR: 1, BUSY: 5, READONLY: 8, CORRUPT: 11, NOTADB: 26 } as const;

/**
 * Opens a file, private to this user, for durable writes: what a call has returned for survives a power cut.
 * Throws SETTINGS_INVALID where the file system cannot hold it (no shared memory, as on network disks).
 */
export function openDatabase(file: string): Database {
  createPrivately(file);
  const sqlite = new DatabaseSync(file, { timeout: LOCK_WAIT_MS });
  try {
    const mode = turnOnWal(sqlite);
    if (mode !== "wal") {
      throw failed("SETTINGS_INVALID", "The data folder's file system cannot hold the job database.", {
        mode,
      });
    }
    // NORMAL would lose acknowledged jobs on a power cut; fullfsync makes macOS flush the drive's cache too.
    sqlite.exec("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON");
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return wrap(sqlite);
}

/**
 * Whether the file is a complete database that can be read and written to the last row.
 * Errors that are not about the file's content (disk, permissions, memory) are thrown: they are no reason to give it up.
 */
export function isSound(file: string): boolean {
  accessSync(file, constants.R_OK | constants.W_OK);
  const sqlite = new DatabaseSync(file, { timeout: LOCK_WAIT_MS });
  try {
    const verdict = sqlite.prepare("PRAGMA integrity_check(1)").get()?.["integrity_check"];
    sqlite.exec("BEGIN IMMEDIATE; ROLLBACK");
    return verdict === "ok" && hasPlausibleVersion(sqlite);
  } catch (error) {
    const aboutContent: readonly number[] = [SQLITE.ERROR, SQLITE.READONLY, SQLITE.CORRUPT, SQLITE.NOTADB];
    if (aboutContent.includes(primaryCode(error))) return false;
    throw error;
  } finally {
    sqlite.close();
  }
}

/**
 * The journal mode that is in force afterwards. SQLite does not wait for others here: two connections that turn a new file
 * to WAL at one moment each hold the shared lock that the other's exclusive one waits for, and get BUSY at once.
 */
function turnOnWal(sqlite: DatabaseSync): unknown {
  const deadline = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      return sqlite.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
    } catch (error) {
      if (primaryCode(error) !== SQLITE.BUSY || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + 20 * Math.random());
    }
  }
}

function wrap(sqlite: DatabaseSync): Database {
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql) ?? sqlite.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    all: (sql, parameters = {}) => statement(sql).all(parameters),
    // Read to its end, where it commits: after the first row of UPDATE … RETURNING nothing is written yet, and what then fails
    // (a full disk) would be told to nobody.
    first: (sql, parameters = {}) => statement(sql).all(parameters)[0] ?? null,
    run: (sql, parameters = {}) => Number(statement(sql).run(parameters).changes),
    script: (sql) => sqlite.exec(sql),
    transaction: (work) => inTransaction(sqlite, work),
    close: () => {
      if (sqlite.isOpen) sqlite.close();
    },
  };
}

function inTransaction<T>(sqlite: DatabaseSync, work: () => T): T {
  // IMMEDIATE waits for other writers here; a transaction that began by reading could not be continued after their commit.
  sqlite.exec("BEGIN IMMEDIATE");
  try {
    const value = work();
    sqlite.exec("COMMIT");
    return value;
  } catch (error) {
    // A full disk can already have rolled it back.
    if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    throw error;
  }
}

function hasPlausibleVersion(sqlite: DatabaseSync): boolean {
  const version = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"]);
  const tables = Number(sqlite.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"]);
  return version >= 0 && (version === 0) === (tables === 0);
}

/** Whether another process held a lock for longer than this one waited for it. Nothing was read or written then. */
export const isBusy = (error: unknown): boolean => primaryCode(error) === SQLITE.BUSY;

const primaryCode = (error: unknown): number =>
  error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
