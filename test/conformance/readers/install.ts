import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const requirements = fileURLToPath(new URL("./requirements.txt", import.meta.url));
const cache = fileURLToPath(new URL("../../../node_modules/.cache/", import.meta.url));

/** A version manager's stand-in may be first on the PATH and have no interpreter behind it. */
const interpreters = ["python3", "/usr/bin/python3"];

const run = promisify(execFile);

/** A Python with the readers, or why there is none. */
export type Readers = { readonly python: string } | { readonly reason: string };

const lastLine = (error: unknown): string =>
  String((error as { stderr?: string }).stderr ?? error)
    .trim()
    .split("\n")
    .at(-1) ?? "";

const install = async (interpreter: string, folder: string): Promise<void> => {
  await run(interpreter, ["-m", "venv", folder]);
  const pip = [join(folder, "bin", "pip"), "install", "--quiet", "--retries", "1"];
  await run(join(folder, "bin", "python"), [...pip, "--requirement", requirements], {
    timeout: 300_000,
    maxBuffer: 2 ** 26,
  });
};

const isCurrent = (current: string, digest: string): boolean =>
  existsSync(join(current, "bin", "python")) && readlinkSync(current).startsWith(`readers-${digest}-`);

/**
 * Makes the folder the current one in a single step, and removes the one before; unless another process, which may be
 * using it already, has made the same one meanwhile.
 */
const publish = (folder: string, current: string, digest: string): void => {
  if (isCurrent(current, digest)) {
    rmSync(folder, { recursive: true, force: true });
    return;
  }
  const before = existsSync(current) ? join(dirname(current), readlinkSync(current)) : null;
  const next = `${folder}.link`;
  symlinkSync(folder.slice(cache.length), next);
  renameSync(next, current);
  if (before !== null && before !== folder) rmSync(before, { recursive: true, force: true });
};

/**
 * A virtual environment with the outside readers of `requirements.txt`, made once and kept under node_modules until the
 * requirements change. One that was left half made is never taken for whole.
 */
export const installReaders = async (): Promise<Readers> => {
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const current = join(cache, "readers-venv");
  const python = join(current, "bin", "python");
  if (isCurrent(current, digest)) return { python };
  mkdirSync(cache, { recursive: true });
  const reasons: string[] = [];
  for (const interpreter of interpreters) {
    const folder = join(cache, `readers-${digest}-${process.pid}`);
    try {
      await install(interpreter, folder);
      publish(folder, current, digest);
      return { python };
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      reasons.push(`${interpreter}: ${lastLine(error)}`);
    }
  }
  return { reason: `no virtual environment with the readers: ${reasons.join("; ")}` };
};
