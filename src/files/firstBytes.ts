import { closeSync, openSync, readSync, statSync } from "node:fs";

/** The system reads less than 2 GiB in one call. */
const MOST_AT_ONCE = 2 ** 30;

/** How many bytes a file has; null for what is none: a folder, nothing, a name that no file can have. */
export const sizeOf = (path: string): number | null => {
  try {
    const stat = statSync(path);
    return stat.isFile() ? stat.size : null;
  } catch {
    return null;
  }
};

/** The first bytes of a file, `most` of them or all. Throws what the system says where it cannot be read. */
export const firstBytes = (path: string, most: number): Uint8Array => {
  const bytes = new Uint8Array(most);
  const file = openSync(path, "r");
  try {
    let filled = 0;
    while (filled < most) {
      const got = readSync(file, bytes, filled, Math.min(MOST_AT_ONCE, most - filled), filled);
      if (got === 0) break;
      filled += got;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(file);
  }
};

/** The same of what may be no file, or may not be read: then none. */
export const headOf = (path: string, most: number): Uint8Array => {
  try {
    return sizeOf(path) === null ? new Uint8Array() : firstBytes(path, most);
  } catch {
    return new Uint8Array();
  }
};
