import { join } from "node:path";
import { holdExclusively } from "../../disk/fileLock.ts";
import { makeFolder } from "../../disk/makeFolder.ts";
import { failed } from "../../domain/failure.ts";

/** The file whose lock says who owns a data folder. */
export const lockFile = (folder: string): string => join(folder, "service.lock");

/**
 * Makes this process the only service of a data folder until `release` or its death, created private if it is absent.
 * Throws DATA_DIR_LOCKED while another process holds it. The lock lives in the kernel: nothing is left to clean up.
 */
export function lockDataFolder(folder: string): { release: () => void } {
  makeFolder(folder, 0o700);
  const release = holdExclusively(lockFile(folder));
  if (release === null) {
    throw failed("DATA_DIR_LOCKED", `Another service owns the data folder ${folder}.`, { folder });
  }
  return { release };
}
