import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { threshold } from "../../dicom/write/matrixImages.ts";
import { installReaders } from "./install.ts";

const readers = await installReaders();

/** Value for the `skip` option of a test that asks. */
export const skip = "reason" in readers && process.env["REQUIRE_ALL"] !== "1" ? readers.reason : false;

/** The bytes of files by their path. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** The images of a source as the programs expect them, in the order in which they arrive. */
export const sourceFiles = (files: readonly Uint8Array[]): Files =>
  Object.fromEntries(files.map((file, n) => [`source/${n}.dcm`, file]));

/**
 * What a program beside this file prints, by folder, when it works on these folders; `finish` may look at what it left
 * there. The folders are removed afterwards.
 */
export const askPython = async <Answer, Result = Answer>(
  program: "readers.py" | "writers.py" | "volumes.py",
  folders: ReadonlyMap<string, Files>,
  finish: (answers: Readonly<Record<string, Answer>>, root: string) => Readonly<Record<string, Result>>,
): Promise<Readonly<Record<string, Result>>> => {
  if ("reason" in readers) throw new Error(readers.reason);
  const root = mkdtempSync(join(tmpdir(), "panseg-readers-"));
  try {
    for (const [folder, files] of folders)
      for (const [path, bytes] of Object.entries(files)) {
        mkdirSync(dirname(join(root, folder, path)), { recursive: true });
        writeFileSync(join(root, folder, path), bytes);
      }
    const path = fileURLToPath(new URL(program, import.meta.url));
    // Without -B the interpreter leaves its compiled modules among the sources.
    const { stdout } = await promisify(execFile)(readers.python, ["-B", path, root, String(threshold)], {
      maxBuffer: 2 ** 28,
    });
    return finish(JSON.parse(stdout) as Readonly<Record<string, Answer>>, root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};
