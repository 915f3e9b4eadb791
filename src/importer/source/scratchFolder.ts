import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  makeTemporaryFolder,
  removeAbandonedFolders,
  type TemporaryFolder,
} from "../../disk/temporaryFolder.ts";

/** What lies below the models and is named so is no model. */
const PREFIX = "unpacked.tmp-";

/** No import lasts a day. */
const ABANDONED_MS = 24 * 3600 * 1000;

/** Models that were half written, which no lock tells from those that are being written. */
const removeUnfinishedModels = async (modelsFolder: string): Promise<void> => {
  for (const name of await readdir(modelsFolder).catch(() => [])) {
    if (!name.includes(".tmp-")) continue;
    const path = join(modelsFolder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
};

/**
 * A folder beside the models for what is unpacked on the way, made when `work` first asks for it and removed after it. What
 * killed imports had unpacked goes with that, at once; models that they had half written, after a day. Throws FOLDER_UNWRITABLE.
 */
export const withScratchFolder = async <T>(
  modelsFolder: string,
  work: (folder: () => string) => Promise<T>,
): Promise<T> => {
  await removeUnfinishedModels(modelsFolder);
  removeAbandonedFolders(modelsFolder, PREFIX);
  let made: TemporaryFolder | null = null;
  const folder = (): string => {
    made ??= makeTemporaryFolder(modelsFolder, PREFIX);
    return made.path;
  };
  try {
    return await work(folder);
  } finally {
    (made as TemporaryFolder | null)?.remove();
  }
};
