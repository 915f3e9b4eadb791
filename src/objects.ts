/** What a segmented series becomes for the archive and for people: SEG, SR and the picture. */
import { buildSeg } from "./dicom/write/buildSeg.ts";
import { buildSr } from "./dicom/write/buildSr.ts";
import { verifyBuilt } from "./dicom/write/readBack.ts";
import type { Volume } from "./domain/grid.ts";
import { type ModelIdentity, PHANTOM_NOTICE, RESEARCH_NOTICE } from "./domain/result.ts";
import type { SourceSeries } from "./domain/series.ts";
import { drawOverview } from "./picture/overview.ts";
import { encodePng } from "./picture/png.ts";
import type { Segmenter, Step, Teller } from "./ports.ts";
import { algorithmParameters, type BuiltObjects, type Segmentation } from "./results.ts";

type Order = {
  readonly segmenter: Segmenter;
  readonly resultKey: string;
  readonly orderedAtMs: number;
};

/** SEG and SR, read back from their own bytes; null for an empty mask, of which there is nothing to store. */
export const buildObjects = async (
  { segmenter, resultKey, orderedAtMs }: Order,
  { software, settings }: Teller,
  step: Step,
  { mask, measures, warnings }: Segmentation,
  source: SourceSeries,
): Promise<BuiltObjects | null> => {
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
  return { seg, sr };
};

/** Key slices with the contour as PNG; says what it is, wherever it is copied to. */
export const drawPicture = (
  volume: Volume,
  { mask, measures }: Segmentation,
  { id, modelClass, isPhantomModel }: ModelIdentity,
): Uint8Array => {
  const found = measures.voxels === 0 ? "No pancreas found" : `Pancreas ${measures.volumeMl.toFixed(1)} ml`;
  const notices = isPhantomModel ? [PHANTOM_NOTICE, RESEARCH_NOTICE] : [RESEARCH_NOTICE];
  return encodePng(
    drawOverview(volume, mask, { modelClass, caption: [`${found} - model ${id}`, ...notices] }),
  );
};
