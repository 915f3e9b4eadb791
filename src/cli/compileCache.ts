import { homedir } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../disk/makeFolder.ts";

/**
 * Where Node keeps what it compiled of this program, which halves the time of a start: below the service's
 * CACHE_DIRECTORY (systemd), XDG_CACHE_HOME or the home. Never below a folder that others can write, where Node's own
 * default lies: whoever fills this folder says what the program does. A folder that cannot be written is no cache.
 */
export const compileCacheFolder = (environment: NodeJS.ProcessEnv): string | null => {
  const folder =
    environment["CACHE_DIRECTORY"]?.split(":")[0] ?? environment["XDG_CACHE_HOME"] ?? homeCache();
  return folder === null ? null : join(folder, "panseg", "compiled");
};

const homeCache = (): string | null => {
  try {
    return join(homedir(), ".cache");
  } catch {
    // A user without a home.
    return null;
  }
};

/** Makes the folder for this user alone; where Node would have to make it, a home such as /proc/x would hold it forever. */
export const canBeMade = (folder: string): boolean => {
  try {
    makeFolder(folder, 0o700);
    return true;
  } catch {
    return false;
  }
};
