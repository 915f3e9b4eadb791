import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "../support/cacheFolder.ts";

const run = promisify(execFile);

const release = {
  name: "@ohif/app",
  version: "3.13.2",
  integrity:
    "sha512-WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA==",
} as const;

/** In-browser networks and microscopy: three quarters of the bytes, and nothing that a study of the abdomen opens. */
const leftOut = ["ort", "dicom-microscopy-viewer"];

const fetchMs = 300_000;

/** The published package, or why npm has not brought it. */
const pack = async (folder: string): Promise<{ archive: string } | { absent: string }> => {
  const spec = `${release.name}@${release.version}`;
  const impatient = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=1000"];
  try {
    const { stdout } = await run(
      "npm",
      ["pack", spec, "--loglevel=error", "--ignore-scripts", ...impatient],
      {
        cwd: folder,
        timeout: fetchMs,
      },
    );
    return { archive: join(folder, stdout.trim()) };
  } catch (error) {
    const code = /npm (?:error|ERR!) code (\w+)/.exec(String(error))?.[1];
    return { absent: `npm did not bring ${spec} (${code ?? (error as NodeJS.ErrnoException).code})` };
  }
};

const requireIntegrity = (archive: string): void => {
  const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (found !== release.integrity)
    throw new Error(`${release.name}@${release.version} is ${found}, not ${release.integrity}`);
};

const unpack = async (archive: string, folder: string): Promise<void> => {
  const excluded = leftOut.map((name) => `--exclude=package/dist/${name}`);
  mkdirSync(folder);
  await run("tar", ["-xzf", archive, "-C", folder, "--strip-components=2", ...excluded, "package/dist"]);
};

/**
 * Where the built OHIF viewer lies, fetched once through npm and reused, or why it is absent. Rejects when what came is
 * not what was published. Several processes may ask at once: the folder is there complete or not at all.
 */
const findOhif = async (): Promise<{ folder: string } | { absent: string }> => {
  const cache = cacheFolder();
  const folder = join(cache, `ohif-${release.version}`);
  if (existsSync(folder)) return { folder };
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const work = await mkdtemp(join(cache, "ohif-"));
  try {
    const packed = await pack(work);
    if ("absent" in packed) return packed;
    requireIntegrity(packed.archive);
    await unpack(packed.archive, join(work, "dist"));
    await rename(join(work, "dist"), folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
    return { folder };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

/** Folder of the built OHIF viewer. */
export const ohifFolder = async (): Promise<string> => {
  const found = await findOhif();
  if ("absent" in found) throw new Error(found.absent);
  return found.folder;
};

/** Value for the `skip` option of a test that opens the viewer. With REQUIRE_ALL=1 nothing is skipped: its absence fails. */
export const needsOhif = async (): Promise<string | false> => {
  if (process.env["REQUIRE_ALL"] === "1") return false;
  const found = await findOhif();
  return "absent" in found && found.absent;
};
