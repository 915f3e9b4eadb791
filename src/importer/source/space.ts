import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { failed } from "../../domain/failure.ts";

/** Free bytes that stay free, for the files beside what is counted. */
const SPARE_BYTES = 16 * 2 ** 20;

const freeBytes = async (folder: string): Promise<number> => {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!isAbsent || dirname(folder) === folder) throw error;
    return freeBytes(dirname(folder));
  }
};

/** Throws MODEL_NO_SPACE where the disk of a folder, which need not exist yet, cannot take so many bytes. */
export const requireSpace = async (folder: string, bytes: number): Promise<void> => {
  const free = await freeBytes(folder);
  if (bytes + SPARE_BYTES <= free) return;
  const megabytes = (count: number): number => Math.round(count / 1e6);
  throw failed(
    "MODEL_NO_SPACE",
    `${megabytes(bytes + SPARE_BYTES)} MB are needed in the models folder, and ${megabytes(free)} MB are free.`,
    { neededBytes: bytes + SPARE_BYTES, freeBytes: free },
  );
};
