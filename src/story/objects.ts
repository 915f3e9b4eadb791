/** What a segmented series becomes for the archive: SEG, SR, and what else the settings ask for. */

import { text } from "../dicom/file/header.ts";
import { verifyBuilt } from "../dicom/verify/verifyBuilt.ts";
import { buildKeyImages } from "../dicom/write/buildKeyImages.ts";
import { buildSeg } from "../dicom/write/buildSeg.ts";
import { buildSr } from "../dicom/write/buildSr.ts";
import { buildTextReport } from "../dicom/write/buildTextReport.ts";
import type { WriteContext } from "../dicom/write/context.ts";
import type { BuiltObject } from "../dicom/write/part10.ts";
import type { Volume } from "../domain/grid.ts";
import type { History } from "../domain/history.ts";
import { type OutputKind, outputKinds, outputName } from "../domain/outputs.ts";
import type { StoredObject } from "../domain/result.ts";
import type { SourceSeries } from "../domain/series.ts";
import type { Trend } from "../domain/trend.ts";
import { trendOf } from "../measure/trend.ts";
import type { Segmenter } from "../ports/models.ts";
import type { SpooledObject } from "../ports/results.ts";
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

/** What objects are made of; `seg` is null where no pancreas was found. */
type Material = {
  readonly segmentation: Segmentation;
  readonly seg: StoredObject | null;
  readonly volume: Volume;
  readonly context: WriteContext;
};

type Recipe = {
  /** Whether it is made though no destination wants it, because others refer to it or are proved by it. */
  readonly isAlwaysMade: boolean;
  /** Whether there is something to say where no pancreas was found. */
  readonly isOfEmptyMask: boolean;
  readonly make: (material: Material) => readonly BuiltObject[];
};

const recipes: Readonly<Record<OutputKind, Recipe>> = {
  seg: {
    isAlwaysMade: true,
    isOfEmptyMask: false,
    make: ({ segmentation, context }) => [buildSeg(segmentation.mask, context)],
  },
  sr: {
    isAlwaysMade: true,
    isOfEmptyMask: true,
    make: ({ segmentation, seg, context }) => [buildSr(segmentation.measures, seg, context)],
  },
  // Words and pictures, for viewers that show neither measurement groups nor segmentations.
  "text-report": {
    isAlwaysMade: false,
    isOfEmptyMask: true,
    make: ({ segmentation, seg, context }) => [buildTextReport(segmentation.measures, seg, context)],
  },
  "key-image": {
    isAlwaysMade: false,
    isOfEmptyMask: false,
    make: ({ segmentation, volume, context }) =>
      buildKeyImages(keyPictures(volume, segmentation, context), segmentation.measures, context),
  },
};

/**
 * The objects in the order in which they are stored; SEG and SR are read back from their own bytes. Of an empty mask there
 * is nothing to store but the words that say so, where the settings want them; null where there is nothing at all.
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
  const objects: SpooledObject[] = [];
  const first = (kind: OutputKind): SpooledObject | null =>
    objects.find((each) => each.kind === kind) ?? null;
  for (const kind of outputKinds) {
    const { isAlwaysMade, isOfEmptyMask, make } = recipes[kind];
    if ((isEmpty && !isOfEmptyMask) || !(isAlwaysMade || settings.outputs.includes(kind))) continue;
    const material = { segmentation, seg: first("seg")?.object ?? null, volume, context };
    const built = await step(`build-${kind}`, () => make(material));
    objects.push(...built.map((each, n) => ({ kind, name: outputName(kind, n), ...each })));
  }
  const [seg, sr] = [first("seg"), first("sr")];
  const planes = source.frames.map(({ positionLps }) => positionLps);
  if (seg !== null && sr !== null)
    await step("verify-built", () => verifyBuilt(seg.bytes, sr.bytes, mask, measures, planes));
  return { objects, trend, replaces: predecessors.map(({ sopInstanceUid }) => sopInstanceUid) };
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
