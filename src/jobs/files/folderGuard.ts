import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { type Failure, makeFailure } from "../../domain/failure.ts";

/** What a service stands on: folders that must be there, and files that must be the very ones that were opened. */
export type Footing = {
  readonly dataFolder: string;
  /** Written through open connections: a name that leads elsewhere means that what is written is lost. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Null: there was none from the beginning, which is no loss. */
  readonly modelsFolder: string | null;
};

export type FolderGuard = {
  /** What is lost at this moment; null while everything is as it was. */
  readonly lost: () => Promise<Failure | null>;
};

/** Device and inode, which no other file has while the first is open; null for what is not there or cannot be seen. */
const identityOf = async (path: string): Promise<string | null> => {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? null : `${found.dev}:${found.ino}`;
};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown";

const dataLost = (sentence: string, details: Readonly<Record<string, unknown>>): Failure =>
  makeFailure("DATA_FOLDER_LOST", sentence, details);

/** Why a folder cannot be written, in words; null where it can. */
export const whyUnwritable = async (folder: string): Promise<Failure | null> => {
  try {
    // As root every mode permits; a file system that is read-only still says so.
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const reason = codeOf(error);
    return dataLost(
      reason === "ENOENT"
        ? `The data folder ${folder} is not there any more.`
        : `The data folder ${folder} cannot be written (${reason}).`,
      { folder, reason },
    );
  }
};

/** Remember what the footing is now; a file that is deleted or replaced later is a loss, whatever stands there then. */
export const guardFooting = async ({
  dataFolder,
  files,
  folders,
  modelsFolder,
}: Footing): Promise<FolderGuard> => {
  const opened = await Promise.all(files.map(async (file) => ({ file, identity: await identityOf(file) })));
  const lostFile = async (): Promise<Failure | null> => {
    for (const { file, identity } of opened) {
      const now = await identityOf(file);
      if (now === null || now !== identity)
        return dataLost(
          `The file ${file} was ${now === null ? "deleted" : "replaced"} while it was in use.`,
          {
            file,
          },
        );
    }
    return null;
  };
  const lostFolder = async (): Promise<Failure | null> => {
    for (const folder of folders)
      if ((await identityOf(folder)) === null)
        return dataLost(`The folder ${folder} was deleted.`, { folder });
    return null;
  };
  const lostModels = async (): Promise<Failure | null> =>
    modelsFolder !== null && (await identityOf(modelsFolder)) === null
      ? makeFailure("MODELS_LOST", `The models folder ${modelsFolder} is not there any more.`, {
          modelsFolder,
        })
      : null;
  return {
    lost: async () =>
      (await whyUnwritable(dataFolder)) ?? (await lostFile()) ?? (await lostFolder()) ?? (await lostModels()),
  };
};
