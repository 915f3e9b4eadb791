import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { QualityRecord } from "../domain/quality.ts";
import { driftsOf } from "./driftOf.ts";

/** What is written; `parse` knows what older versions wrote. */
const FORMAT = "panseg-quality-2";
const FORMER_FORMAT = "panseg-quality-1";

export type QualityFile = {
  /** Null where there is none, or none that this version can use: an audit then begins anew. */
  readonly read: () => QualityRecord | null;
  readonly write: (record: QualityRecord) => void;
};

/** The last audit as a file that only this user reads; whole or not there. It is read again only when it changed. */
export const openQualityFile = (path: string): QualityFile => {
  let kept: { readonly version: string; readonly record: QualityRecord | null } | null = null;
  return {
    read: () => {
      const version = versionOf(path);
      if (version === null) return null;
      if (kept?.version !== version) kept = { version, record: parse(path) };
      return kept.record;
    },
    write: (record) => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const part = `${path}.${process.pid}.part`;
      writeFileSync(part, JSON.stringify({ format: FORMAT, ...record }), { mode: 0o600 });
      renameSync(part, path);
    },
  };
};

const versionOf = (path: string): string | null => {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.ino} ${found.mtimeMs} ${found.size}`;
};

const parse = (path: string): QualityRecord | null => {
  try {
    const { format, ...record } = JSON.parse(readFileSync(path, "utf8")) as QualityRecord & {
      readonly format: string;
    };
    if (format === FORMAT) return record;
    return format === FORMER_FORMAT ? migrate(record) : null;
  } catch {
    return null;
  }
};

/**
 * The first format kept no digest of the names by which it knew the pancreas, and judged drift by a chart alone. Cases, what
 * was left out and what is known stand as they are; the course is judged anew.
 */
const migrate = (record: QualityRecord): QualityRecord => ({
  ...record,
  names: null,
  drift: driftsOf(record.cases, record.rules),
});
