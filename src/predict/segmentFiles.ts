import { FailureError } from "../domain/failure.ts";
import { noHistory } from "../domain/history.ts";
import type { ModelClass } from "../domain/plan.ts";
import { type ChosenVolume, chooseVolume } from "../files/chooseVolume.ts";
import { listFolder, type Unpacking } from "../files/listFolder.ts";
import { readImageFile } from "../files/readVolumeFile.ts";
import { segmentSeries, segmentVolume } from "../pipeline.ts";
import type { Spooled } from "../ports/results.ts";
import type { Step, Teller } from "../ports/world.ts";
import { encodePicture } from "../story/illustrate.ts";
import { orderSegmentation } from "../story/order.ts";
import { type Segmentation, summarise } from "../story/results.ts";
import { modelForVolume } from "./modelForVolume.ts";

/** What a result in a folder is made of. */
export type Results = Spooled & { readonly segmentation: Segmentation };

/** The volume of a person's files that is meant. Throws what finding, choosing and reading it throw. */
export const segmentDicom = async (
  options: { readonly input: string; readonly series?: string; readonly part?: string },
  unpacking: Unpacking,
  teller: Teller,
  force: ModelClass | null,
  step: Step,
): Promise<Results> => {
  const files = await step("open", (progress) => listFolder(options.input, unpacking, progress));
  const named = { seriesUid: options.series ?? null, part: options.part ?? null };
  const chosen = await step("headers", (progress) =>
    chooseVolume(files, named, { ...teller.settings, ...(force !== null && { force }) }, progress),
  );
  return segmentChosen(chosen, teller, step);
};

/** What becomes of a volume. Throws why its series asks for no segmentation, such as NO_MODEL. */
export const segmentChosen = async (
  { modelClass, headers, warnings, ...chosen }: ChosenVolume,
  teller: Teller,
  step: Step,
): Promise<Results> => {
  const orderedAtMs = teller.clock.nowMs();
  const choice = { modelClass, part: chosen.part };
  // The moment is part of the key: two runs at the command line are two results with UIDs of their own.
  const order = orderSegmentation(chosen.series, headers, choice, teller, orderedAtMs);
  if ("code" in order) throw new FailureError(order);
  const segmenter = await step("load-model", () => teller.models.open(order.order.modelId));
  const history = noHistory;
  return segmentSeries(
    { ...chosen, segmenter, resultKey: order.key, orderedAtMs, warnings, history },
    teller,
    step,
  );
};

/** A volume in NIfTI, NRRD or MetaImage: a mask with its measures, and no DICOM objects. Throws USAGE, NO_MODEL and what `readImageFile` throws. */
export const segmentVolumeFile = async (
  path: string,
  teller: Teller,
  force: ModelClass | null,
  step: Step,
): Promise<Results> => {
  const model = modelForVolume(teller, force);
  const { volume, warnings } = await step("volume", () => readImageFile(path));
  const segmenter = await step("load-model", () => teller.models.open(model.id));
  const found = await segmentVolume(volume, segmenter, teller.settings, step);
  const segmentation = { ...found, warnings: [...warnings, ...found.warnings] };
  const order = { segmenter, orderedAtMs: teller.clock.nowMs() };
  const picture = await step("picture", () => encodePicture(volume, segmentation, { model, origin: null }));
  return { ...summarise(order, teller, step, segmentation, null, null), picture, segmentation };
};
