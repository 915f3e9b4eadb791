import type { PhantomOptions } from "../../src/demo/phantom/makePhantom.ts";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { sha256 } from "../../src/dicom/identity/sha256.ts";
import { readSeries } from "../../src/dicom/series/readSeries.ts";
import { buildKeyImages, type KeyPicture } from "../../src/dicom/write/buildKeyImages.ts";
import { buildSeg } from "../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../src/dicom/write/buildTextReport.ts";
import type { WriteContext } from "../../src/dicom/write/context.ts";
import type { BuiltObject } from "../../src/dicom/write/part10.ts";
import type { SegmentationType } from "../../src/dicom/write/segmentationType.ts";
import type { Lps } from "../../src/domain/axes.ts";
import type { Grid, Mask } from "../../src/domain/grid.ts";
import type { Measures } from "../../src/domain/result.ts";
import type { SourceSeries } from "../../src/domain/series.ts";
import { withProbability } from "../../src/geometry/probability.ts";
import { voxelToLps } from "../../src/geometry/vector.ts";
import { measureMask } from "../../src/measure/measureMask.ts";
import { keyPictures } from "../../src/story/illustrate.ts";
import { makeContext } from "../dicom/write/sources.ts";
import { asInstances } from "../support/dicomSeries.ts";
import { phantomOf } from "../support/phantom.ts";

export type Study = {
  readonly source: SourceSeries;
  /** The phantom's truth. */
  readonly mask: Mask;
  readonly measures: Measures;
  readonly segs: Readonly<Record<SegmentationType, BuiltObject>>;
  readonly text: BuiltObject;
  readonly keyImages: readonly (BuiltObject & { readonly picture: KeyPicture })[];
  /** CT and results, to be stored in this order. */
  readonly files: readonly (readonly Uint8Array[])[];
};

const buildSegs = (mask: Mask, contextOf: (type: SegmentationType) => WriteContext) => ({
  BINARY: buildSeg(mask, contextOf("BINARY")),
  LABELMAP: buildSeg(mask, contextOf("LABELMAP")),
  FRACTIONAL: buildSeg(mask, contextOf("FRACTIONAL")),
});

/** The truth of a phantom with probabilities of which no two neighbours are alike. */
const maskOf = (grid: Grid, voxels: Uint8Array): Mask =>
  withProbability(
    { grid, voxels },
    voxels.map((_, i) => (i * 89) % 256),
  );

/** What the service stores for a CT series that it segments without fault; of the SEG, the types asked for. */
export const makeStudy = async (
  options: Omit<PhantomOptions, "modelClass">,
  storedTypes: readonly SegmentationType[] = ["BINARY", "LABELMAP", "FRACTIONAL"],
): Promise<Study> => {
  const phantom = phantomOf({ ...options, modelClass: "CT" });
  const images = writeSeries(phantom).map(({ bytes }) => bytes);
  const { source, volume } = await readSeries(asInstances(images), { minSlices: 5, maxVoxels: 1e8 });
  const mask = maskOf(source.grid, phantom.label.voxels);
  const measures = measureMask(mask, volume);
  const contextOf = (segmentationType: SegmentationType): WriteContext =>
    makeContext(source, {
      resultKey: sha256(Buffer.from(segmentationType)),
      settings: { segmentationType, volumeInDescription: true },
    });
  const context = contextOf("BINARY");
  const segs = buildSegs(mask, contextOf);
  const report = buildSr(measures, segs.BINARY.object, context);
  const text = buildTextReport(measures, segs.BINARY.object, context);
  const pictures = keyPictures(volume, { mask, measures, warnings: [] }, context);
  const keyImages = buildKeyImages(pictures, measures, context);
  const results = [...storedTypes.map((type) => segs[type]), report, text, ...keyImages];
  return {
    source,
    mask,
    measures,
    segs,
    text,
    keyImages: pictures.flatMap((picture, n) =>
      keyImages.slice(n, n + 1).map((built) => ({ picture, ...built })),
    ),
    files: [images, results.map(({ bytes }) => bytes)],
  };
};

type Marked = readonly (readonly [index: number, value: number])[];

/** Voxels of the mask on every source image, by its SOP Instance UID: index in the image and segment number. */
export const markedOnPlanes = ({ source, mask }: Study): readonly (readonly [string, Marked])[] => {
  const size = source.grid.shape[1] * source.grid.shape[2];
  return source.frames.map(({ sopInstanceUid }, z) => {
    const plane = [...mask.voxels.subarray(z * size, (z + 1) * size)];
    return [sopInstanceUid, plane.flatMap((voxel, index) => (voxel === 0 ? [] : [[index, 1] as const]))];
  });
};

/** Where the mask has most voxels. */
export const fullestPlane = (study: Study): number => {
  const counts = markedOnPlanes(study).map(([, marked]) => marked.length);
  return counts.indexOf(Math.max(...counts));
};

/** Centres of the mask's voxels on one plane, LPS mm. */
export const pointsOfPlane = (study: Study, z: number): readonly Lps[] => {
  const { grid } = study.source;
  const [, marked = []] = markedOnPlanes(study)[z] ?? [];
  return marked.map(([index]) =>
    voxelToLps(grid, z, Math.floor(index / grid.shape[2]), index % grid.shape[2]),
  );
};
