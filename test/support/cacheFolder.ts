import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A folder that git ignores and that lives as long as the packages; where those are read-only, a temporary one. */
export const cacheFolder = (): string => {
  const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));
  try {
    accessSync(packages, constants.W_OK);
    return join(packages, ".cache");
  } catch {
    return join(tmpdir(), "panseg-test-cache");
  }
};
