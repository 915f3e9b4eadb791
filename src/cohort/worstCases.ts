import { RESEARCH_NOTICE } from "../domain/result.ts";
import type { CohortCase } from "../evaluate/summariseCohort.ts";
import { drawComparison } from "../picture/comparison.ts";
import { encodePng } from "../picture/png.ts";
import { displayWindow } from "../picture/window.ts";
import { type Assessment, type AssessmentOptions, readPair } from "./assessFolders.ts";
import type { GalleryPicture } from "./cohortReport.ts";
import { imageOnGrid } from "./galleryImage.ts";
import { makeRemarks, type Remark } from "./remarks.ts";

/** Worst first: of equal Dice the one whose surfaces lie farther apart. */
const byDice = (a: CohortCase, b: CohortCase): number =>
  a.agreement.dice - b.agreement.dice || (b.agreement.hd95Mm ?? 0) - (a.agreement.hd95Mm ?? 0);

const captionOf = ({ name, agreement }: CohortCase): readonly string[] => {
  const hd95 = agreement.hd95Mm === null ? "" : ` – HD95 ${agreement.hd95Mm.toFixed(1)} mm`;
  const volumes = `${agreement.volumeMl.toFixed(1)} ml against ${agreement.referenceMl.toFixed(1)} ml`;
  return [
    name,
    `Dice ${agreement.dice.toFixed(3)}${hd95} – ${volumes}`,
    "blue: reference, orange: prediction",
    RESEARCH_NOTICE,
  ];
};

/**
 * Pictures of the cases with the least Dice, the two outlines on the image where a folder of images is given, and which of
 * them have none there.
 */
export const drawWorstCases = async (
  { cases, pairs }: Assessment,
  count: number,
  images: string | null,
  options: AssessmentOptions,
): Promise<{ readonly gallery: readonly GalleryPicture[]; readonly remarks: readonly Remark[] }> => {
  const gallery: GalleryPicture[] = [];
  const remarks = makeRemarks();
  for (const one of cases.toSorted(byDice).slice(0, count)) {
    const pair = pairs.get(one.name);
    if (pair === undefined) continue;
    const { reference, predicted } = await readPair(pair, options);
    const names = [one.name, pair.reference.sourceSeriesUid, pair.prediction.sourceSeriesUid];
    const volume = await imageOnGrid(
      images,
      names.filter((name) => name !== null),
      reference.grid,
    );
    if (images !== null && !volume.isThere)
      remarks.add("no image that can be read, drawn on black", one.name, false);
    // MR has no scale of its own, CT has: without a word on it, air tells.
    const isCt = (one.groups["modality"] ?? "CT") === "CT" && volume.voxels.some((value) => value < -500);
    const window = displayWindow(volume, reference, isCt ? "CT" : "T1");
    const picture = drawComparison(volume, reference, predicted, { window, caption: captionOf(one) });
    gallery.push({ name: one.name, png: encodePng(picture) });
  }
  return { gallery, remarks: remarks.list() };
};
