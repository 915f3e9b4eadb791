import { basename } from "node:path";
import { failed } from "../../domain/failure.ts";
import { nearestWord } from "../../domain/nearestWord.ts";
import { quoted } from "./quoted.ts";

/** nnU-Net trains on four fifths of the cases (a numbered fold) or on all of them. */
export type Fold = number | "all";

export const FINAL_CHECKPOINT = "model_final_checkpoint.model";

/** nnU-Net's names; nnUNet_predict takes the final one unless told otherwise, and publications often hold the best alone. */
const checkpointNames: Readonly<Record<string, string>> = {
  final: FINAL_CHECKPOINT,
  best: "model_best.model",
  latest: "model_latest.model",
};

const notFound = (sentence: string, details: Record<string, unknown> = {}) =>
  failed("CHECKPOINT_NOT_FOUND", sentence, details);

export const isCheckpoint = (path: string): boolean => path.endsWith(".model");

/** The fold that a folder's name says. */
export const foldOf = (name: string): Fold =>
  name === "all" || name === "fold_all" ? "all" : Number(name.slice("fold_".length));

const sayFolds = (folds: readonly string[]): string => folds.map((name) => String(foldOf(name))).join(", ");

/**
 * The folder of the fold asked for, else of fold 0, else `all` where it is alone; nnU-Net itself averages every
 * numbered fold. Throws CHECKPOINT_NOT_FOUND with the folds that there are.
 */
export const chooseFold = (folds: readonly string[], wanted: Fold | undefined): string => {
  const chosen = wanted ?? (folds.every((name) => foldOf(name) === "all") ? "all" : 0);
  const found = folds.find((name) => foldOf(name) === chosen);
  if (found !== undefined) return found;
  throw notFound(
    `The model has no fold ${chosen}; it has ${sayFolds(folds)}. Add --fold ${foldOf(folds[0] as string)}.`,
    { fold: chosen, folds: folds.map(foldOf) },
  );
};

/** The word or file that was probably meant. */
const nearestCheckpoint = (wanted = "", checkpoints: readonly string[]): string | null =>
  nearestWord(
    wanted,
    Object.keys(checkpointNames).filter((word) => checkpoints.includes(checkpointNames[word] ?? "")),
  ) ?? nearestWord(wanted, checkpoints);

/** The name of the checkpoint asked for, else the final, else the best. Throws CHECKPOINT_NOT_FOUND with what there is. */
export const chooseCheckpoint = (
  names: readonly string[],
  wanted: string | undefined,
  where: string,
): string => {
  const checkpoints = names.filter(isCheckpoint);
  const asked =
    wanted === undefined ? undefined : (checkpointNames[wanted.toLowerCase()] ?? basename(wanted));
  const wishes = asked === undefined ? [FINAL_CHECKPOINT, "model_best.model"] : [asked, `${asked}.model`];
  const found = wishes.find((name) => names.includes(name));
  if (found !== undefined) return found;
  const description = names.find((name) => name.endsWith(".model.pkl"));
  if (checkpoints.length > 0) {
    const [first] = checkpoints as [string];
    const meant = nearestCheckpoint(wanted, checkpoints) ?? first;
    throw notFound(
      `${where} holds no ${asked ?? wishes.join(" nor ")}; it holds ${checkpoints.join(", ")}. Add --checkpoint ${quoted(meant)}.`,
      { checkpoints },
    );
  }
  if (description !== undefined) {
    throw notFound(
      `${where} holds ${description}, the description, but not ${description.slice(0, -".pkl".length)}, the checkpoint.`,
    );
  }
  throw notFound(`${where} holds no ${wishes.join(" nor ")}; the training did not end, or the copy did not.`);
};
