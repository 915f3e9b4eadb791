/** Pictures of a result for people: what they show, and what is written under them wherever they are copied to. */
import type { KeyPicture } from "../dicom/write/buildKeyImages.ts";
import type { WriteContext } from "../dicom/write/context.ts";
import { describeDates, describeSeries, type Origin } from "../dicom/write/describeSource.ts";
import type { Volume } from "../domain/grid.ts";
import { sayMl } from "../domain/millilitres.ts";
import { type ModelIdentity, PHANTOM_NOTICE, RESEARCH_NOTICE } from "../domain/result.ts";
import type { SourceFrame } from "../domain/series.ts";
import { sayWarnings } from "../domain/warning.ts";
import { type CaptionLine, withCaption } from "../picture/caption.ts";
import { drawKeySlice, makeScene, type Scene } from "../picture/keySlice.ts";
import { keySlices } from "../picture/keySlices.ts";
import { sliceNumber, slicePosition } from "../picture/label.ts";
import type { Sheet } from "../picture/mark.ts";
import { drawOverview } from "../picture/overview.ts";
import { encodePng } from "../picture/png.ts";
import { displayWindow } from "../picture/window.ts";
import type { Segmentation } from "./results.ts";

/** Enough of the weights' hash for people to tell two models of one name apart. */
const versionDigits = 8;

/** What a picture says of its result; `origin` is null where it comes from no DICOM series. */
export type PictureFacts = { readonly model: ModelIdentity; readonly origin: Origin | null };

const captionOf = (
  { measures: { volumeMl, voxels }, warnings }: Segmentation,
  { model: { id, weightsSha256, isPhantomModel }, origin }: PictureFacts,
): readonly CaptionLine[] => [
  { text: voxels === 0 ? "No pancreas found" : `Pancreas ${sayMl(volumeMl)}`, as: "headline" },
  ...sayWarnings(warnings).map((words) => ({ text: `Warning: ${words}`, as: "warning" as const })),
  ...(origin === null ? [] : [describeSeries(origin), describeDates(origin)]),
  `AI, not verified – model ${id}@${weightsSha256.slice(0, versionDigits)}`,
  ...(isPhantomModel ? [{ text: PHANTOM_NOTICE, as: "warning" as const }] : []),
  RESEARCH_NOTICE,
];

/** What a viewer calls an image: frames have a number in their object, and that one has its own where there are several. */
const imageName = ({ instanceNumber, frameNumber }: SourceFrame, isOneObject: boolean): readonly string[] => {
  const image = instanceNumber === null ? [] : [`image ${instanceNumber}`];
  if (frameNumber === null) return image;
  return [...(isOneObject ? [] : image), `frame ${frameNumber}`];
};

/** Name and position of slice k; the position alone where its header has no number. */
const wordsOf =
  ({ grid }: Volume, origin: Origin | null): Scene["wordsOf"] =>
  (k) => {
    const frames = origin?.source.frames;
    const frame = frames?.[k];
    const isOneObject = new Set(frames?.map(({ sopInstanceUid }) => sopInstanceUid)).size === 1;
    const name = frame === undefined ? [sliceNumber(grid, k)] : imageName(frame, isOneObject);
    return [...name, slicePosition(grid, k)];
  };

const sceneOf = (volume: Volume, { mask }: Segmentation, { model, origin }: PictureFacts): Scene =>
  makeScene(volume, mask, displayWindow(volume, mask, model.modelClass), wordsOf(volume, origin));

const keySliceCount = 6;

/** Key slices with the contour, and the words of the result. */
export const drawPicture = (volume: Volume, segmentation: Segmentation, facts: PictureFacts): Sheet =>
  drawOverview(
    sceneOf(volume, segmentation, facts),
    keySlices(segmentation.mask, keySliceCount),
    captionOf(segmentation, facts),
  );

/** The same as PNG. */
export const encodePicture = (volume: Volume, segmentation: Segmentation, facts: PictureFacts): Uint8Array =>
  encodePng(drawPicture(volume, segmentation, facts));

/** The overview, then its slices one by one in full size, each with the contour. */
export const keyPictures = (
  volume: Volume,
  segmentation: Segmentation,
  context: WriteContext,
): readonly (KeyPicture & Sheet)[] => {
  const facts = { model: context.model, origin: context };
  const scene = sceneOf(volume, segmentation, facts);
  const caption = captionOf(segmentation, facts);
  const slices = keySlices(segmentation.mask, keySliceCount);
  const shown = (k: number) => context.source.frames.slice(k, k + 1);
  return [
    { ...drawOverview(scene, slices, caption), shows: slices.flatMap(shown) },
    ...slices.map((k) => ({ ...withCaption(drawKeySlice(scene, k), caption, 2), shows: shown(k) })),
  ];
};
