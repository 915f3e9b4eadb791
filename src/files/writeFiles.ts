import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A name in the folder, and what it shall hold; null: no such file. */
export type OutputFile = readonly [name: string, content: Uint8Array | string | null];

/** All files or none: they are written beside the folder's files under other names and renamed at the end. */
export const writeFiles = (folder: string, files: readonly OutputFile[]): void => {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files)
    if (content !== null) writeFileSync(join(folder, `${name}.part`), content);
  for (const [name, content] of files) {
    if (content === null) rmSync(join(folder, name), { force: true });
    else renameSync(join(folder, `${name}.part`), join(folder, name));
  }
};
