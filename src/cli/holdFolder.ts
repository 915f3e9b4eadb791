import { closeSync, mkdirSync, openSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { holdExclusively } from "../disk/fileLock.ts";
import { failed } from "../domain/failure.ts";

const lockName = ".panseg.lock";

/** Which file lies there; made where there is none. */
const fileAt = (path: string): bigint => {
  closeSync(openSync(path, "a", 0o600));
  return statSync(path, { bigint: true }).ino;
};

/**
 * Takes a folder of results, made where there is none, for this command alone until `release`, which leaves nothing behind.
 * The lock lives in the kernel: of a killed command a file stays that blocks nobody. Throws USAGE while another holds it.
 */
export const holdFolder = (folder: string): { readonly release: () => void } => {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, lockName);
  for (;;) {
    const file = fileAt(path);
    const free = holdExclusively(path);
    if (free === null)
      throw failed(
        "USAGE",
        `Another command is writing into ${folder}; wait until it ends, or take another folder.`,
        { folder },
      );
    const release = (): void => {
      rmSync(path, { force: true });
      free();
    };
    // Whoever held it may have removed it while we came: what we hold then, nobody else would meet.
    if (statSync(path, { throwIfNoEntry: false, bigint: true })?.ino === file) return { release };
    free();
  }
};
