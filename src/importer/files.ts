import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { FileDigest } from "./manifest.ts";

const CHUNK_BYTES = 2 ** 20;

/** Digest of a file, read in pieces. */
export const digestFile = async (path: string): Promise<FileDigest> => {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), hash);
  return { sha256: hash.digest("hex"), bytes: (await stat(path)).size };
};

/** Writes a value as indented JSON and makes it durable; returns the file's digest. */
export const writeJson = async (path: string, value: unknown): Promise<FileDigest> => {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  const file = await open(path, "wx");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: createHash("sha256").update(text).digest("hex"), bytes: Buffer.byteLength(text) };
};
