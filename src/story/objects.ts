/** What a segmented series becomes for the archive: SEG, SR, and what else the settings ask for. */

import { text } from "../dicom/file/header.ts";
import { verifyBuilt } from "../dicom/verify/verifyBuilt.ts";
import { buildKeyImages } from "../dicom/write/buildKeyImages.ts";
import { buildSeg } from "../dicom/write/buildSeg.ts";
import { buildSr } from "../dicom/write/buildSr.ts";
import { buildTextReport } from "../dicom/write/buildTextReport.ts";
import type { WriteContext } from "../dicom/write/context.ts";
import type { Volume } from "../domain/grid.ts";
import type { History } from "../domain/history.ts";
import type { StoredObject } from "../domain/result.ts";
import type { SourceSeries } from "../domain/series.ts";
import type { Trend } from "../domain/trend.ts";
import { trendOf } from "../measure/trend.ts";
import type { Segmenter } from "../ports/models.ts";
import type { Step, Teller } from "../ports/world.ts";
import { keyPictures } from "./illustrate.ts";
import { algorithmParameters, type BuiltObjects, type Segmentation } from "./results.ts";

type Order = {
  readonly segmenter: Segmenter;
  readonly resultKey: string;
  readonly orderedAtMs: number;
  readonly part: string;
  readonly history: History;
};

/**
 * SEG and SR, read back from their own bytes, and the others. Of an empty mask there is nothing to store, but for the
 * words that say so, where the settings want them; null where there is nothing at all.
 */
export const buildObjects = async (
  { segmenter, resultKey, orderedAtMs, part, history }: Order,
  { software, settings }: Teller,
  step: Step,
  segmentation: Segmentation,
  source: SourceSeries,
  volume: Volume,
): Promise<BuiltObjects | null> => {
  const { mask, measures, warnings } = segmentation;
  const isEmpty = measures.voxels === 0;
  if (isEmpty && !settings.output.emptyReport) return null;
  const trend = trendOfSeries(segmentation, source, history);
  const { predecessors } = history;
  const context: WriteContext = {
    source,
    model: segmenter.model,
    software,
    resultKey,
    orderedAtMs,
    settings: settings.output,
    algorithmParameters: algorithmParameters(settings, segmenter),
    settingsDigest: settings.settingsDigest,
    warnings,
    part,
    predecessors,
    trend,
  };
  const seg = isEmpty ? null : await step("build-seg", () => buildSeg(mask, context));
  const sr = await step("build-sr", () => buildSr(measures, seg?.object ?? null, context));
  const planes = source.frames.map(({ positionLps }) => positionLps);
  if (seg !== null)
    await step("verify-built", () => verifyBuilt(seg.bytes, sr.bytes, mask, measures, planes));
  const others = await buildOthers(
    segmentation,
    seg?.object ?? null,
    volume,
    context,
    settings.outputs,
    step,
  );
  return { seg, sr, others, trend, replaces: predecessors.map(({ sopInstanceUid }) => sopInstanceUid) };
};

/** Words and pictures, for viewers that show neither measurement groups nor segmentations. */
const buildOthers = async (
  segmentation: Segmentation,
  seg: StoredObject | null,
  volume: Volume,
  context: WriteContext,
  outputs: Teller["settings"]["outputs"],
  step: Step,
): Promise<BuiltObjects["others"]> => {
  const { measures } = segmentation;
  const texts = outputs.includes("text")
    ? await step("build-text", () => [buildTextReport(measures, seg, context)])
    : [];
  const images =
    outputs.includes("key-image") && seg !== null
      ? await step("build-key-images", () =>
          buildKeyImages(keyPictures(volume, segmentation, context), measures, context),
        )
      : [];
  return [
    ...texts.map((built) => ({ ...built, kind: "text" as const })),
    ...images.map((built) => ({ ...built, kind: "key-image" as const })),
  ];
};

const trendOfSeries = (
  { measures: { volumeMl, extent } }: Segmentation,
  { modality, header }: SourceSeries,
  { priors }: History,
): Trend | null =>
  extent === null
    ? null
    : trendOf(
        { modality, volumeMl, errorMl: extent.voxelErrorMl, studyDate: text(header, "StudyDate") ?? "" },
        priors,
      );
