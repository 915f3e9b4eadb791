import { execFileSync } from "node:child_process";
import { closeSync, copyFileSync, ftruncateSync, mkdirSync, openSync } from "node:fs";
import { needsTool } from "../../support/shared.ts";

const run = (tool: string, ...args: readonly string[]): void => {
  execFileSync(tool, args, { stdio: ["ignore", "ignore", "ignore"] });
};

/** Value for `skip`: false where this process may mount disks made of files, else the reason to print. */
export const needsDisks = (): string | false => {
  if (process.getuid?.() !== 0) return "mounting a disk needs root";
  const missing = needsTool("mkfs.ext4", "losetup", "mount", "umount");
  if (missing !== false) return missing;
  try {
    run("losetup", "--find");
    return false;
  } catch {
    return "no loop device on this machine";
  }
};

export type Disk = { readonly image: string; readonly folder: string; readonly unmount: () => void };

/** A small ext4 disk in a file, mounted beside it. */
export function makeDisk(image: string, megabytes: number): Disk {
  const handle = openSync(image, "w");
  ftruncateSync(handle, megabytes * 2 ** 20);
  closeSync(handle);
  run("mkfs.ext4", "-q", "-F", image);
  return mountDisk(image);
}

export function mountDisk(image: string, ...options: readonly string[]): Disk {
  const folder = `${image}.mounted`;
  mkdirSync(folder, { recursive: true });
  run("mount", "-o", ["loop", ...options].join(","), image, folder);
  // Lazily, so that a test that failed with files open still leaves no mount behind.
  return { image, folder, unmount: () => run("umount", "--lazy", folder) };
}

/** What would be left after a power cut now: the disk without anything that waits in memory. */
export function afterPowerCut(disk: Disk, image: string): Disk {
  copyFileSync(disk.image, image);
  return mountDisk(image);
}
