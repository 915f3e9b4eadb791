import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import { makePhantom, type Phantom, type PhantomOptions } from "../../src/demo/phantom/makePhantom.ts";
import { cacheFolder } from "./cacheFolder.ts";

/** What a phantom is made by: another line of it may make another phantom. */
const rooms = ["demo/phantom", "geometry", "domain"];

const digestOf = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 16);
};

const sourceDigest = (): string => {
  const src = fileURLToPath(new URL("../../src/", import.meta.url));
  const files = rooms.flatMap((room) =>
    readdirSync(join(src, room), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .sort()
      .map((name) => join(src, room, name)),
  );
  return digestOf(process.version, ...files.map((file) => readFileSync(file)));
};

let source: string | null = null;

const keyOf = (options: PhantomOptions): string =>
  digestOf(JSON.stringify(Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1))));

/** What was kept; null where there is nothing, or something that is no phantom. */
const readKept = (file: string): Phantom | null => {
  try {
    return deserialize(readFileSync(file)) as Phantom;
  } catch {
    return null;
  }
};

/**
 * What `makePhantom` makes of these options: made once for each state of its source and kept on disk, since one of the
 * usual size costs seconds of a core. Each call gives one of its own. Several processes may ask at once, and may be
 * killed: a file is there whole or not at all.
 */
export const phantomOf = (options: PhantomOptions, cache = cacheFolder()): Phantom => {
  source ??= sourceDigest();
  const folder = join(cache, `phantoms-${source}`);
  const file = join(folder, keyOf(options));
  const kept = readKept(file);
  if (kept !== null) return kept;
  const phantom = makePhantom(options);
  keep(file, folder, serialize(phantom));
  return phantom;
};

const keep = (file: string, folder: string, bytes: Uint8Array): void => {
  const unfinished = `${file}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(unfinished, bytes);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
};
