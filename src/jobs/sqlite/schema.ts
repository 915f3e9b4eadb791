import { chmodSync, closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { failed } from "../../domain/failure.ts";
import { type FormerResult, listObjects } from "../formerResult.ts";
import { type Database, openDatabase } from "./database.ts";

/** SQL, or what SQL cannot say. */
export type Migration = string | ((database: Database) => void);

/**
 * Append-only: a released step is never edited, step n brings version n-1 to n (`user_version`).
 *
 * `seq` is the place in the queue, given anew whenever a row becomes work, so that order never depends on a clock.
 * `queued_at` and `lease_ms` tell when a time limit was set: one that was set in the future means that the clock went back.
 */
export const migrations: readonly Migration[] = [
  `
  CREATE TABLE job (
    id             INTEGER PRIMARY KEY,
    seq            INTEGER NOT NULL UNIQUE,
    kind           TEXT    NOT NULL CHECK (kind IN ('examine', 'segment')),
    key            TEXT    NOT NULL,
    study_uid      TEXT    NOT NULL,
    series_uid     TEXT    NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('queued', 'running', 'done', 'skipped', 'dead')),
    step           TEXT    NOT NULL DEFAULT '',
    progress       REAL    NOT NULL DEFAULT 0,
    attempts       INTEGER NOT NULL DEFAULT 0,
    instance_count INTEGER,
    order_json     TEXT    CHECK (json_valid(order_json)),
    failure_json   TEXT    CHECK (json_valid(failure_json)),
    result_json    TEXT    CHECK (json_valid(result_json)),
    lease_owner    TEXT,
    lease_token    TEXT,
    lease_ms       INTEGER,
    lease_until    INTEGER,
    arrived_again  INTEGER NOT NULL DEFAULT 0 CHECK (arrived_again IN (0, 1)),
    queued_at      INTEGER NOT NULL,
    not_before     INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (kind, key),
    CHECK ((state = 'running') = (lease_token IS NOT NULL))
  ) STRICT;
  -- Claims walk the queue in its order; the other columns decide without a look at the row.
  CREATE INDEX job_turn ON job (state, seq, not_before, queued_at);
  -- Counting for metrics must not read the results.
  CREATE INDEX job_kind ON job (kind, state, seq);
  CREATE INDEX job_lease ON job (lease_until) WHERE state = 'running';

  CREATE TABLE cursor (source TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `,
  listObjectsOfResults,
  `
  CREATE TABLE next_job (
    id             INTEGER PRIMARY KEY,
    seq            INTEGER NOT NULL UNIQUE,
    kind           TEXT    NOT NULL CHECK (kind IN ('examine', 'segment')),
    key            TEXT    NOT NULL,
    study_uid      TEXT    NOT NULL,
    series_uid     TEXT    NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('queued', 'running', 'computed', 'done', 'skipped', 'dead')),
    step           TEXT    NOT NULL DEFAULT '',
    progress       REAL    NOT NULL DEFAULT 0,
    attempts       INTEGER NOT NULL DEFAULT 0,
    instance_count INTEGER,
    order_json     TEXT    CHECK (json_valid(order_json)),
    failure_json   TEXT    CHECK (json_valid(failure_json)),
    result_json    TEXT    CHECK (json_valid(result_json)),
    lease_owner    TEXT,
    lease_token    TEXT,
    lease_ms       INTEGER,
    lease_until    INTEGER,
    arrived_again  INTEGER NOT NULL DEFAULT 0 CHECK (arrived_again IN (0, 1)),
    queued_at      INTEGER NOT NULL,
    not_before     INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (kind, key),
    CHECK ((state = 'running') = (lease_token IS NOT NULL))
  ) STRICT;
  INSERT INTO next_job SELECT * FROM job;
  DROP TABLE job;
  ALTER TABLE next_job RENAME TO job;
  -- Claims walk the queue in its order; the other columns decide without a look at the row.
  CREATE INDEX job_turn ON job (state, seq, not_before, queued_at);
  -- Counting for metrics must not read the results.
  CREATE INDEX job_kind ON job (kind, state, seq);
  CREATE INDEX job_lease ON job (lease_until) WHERE state = 'running';
  -- What is computed is claimed in the order in which it is due.
  CREATE INDEX job_computed ON job (state, not_before, seq, queued_at) WHERE state = 'computed';

  CREATE TABLE delivery (
    job_id           INTEGER NOT NULL,
    destination      TEXT    NOT NULL,
    place            INTEGER NOT NULL,
    state            TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts         INTEGER NOT NULL DEFAULT 0,
    counted_attempts INTEGER NOT NULL DEFAULT 0,
    failure_json     TEXT    CHECK (json_valid(failure_json)),
    not_before       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    PRIMARY KEY (job_id, destination)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** A result names its objects in one list; a thousand at a time, since there may be very many. */
function listObjectsOfResults(database: Database): void {
  for (let id = 0; ; ) {
    const rows = database.all(
      "SELECT id, result_json FROM job WHERE id > $id AND result_json IS NOT NULL ORDER BY id LIMIT 1000",
      { id },
    );
    for (const row of rows) {
      id = Number(row["id"]);
      const result = JSON.stringify(listObjects(JSON.parse(String(row["result_json"])) as FormerResult));
      database.run("UPDATE job SET result_json = $result WHERE id = $id", { id, result });
    }
    if (rows.length === 0) return;
  }
}

/**
 * Brings the database to the newest version in one transaction, after a copy of the file as it was. Processes that open a
 * file together wait for the first of them, and then find nothing left to do.
 * Throws SETTINGS_INVALID where the file is newer than this program: it would not understand what it reads.
 */
export function migrate(database: Database, file: string, steps: readonly Migration[] = migrations): void {
  if (schemaVersion(database) === steps.length) return;
  database.transaction(() => {
    // Read under the lock: another process may have taken the steps meanwhile.
    const found = schemaVersion(database);
    if (found > steps.length) {
      throw failed(
        "SETTINGS_INVALID",
        `The job database has schema ${found}, this version knows up to ${steps.length}; start the newer version.`,
        { found, known: steps.length },
      );
    }
    if (found > 0 && found < steps.length) backUp(file, found);
    for (const step of steps.slice(found)) {
      if (typeof step === "string") database.script(step);
      else step(database);
    }
    database.script(`PRAGMA user_version = ${steps.length}`);
  });
}

const schemaVersion = (database: Database): number =>
  Number(database.first("PRAGMA user_version")?.["user_version"]);

/**
 * A copy by SQLite itself, because copying an open database byte by byte can catch it in mid-write; on a connection of its
 * own, which sees the file as it was before the transaction that holds the lock.
 */
function backUp(file: string, version: number): void {
  const copy = `${file}.schema-${version}.backup`;
  const unfinished = `${copy}.tmp`;
  rmSync(unfinished, { force: true });
  const reader = openDatabase(file);
  try {
    reader.run("VACUUM INTO $unfinished", { unfinished });
  } finally {
    reader.close();
  }
  chmodSync(unfinished, 0o600);
  const handle = openSync(unfinished, "r+");
  fsyncSync(handle);
  closeSync(handle);
  renameSync(unfinished, copy);
}
