import { sha256 } from "../../../src/dicom/identity/sha256.ts";
import { readSeries } from "../../../src/dicom/series/readSeries.ts";
import { buildKeyImages } from "../../../src/dicom/write/buildKeyImages.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../../src/dicom/write/buildTextReport.ts";
import type { WriteContext } from "../../../src/dicom/write/context.ts";
import type { BuiltObject } from "../../../src/dicom/write/part10.ts";
import type { SegmentationType } from "../../../src/dicom/write/segmentationType.ts";
import type { Lps } from "../../../src/domain/axes.ts";
import type { Mask, Volume } from "../../../src/domain/grid.ts";
import { type Measures, RESEARCH_NOTICE } from "../../../src/domain/result.ts";
import { noRepairs, type SourceSeries } from "../../../src/domain/series.ts";
import { withProbability } from "../../../src/geometry/probability.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { withCaption } from "../../../src/picture/caption.ts";
import { drawKeySlice, makeScene } from "../../../src/picture/keySlice.ts";
import { keySlices } from "../../../src/picture/keySlices.ts";
import { displayWindow } from "../../../src/picture/window.ts";
import { asInstances } from "../../support/dicomSeries.ts";
import { type MatrixCase, matrixCases } from "./matrixCases.ts";
import { threshold } from "./matrixImages.ts";
import { makeContext } from "./sources.ts";
import { withLoudDcmjs } from "./tools.ts";

export const segmentationTypes: readonly SegmentationType[] = ["BINARY", "LABELMAP", "FRACTIONAL"];

/** All that a result consists of, and what it was made from. */
export type MatrixObjects = {
  readonly source: SourceSeries;
  readonly planes: readonly Lps[];
  readonly mask: Mask;
  readonly measures: Measures;
  readonly context: WriteContext;
  readonly seg: BuiltObject;
  readonly sr: BuiltObject;
  readonly text: BuiltObject;
  readonly keyImages: readonly BuiltObject[];
};

/** A series as the product reads it. */
export const readImages = (files: readonly Uint8Array[], repairs: MatrixCase["repairs"] = {}) =>
  readSeries(asInstances(files), {
    minSlices: 5,
    maxVoxels: 1e6,
    repairs: { ...noRepairs, ...repairs },
  });

/** What is bright, with probabilities of which no two neighbours are alike. */
export const brightMask = ({ grid, voxels }: Volume): Mask => {
  const mask = { grid, voxels: Uint8Array.from(voxels, (value) => (value > threshold ? 1 : 0)) };
  return withProbability(
    mask,
    mask.voxels.map((_, i) => (i * 89) % 256),
  );
};

const keyPictures = (volume: Volume, mask: Mask, { source, model }: WriteContext) => {
  const window = displayWindow(volume, mask, model.modelClass);
  const scene = makeScene(volume, mask, window, (k) => [`image ${k + 1}`]);
  return keySlices(mask, 2).map((k) => ({
    ...withCaption(drawKeySlice(scene, k, 96), [RESEARCH_NOTICE], 1),
    shows: source.frames.slice(k, k + 1),
  }));
};

/** The objects of a case, read from its files in the order given; each line that dcmjs logs is an error. */
export const buildObjects = async (
  { title, images, repairs, settings }: MatrixCase,
  segmentationType: SegmentationType,
  files = images.files,
): Promise<MatrixObjects> => {
  const { source, volume } = await readImages(files, repairs);
  const mask = brightMask(volume);
  const planes = source.frames.map(({ positionLps }) => positionLps);
  const measures = measureMask(mask, volume, planes);
  const context = makeContext(source, {
    resultKey: sha256(Buffer.from(`${title}|${segmentationType}`)),
    settings: { volumeInDescription: true, ...settings, segmentationType },
  });
  const pictures = keyPictures(volume, mask, context);
  return withLoudDcmjs(() => {
    const seg = buildSeg(mask, context);
    return {
      source,
      planes,
      mask,
      measures,
      context,
      seg,
      sr: buildSr(measures, seg.object, context),
      text: buildTextReport(measures, seg.object, context),
      keyImages: buildKeyImages(pictures, measures, context),
    };
  });
};

/** In the order in which they are stored. */
export const allOf = ({ seg, sr, text, keyImages }: MatrixObjects): readonly BuiltObject[] => [
  seg,
  sr,
  text,
  ...keyImages,
];

const built = new Map<string, Promise<MatrixObjects>>();

/** As `buildObjects`, once in a process. */
export const objectsOf = (matrixCase: MatrixCase, type: SegmentationType): Promise<MatrixObjects> => {
  const key = `${matrixCase.title}|${type}`;
  const objects = built.get(key) ?? buildObjects(matrixCase, type);
  built.set(key, objects);
  return objects;
};

/** Every case with every type. */
export const eachResult = (run: (matrixCase: MatrixCase, type: SegmentationType) => void): void => {
  for (const matrixCase of matrixCases) for (const type of segmentationTypes) run(matrixCase, type);
};
