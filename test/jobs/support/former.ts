import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";

const former = (name: string): string => readFileSync(new URL(`../former/${name}`, import.meta.url), "utf8");

/** The ledger of version 0.1, as that version wrote it: see former/README.md. */
export const writeFormerLedger = (file: string): void => {
  const sqlite = new DatabaseSync(file);
  sqlite.exec("PRAGMA journal_mode = WAL");
  sqlite.exec(former("ledger.sql"));
  sqlite.close();
};

/** Key of the job whose objects lie in the spool. */
export const waitingKey = "key of the series that waits";

/** The bytes of the objects that version 0.1 left unsent, by the names of its files. */
export const formerFiles = (): ReadonlyMap<string, Buffer> => {
  const files = Object.entries(JSON.parse(former("spool.json")) as Record<string, string>);
  return new Map(files.map(([name, packed]) => [name, gunzipSync(Buffer.from(packed, "base64"))]));
};

/** Its spool, with the one entry; the last bit of one file may be another. */
export const writeFormerSpool = (folder: string, damaged: string | null = null): void => {
  for (const [name, bytes] of formerFiles()) {
    mkdirSync(join(folder, dirname(name)), { recursive: true, mode: 0o700 });
    const content = name === damaged ? bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1) : bytes;
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  }
};
