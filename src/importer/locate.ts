import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { failed } from "../domain/failure.ts";

/** The files of one trained fold; null where nnU-Net's optional files are absent. */
export type ModelSources = {
  readonly checkpoint: string;
  /** `<checkpoint>.pkl` with the trainer's name and a copy of the plan. */
  readonly checkpointInfo: string | null;
  readonly plans: string | null;
  readonly postprocessing: string | null;
  readonly fold: number;
  /** Absolute path of the results folder, whose last parts name task and trainer. */
  readonly resultsFolder: string;
};

const checkpointNames = ["model_best.model", "model_final_checkpoint.model"] as const;

/** results / nnUNet / 3d_fullres / TaskNNN / trainer: no published archive is deeper. */
const DEEPEST = 6;
const MOST_FOLDERS = 2000;

const isFile = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const foldOf = (folder: string): number | null => {
  const found = /^fold_(\d{1,3})$/.exec(basename(folder));
  return found === null ? null : Number(found[1]);
};

/** A folder that may not be read holds nothing to import. */
const subfolders = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name))
    .sort();
};

const isResultsFolder = async (folder: string): Promise<boolean> =>
  (await subfolders(folder)).some((path) => foldOf(path) !== null);

/** Results folders at or below a folder, breadth first, not looking inside one that was found. */
const findResultsFolders = async (top: string): Promise<string[]> => {
  const found: string[] = [];
  let level = [top];
  let seen = 0;
  for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      seen++;
      if (seen > MOST_FOLDERS)
        throw failed("CHECKPOINT_NOT_FOUND", `More than ${MOST_FOLDERS} folders; name the model's own.`);
      if (await isResultsFolder(folder)) found.push(folder);
      else next.push(...(await subfolders(folder)));
    }
    level = next;
  }
  return found;
};

const theOnlyResultsFolder = async (top: string): Promise<string> => {
  const found = await findResultsFolders(top);
  if (found.length === 1) return found[0] as string;
  const sentence =
    found.length === 0
      ? "The folder holds no trained fold (fold_0)."
      : `The folder holds ${found.length} trained models; name one of them.`;
  throw failed("CHECKPOINT_NOT_FOUND", sentence, { found: found.length });
};

const checkpointIn = async (foldFolder: string, wanted: string | undefined): Promise<string> => {
  for (const name of wanted === undefined ? checkpointNames : [basename(wanted)]) {
    if (await isFile(join(foldFolder, name))) return join(foldFolder, name);
  }
  const names = wanted === undefined ? checkpointNames.join(" nor ") : basename(wanted);
  throw failed("CHECKPOINT_NOT_FOUND", `${basename(foldFolder)} holds no ${names}.`);
};

const orNull = async (path: string): Promise<string | null> => ((await isFile(path)) ? path : null);

const sourcesOf = async (checkpoint: string, fold: number): Promise<ModelSources> => {
  const folder = dirname(checkpoint);
  const resultsFolder = foldOf(folder) === null ? folder : dirname(folder);
  return {
    checkpoint,
    checkpointInfo: await orNull(`${checkpoint}.pkl`),
    plans: await orNull(join(resultsFolder, "plans.pkl")),
    postprocessing: await orNull(join(resultsFolder, "postprocessing.json")),
    fold,
    resultsFolder,
  };
};

/**
 * The files to import from a results folder, a parent that holds exactly one, a fold folder, or a checkpoint file.
 * Throws CHECKPOINT_NOT_FOUND.
 */
export const locateModel = async (
  source: string,
  options: { readonly fold?: number | undefined; readonly checkpointName?: string | undefined },
): Promise<ModelSources> => {
  const path = resolve(source);
  if (await isFile(path)) return sourcesOf(path, foldOf(dirname(path)) ?? options.fold ?? 0);
  if (!(await isFolder(path))) {
    throw failed("CHECKPOINT_NOT_FOUND", "The model folder or checkpoint file does not exist.");
  }
  const ownFold = foldOf(path);
  if (ownFold !== null) return sourcesOf(await checkpointIn(path, options.checkpointName), ownFold);
  const fold = options.fold ?? 0;
  const foldFolder = join(await theOnlyResultsFolder(path), `fold_${fold}`);
  if (!(await isFolder(foldFolder))) {
    throw failed("CHECKPOINT_NOT_FOUND", `The model has no fold ${fold}.`, { fold });
  }
  return sourcesOf(await checkpointIn(foldFolder, options.checkpointName), fold);
};
