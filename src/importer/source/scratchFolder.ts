import { randomUUID } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** No import lasts a day. */
const ABANDONED_MS = 24 * 3600 * 1000;

const removeAbandoned = async (modelsFolder: string): Promise<void> => {
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
 * A folder beside the models for what is unpacked on the way, named to `work` and removed after it. What imports that were
 * killed left more than a day ago goes too.
 */
export const withScratchFolder = async <T>(
  modelsFolder: string,
  work: (folder: string) => Promise<T>,
): Promise<T> => {
  await removeAbandoned(modelsFolder);
  const folder = join(modelsFolder, `unpacked.tmp-${randomUUID()}`);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
