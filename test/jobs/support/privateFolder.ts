import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of one test. */
export function privateFolder(): { path: string; dispose: () => void } {
  const path = mkdtempSync(join(tmpdir(), "panseg-jobs-"));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}
