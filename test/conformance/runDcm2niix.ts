import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type NiftiVolume, readNiftiVolumes } from "./niftiFile.ts";

export type Dcm2niixAnswer = {
  readonly volumes: readonly NiftiVolume[];
  /** What it printed. */
  readonly log: string;
  /** The signal that ended it, such as SIGSEGV. */
  readonly signal: string | null;
};

/** What dcm2niix makes of exactly these files; its Philips scaling (P12) is switched off. */
export const runDcm2niix = async (files: readonly string[]): Promise<Dcm2niixAnswer> => {
  const folder = mkdtempSync(join(tmpdir(), "panseg-conformance-"));
  const [input, output] = [mkdtempSync(join(folder, "in-")), mkdtempSync(join(folder, "out-"))];
  try {
    for (const [n, file] of files.entries()) symlinkSync(resolve(file), join(input, `${n}.dcm`));
    const args = ["-z", "n", "-p", "n", "-b", "n", "-f", "v", "-o", output, input];
    const { log, signal } = await new Promise<Omit<Dcm2niixAnswer, "volumes">>((done) => {
      // Its exit code says no more than its output: 2 for nothing converted, 8 for some.
      execFile("dcm2niix", args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
        done({ log: `${stdout}\n${stderr}`, signal: error?.signal ?? null }),
      );
    });
    const written = readdirSync(output).filter((name) => name.endsWith(".nii"));
    return { volumes: written.flatMap((name) => readNiftiVolumes(join(output, name))), log, signal };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
