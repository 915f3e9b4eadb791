/** Pictures of a result for people: what they show, and what is written under them wherever they are copied to. */
import type { KeyPicture } from "./dicom/write/buildKeyImages.ts";
import type { WriteContext } from "./dicom/write/context.ts";
import { objectMoment } from "./dicom/write/moment.ts";
import type { Volume } from "./domain/grid.ts";
import { type Measures, type ModelIdentity, PHANTOM_NOTICE, RESEARCH_NOTICE } from "./domain/result.ts";
import { drawKeySlice } from "./picture/keySlice.ts";
import { keySlices } from "./picture/keySlices.ts";
import { drawOverview } from "./picture/overview.ts";
import { encodePng } from "./picture/png.ts";
import { displayWindow } from "./picture/window.ts";
import type { Segmentation } from "./results.ts";

/** Enough of the weights' hash for people to tell two models of one name apart. */
const versionDigits = 8;

const captionOf = (
  { volumeMl, voxels }: Measures,
  { id, weightsSha256, isPhantomModel }: ModelIdentity,
  date: readonly string[] = [],
): readonly string[] => [
  [voxels === 0 ? "No pancreas found" : `Pancreas ${volumeMl.toFixed(1)} ml`, ...date].join(" – "),
  `model ${id}@${weightsSha256.slice(0, versionDigits)}`,
  "AI – not verified – research use only",
  ...(isPhantomModel ? [PHANTOM_NOTICE] : []),
  RESEARCH_NOTICE,
];

/** Key slices with the contour as PNG. */
export const drawPicture = (
  volume: Volume,
  { mask, measures }: Segmentation,
  model: ModelIdentity,
): Uint8Array => {
  const { modelClass } = model;
  return encodePng(drawOverview(volume, mask, { modelClass, caption: captionOf(measures, model) }));
};

const keySliceCount = 6;

/** The overview, then its slices one by one in full size, each with the contour. */
export const keyPictures = (
  volume: Volume,
  { mask, measures }: Segmentation,
  context: WriteContext,
): readonly KeyPicture[] => {
  const { source, model } = context;
  const { date } = objectMoment(context);
  const caption = captionOf(measures, model, [`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`]);
  const window = displayWindow(volume, mask, model.modelClass);
  const slices = keySlices(mask, keySliceCount);
  return [
    {
      ...drawOverview(volume, mask, { modelClass: model.modelClass, caption }),
      shows: slices.flatMap((k) => source.frames.slice(k, k + 1)),
    },
    ...slices.map((k) => ({
      ...drawKeySlice(volume, mask, k, { window, caption }),
      shows: source.frames.slice(k, k + 1),
    })),
  ];
};
