import { basename, dirname, join } from "node:path";
import { failed } from "../../domain/failure.ts";
import type { ModelClass } from "../../domain/plan.ts";
import { chooseCheckpoint, chooseFold, type Fold, foldOf, isCheckpoint } from "../source/chooseFiles.ts";
import { explainForeign } from "../source/foreign.ts";
import { quoted } from "../source/quoted.ts";
import { isFoldName, type SourceTree } from "../source/sourceTree.ts";
import { taskIn, usualClass } from "./origin.ts";

/** The files of one trained fold, as paths of the source; null where nnU-Net's optional files are absent. */
export type ModelSources = {
  readonly checkpoint: string;
  /** `<checkpoint>.pkl` with the trainer's name, its arguments and a copy of the plan. */
  readonly checkpointInfo: string | null;
  /** `plans.pkl` of the results folder. */
  readonly plans: string | null;
  /** The plan among the preprocessed data, which nnU-Net reads in training alone. */
  readonly preprocessedPlans: string | null;
  /** Of the results folder, or else of the fold. */
  readonly postprocessing: string | null;
  /** null: neither a folder nor the request names one. */
  readonly fold: Fold | null;
  readonly otherFolds: readonly Fold[];
  /** Base names of the checkpoints that lie beside the one taken. */
  readonly otherCheckpoints: readonly string[];
  /** Path of the source; "" is its root. */
  readonly resultsFolder: string;
  /** The same as an absolute path, whose last parts name task and trainer. */
  readonly resultsPath: string;
};

export type Wanted = {
  readonly source: string;
  readonly modelClass: ModelClass;
  readonly fold?: Fold | undefined;
  /** `best`, `final`, `latest` or a file's name. */
  readonly checkpointName?: string | undefined;
  /** Which results folder, where the source holds several: a path of the source. */
  readonly within?: string | undefined;
};

const notFound = (sentence: string, details: Record<string, unknown> = {}) =>
  failed("CHECKPOINT_NOT_FOUND", sentence, details);

const within = (folder: string, path: string): string => (folder === "" ? path : `${folder}/${path}`);

const parentOf = (path: string): string => (path.includes("/") ? dirname(path) : "");

/** Names of files directly in a folder. */
const namesIn = (tree: SourceTree, folder: string): string[] =>
  [...tree.files.keys()].filter((path) => parentOf(path) === folder).map((path) => basename(path));

/** nnU-Net v2 calls its folds alike, and its checkpoints otherwise. */
const isFoldOfV2 = (tree: SourceTree, path: string): boolean => {
  const names = namesIn(tree, path);
  return names.some((name) => name.endsWith(".pth")) && !names.some((name) => /\.model(\.pkl)?$/.test(name));
};

const isFoldFolder = (tree: SourceTree, path: string): boolean => {
  const name = basename(path);
  if (!isFoldName(name) || isFoldOfV2(tree, path)) return false;
  // Any folder may be called "all"; a fold holds checkpoints.
  return name !== "all" || namesIn(tree, path).some(isCheckpoint);
};

const foldFoldersOf = (tree: SourceTree, resultsFolder: string): string[] =>
  [...tree.folders]
    .filter((path) => parentOf(path) === resultsFolder && isFoldFolder(tree, path))
    .map((path) => basename(path))
    .sort();

/** Folders that hold trained folds, or checkpoints without one; not inside one that was found. */
const findResultsFolders = (tree: SourceTree): string[] => {
  const found = new Set<string>();
  for (const path of tree.folders) if (isFoldFolder(tree, path)) found.add(parentOf(path));
  for (const path of tree.files.keys()) {
    if (isCheckpoint(path) && !isFoldFolder(tree, parentOf(path))) found.add(parentOf(path));
  }
  const isBelow = (path: string, folder: string): boolean =>
    path !== folder && (folder === "" || path.startsWith(`${folder}/`));
  return [...found].filter((path) => ![...found].some((folder) => isBelow(path, folder))).sort();
};

/** The command that takes one of several models. */
const commandFor = (tree: SourceTree, folder: string, wanted: Wanted): string => {
  const isPacked = [...tree.files].some(([path, file]) => path.startsWith(`${folder}/`) && file.isPacked);
  const source = isPacked
    ? `${quoted(wanted.source)} --within ${quoted(folder)}`
    : quoted(join(tree.root, folder));
  const modelClass = usualClass(taskIn(folder)) ?? wanted.modelClass;
  return `panseg model import ${source} --modality ${modelClass}`;
};

const theResultsFolder = (tree: SourceTree, wanted: Wanted): string => {
  if (tree.named.checkpoint !== null || tree.named.foldFolder !== null) return "";
  const asked = wanted.within?.replace(/^\.?\/+|\/+$/g, "");
  const all = findResultsFolders(tree);
  const found =
    asked === undefined ? all : all.filter((path) => path === asked || path.startsWith(`${asked}/`));
  if (found.length === 1) return found[0] as string;
  if (all.length === 0) throw explainForeign(tree);
  const several = found.length === 0 ? all : found;
  const sentence =
    found.length === 0
      ? `There is no trained model within ${asked}; there are:`
      : `The ${tree.archives.length > 0 ? "archive" : "folder"} holds ${found.length} trained models; name one of them:`;
  throw notFound(sentence, {
    found: found.length,
    problems: several.map((folder) => commandFor(tree, folder, wanted)),
  });
};

/** `nnUNet_preprocessed/TaskNNN_Name/nnUNetPlansv2.1_plans_3D.pkl` of the same task and plan. */
const findPreprocessedPlans = (tree: SourceTree, resultsPath: string): string | null => {
  const task = taskIn(resultsPath);
  const plansName = basename(resultsPath).split("__")[1];
  const found = [...tree.files.keys()].filter(
    (path) =>
      basename(path) === `${plansName}_plans_3D.pkl` && (task === null || taskIn(`/${path}`) === task),
  );
  return found.length === 1 ? (found[0] as string) : null;
};

/** A path that settles fold or checkpoint, and an option that says another, cannot both be meant. Throws USAGE. */
const requireOneWord = ({ named }: SourceTree, { fold, checkpointName }: Wanted): void => {
  if (named.checkpoint !== null && checkpointName !== undefined)
    throw failed("USAGE", "The path names a checkpoint itself: leave out --checkpoint.");
  if (named.foldFolder !== null && fold !== undefined && fold !== foldOf(named.foldFolder))
    throw failed("USAGE", `The path names ${named.foldFolder}, and --fold says ${fold}.`);
};

/**
 * Which files of a source make up the model, from their names alone. Throws CHECKPOINT_NOT_FOUND with the names that there
 * are, FOREIGN_MODEL for what is another program's.
 */
export const locateModel = (tree: SourceTree, wanted: Wanted): ModelSources => {
  requireOneWord(tree, wanted);
  const resultsFolder = theResultsFolder(tree, wanted);
  const resultsPath = join(tree.root, resultsFolder);
  const folds = foldFoldersOf(tree, resultsFolder);
  const isFlat = tree.named.foldFolder === null && (folds.length === 0 || tree.named.checkpoint !== null);
  const foldName = isFlat ? null : (tree.named.foldFolder ?? chooseFold(folds, wanted.fold));
  const folder = foldName === null ? resultsFolder : within(resultsFolder, foldName);
  if (tree.named.checkpoint === null && isFoldOfV2(tree, folder)) throw explainForeign(tree);
  const names = namesIn(tree, folder);
  const where = folder === "" ? "The folder" : basename(folder);
  const checkpoint =
    tree.named.checkpoint ?? within(folder, chooseCheckpoint(names, wanted.checkpointName, where));
  const orNull = (path: string): string | null => (tree.files.has(path) ? path : null);
  return {
    checkpoint,
    checkpointInfo: orNull(`${checkpoint}.pkl`),
    plans: orNull(within(resultsFolder, "plans.pkl")),
    preprocessedPlans: findPreprocessedPlans(tree, resultsPath),
    postprocessing:
      orNull(within(resultsFolder, "postprocessing.json")) ?? orNull(within(folder, "postprocessing.json")),
    fold: foldName === null ? (wanted.fold ?? null) : foldOf(foldName),
    otherFolds: folds.filter((name) => name !== foldName).map(foldOf),
    otherCheckpoints: names.filter((name) => isCheckpoint(name) && name !== basename(checkpoint)),
    resultsFolder,
    resultsPath,
  };
};
