import type { Manifest } from "./manifest.ts";
import { FINAL_CHECKPOINT } from "./source/chooseFiles.ts";

/** What a word of a plan clearly names, so that a T2 model does not pass for T1 unsaid. */
const contrastIn = (modality: string): string | null =>
  /\b(CT|T1|T2)/i.exec(modality)?.[1]?.toUpperCase() ?? null;

/** What was taken of the source and what was not, in sentences for the person who imports it. */
export const takenNotes = ({ taken, modelClass }: Manifest): readonly string[] => {
  const { checkpoint, otherCheckpoints, otherFolds, postprocessing, modality } = taken;
  const folds = otherFolds.filter((fold) => fold !== "all");
  const stage = taken.stages > 1 ? `stage ${taken.stage} of 0 to ${taken.stages - 1}, ` : "";
  const notes = [
    `taken: ${checkpoint}; ${taken.configuration ?? "configuration not named"}, ${stage}` +
      `spacing ${taken.targetSpacingMm.map((mm) => Number(mm.toFixed(4))).join(" x ")} mm; plan from ${taken.plan}`,
  ];
  if (otherCheckpoints.length > 0)
    notes.push(`not taken: ${otherCheckpoints.join(", ")} (choose with --checkpoint)`);
  if (checkpoint.endsWith("model_best.model") && !otherCheckpoints.includes(FINAL_CHECKPOINT))
    notes.push(`there is no ${FINAL_CHECKPOINT}, which nnU-Net takes by default; the best one is used`);
  if (folds.length > 0)
    notes.push(
      `not read: fold ${folds.join(", ")}; nnU-Net averages all numbered folds, this model is one of them (choose with --fold)`,
    );
  if (otherFolds.includes("all")) notes.push("not read: fold all (choose with --fold all)");
  if (postprocessing === null)
    notes.push("there is no postprocessing.json: nothing is removed from the mask");
  else if (postprocessing.includes("/"))
    notes.push(`${postprocessing} is used; nnU-Net itself reads it from the folder above only`);
  else notes.push("post-processing from postprocessing.json");
  const contrast = modality === null ? null : contrastIn(modality);
  if (contrast !== null && contrast !== modelClass)
    notes.push(
      `the plan calls its images ‘${modality}’, but the model was imported as ${modelClass}: is that right?`,
    );
  return notes;
};
