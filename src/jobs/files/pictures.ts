import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pictures } from "../../ports/results.ts";

/** Pictures as files named by the hash of their job's key; only this user reads them. */
export const openPictures = (folder: string): Pictures => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fileOf = (key: string): string =>
    join(folder, `${createHash("sha256").update(key).digest("hex")}.png`);
  return {
    keep: (key, png) => {
      const file = fileOf(key);
      writeFileSync(`${file}.part`, png, { mode: 0o600 });
      renameSync(`${file}.part`, file);
    },
    read: (key) =>
      readFile(fileOf(key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return null;
        throw error;
      }),
    removeUnfinished: () => {
      for (const name of readdirSync(folder))
        if (name.endsWith(".part")) rmSync(join(folder, name), { force: true });
    },
    removeOlder: (beforeMs) => {
      const old = readdirSync(folder).filter((name) => statSync(join(folder, name)).mtimeMs < beforeMs);
      for (const name of old) rmSync(join(folder, name), { force: true });
      return old.length;
    },
  };
};
