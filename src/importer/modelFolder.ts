import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { failed } from "../domain/failure.ts";

const modelExists = (id: string) => failed("MODEL_EXISTS", `A model named ${id} is already there.`, { id });

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && "code" in error && codes.includes(String(error.code));

/** A model's name is also a folder's: one plain path part, never hidden, never taken for an unfinished import. */
export const isModelId = (id: string): boolean =>
  /^[A-Za-z0-9][\w.-]{0,79}$/.test(id) && !id.includes(".tmp-");

export const MODEL_ID_FORM =
  "A model's name has letters, digits, dots, dashes and underscores only, 80 at most, and begins with a letter or digit.";

/** Throws USAGE for what is no name of a model. */
export const requireModelId = (id: string): string => {
  if (isModelId(id)) return id;
  throw failed("USAGE", MODEL_ID_FORM);
};

/** Throws MODEL_EXISTS when the folder is there, so that a long import does not fail at its end. */
export const requireNewModel = async (modelsFolder: string, id: string): Promise<void> => {
  const exists = await stat(join(modelsFolder, id)).then(
    () => true,
    () => false,
  );
  if (exists) throw modelExists(id);
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/**
 * Fills a folder beside the final one and renames it when `fill` is through; on any failure nothing stays. A process that
 * is killed leaves `<id>.tmp-…`, which is no model. Throws MODEL_EXISTS and what `fill` throws.
 */
export const writeModelFolder = async <T>(
  modelsFolder: string,
  id: string,
  fill: (folder: string) => Promise<T>,
): Promise<T> => {
  await requireNewModel(modelsFolder, id);
  const unfinished = join(modelsFolder, `${id}.tmp-${randomUUID()}`);
  await mkdir(unfinished, { recursive: true });
  try {
    const result = await fill(unfinished);
    await syncFolder(unfinished);
    // A rename onto an empty folder would succeed.
    await requireNewModel(modelsFolder, id);
    await rename(unfinished, join(modelsFolder, id));
    await syncFolder(modelsFolder);
    return result;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw hasCode(error, "ENOTEMPTY", "EEXIST", "ENOTDIR") ? modelExists(id) : error;
  }
};
