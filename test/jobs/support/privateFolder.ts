import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of one test; gone with the process at the latest, also when the test fails. */
export function privateFolder(): { path: string; dispose: () => void } {
  const path = mkdtempSync(join(tmpdir(), "panseg-jobs-"));
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  process.once("exit", remove);
  const dispose = (): void => {
    process.off("exit", remove);
    remove();
  };
  return { path, dispose };
}
