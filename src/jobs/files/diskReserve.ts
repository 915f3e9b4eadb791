import { statfs } from "node:fs/promises";
import { type Failure, makeFailure } from "../../domain/failure.ts";

/** DISK_LOW while the disk of a folder has less free than this; null while it has more, or nobody can tell. */
export const whyDiskLow = async (folder: string, reserveMegabytes: number): Promise<Failure | null> => {
  const disk = await statfs(folder).catch(() => null);
  if (disk === null) return null;
  const freeBytes = disk.bavail * disk.bsize;
  const freeMegabytes = Math.floor(freeBytes / 2 ** 20);
  if (freeMegabytes >= reserveMegabytes) return null;
  return makeFailure(
    "DISK_LOW",
    `The data folder has ${freeMegabytes} MiB left; ${reserveMegabytes} are needed.`,
    { freeBytes },
  );
};

const SQLITE_FULL = 13;

/** Whether the disk, or a quota, took no more. */
export const isDiskFull = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if ("errcode" in error) return (Number(error.errcode) & 0xff) === SQLITE_FULL;
  return "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
};
