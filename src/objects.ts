/** What a segmented series becomes for the archive and for people: SEG, SR, the picture, and what else is asked for. */
import { buildKeyImages, type KeyPicture } from "./dicom/write/buildKeyImages.ts";
import { buildSeg } from "./dicom/write/buildSeg.ts";
import { buildSr } from "./dicom/write/buildSr.ts";
import { buildTextReport } from "./dicom/write/buildTextReport.ts";
import type { WriteContext } from "./dicom/write/context.ts";
import { verifyBuilt } from "./dicom/write/readBack.ts";
import type { Volume } from "./domain/grid.ts";
import { type Measures, type ModelIdentity, PHANTOM_NOTICE, RESEARCH_NOTICE } from "./domain/result.ts";
import type { SourceSeries } from "./domain/series.ts";
import { drawKeySlice } from "./picture/keySlice.ts";
import { keySlices } from "./picture/keySlices.ts";
import { drawOverview } from "./picture/overview.ts";
import { encodePng } from "./picture/png.ts";
import { displayWindow } from "./picture/window.ts";
import type { Segmenter, Step, Teller } from "./ports.ts";
import { algorithmParameters, type BuiltObjects, type Segmentation } from "./results.ts";

type Order = {
  readonly segmenter: Segmenter;
  readonly resultKey: string;
  readonly orderedAtMs: number;
};

/** SEG and SR, read back from their own bytes, and the others; null for an empty mask, of which there is nothing to store. */
export const buildObjects = async (
  { segmenter, resultKey, orderedAtMs }: Order,
  { software, settings }: Teller,
  step: Step,
  segmentation: Segmentation,
  source: SourceSeries,
  volume: Volume,
): Promise<BuiltObjects | null> => {
  const { mask, measures, warnings } = segmentation;
  if (measures.voxels === 0) return null;
  const context = {
    source,
    model: segmenter.model,
    software,
    resultKey,
    orderedAtMs,
    settings: settings.output,
    algorithmParameters: algorithmParameters(settings, segmenter),
    warnings,
  };
  const seg = await step("build-seg", () => buildSeg(mask, context));
  const sr = await step("build-sr", () => buildSr(measures, seg.object, context));
  const planes = source.frames.map(({ positionLps }) => positionLps);
  await step("verify-built", () => verifyBuilt(seg.bytes, sr.bytes, mask, measures, planes));
  const { textReport, keyImages } = settings.output;
  const texts = textReport
    ? await step("build-text", () => [buildTextReport(measures, seg.object, context)])
    : [];
  const images = keyImages
    ? await step("build-key-images", () =>
        buildKeyImages(keyPictures(volume, segmentation, context), measures, context),
      )
    : [];
  const others = [
    ...texts.map((built) => ({ ...built, kind: "text" as const })),
    ...images.map((built) => ({ ...built, kind: "key-image" as const })),
  ];
  return { seg, sr, others };
};

const captionOf = ({ volumeMl, voxels }: Measures, { id, isPhantomModel }: ModelIdentity) => [
  `${voxels === 0 ? "No pancreas found" : `Pancreas ${volumeMl.toFixed(1)} ml`} – model ${id}`,
  "AI – not verified",
  ...(isPhantomModel ? [PHANTOM_NOTICE] : []),
  RESEARCH_NOTICE,
];

const keyImageCount = 6;

const keyPictures = (
  volume: Volume,
  { mask, measures }: Segmentation,
  { source, model }: WriteContext,
): readonly KeyPicture[] => {
  const window = displayWindow(volume, mask, model.modelClass);
  const caption = captionOf(measures, model);
  return keySlices(mask, keyImageCount).map((k) => ({
    ...drawKeySlice(volume, mask, k, { window, caption }),
    shows: source.frames.slice(k, k + 1),
  }));
};

/** Key slices with the contour as PNG; says what it is, wherever it is copied to. */
export const drawPicture = (
  volume: Volume,
  { mask, measures }: Segmentation,
  model: ModelIdentity,
): Uint8Array => {
  const { modelClass } = model;
  return encodePng(drawOverview(volume, mask, { modelClass, caption: captionOf(measures, model) }));
};
