import { existsSync, renameSync } from "node:fs";
import { isSound } from "./database.ts";

/**
 * Moves a damaged job database aside, so that a new one can be filled from the archive by the next sweep.
 * Returns where it lies now, or null where there was nothing to move. For the owner of the data folder, before anyone opens the file.
 */
export function setAsideDamagedJobs(file: string): string | null {
  if (!existsSync(file) || isSound(file)) return null;
  const aside = firstFreeName(`${file}.damaged`);
  // The main file last: a write-ahead log left beside a new database would be replayed into it.
  for (const side of ["-wal", "-shm", ""]) {
    if (existsSync(file + side)) renameSync(file + side, aside + side);
  }
  return aside;
}

function firstFreeName(stem: string): string {
  for (let n = 1; ; n++) if (!existsSync(`${stem}-${n}`)) return `${stem}-${n}`;
}
