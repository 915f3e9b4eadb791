import { voxelCount } from "../../domain/axes.ts";
import { failed } from "../../domain/failure.ts";
import type { Mask } from "../../domain/grid.ts";
import type { SourceFrame, SourceSeries } from "../../domain/series.ts";
import { seriesStack, voxelsToMl } from "../../geometry/stack.ts";
import type { WriteContext } from "./context.ts";
import { copyLossyCompression, copyPatientAndStudy } from "./copied.ts";
import type { Dataset } from "./dataset.ts";
import { dimensions, frameGroups, frameOfReference, sharedGroups } from "./functionalGroups.ts";
import { type BuiltObject, writePart10 } from "./part10.ts";
import { distinctInstances, referenceItem } from "./references.ts";
import { resultUids } from "./resultUids.ts";
import { segmentItems } from "./segment.ts";
import { segmentationPixels, segSopClass } from "./segmentationType.ts";
import { markPhantom, seriesModules } from "./seriesModules.ts";

/** A plane of the grid that holds at least one voxel of the mask, and the source image that it lies on. */
type Plane = { readonly z: number; readonly frame: SourceFrame };

const requireSourceGrid = (mask: Mask, source: SourceSeries): void => {
  const isSame =
    mask.grid.shape.every((size, axis) => size === source.grid.shape[axis]) &&
    mask.voxels.length === voxelCount(mask.grid.shape) &&
    source.frames.length === source.grid.shape[0];
  if (isSame) return;
  throw failed("INTERNAL", "The mask does not lie on the grid of its source series.", {
    maskShape: mask.grid.shape,
    sourceShape: source.grid.shape,
    frames: source.frames.length,
  });
};

const planesWithVoxels = (mask: Mask, { grid, frames }: SourceSeries): readonly Plane[] => {
  const perPlane = grid.shape[1] * grid.shape[2];
  return frames.flatMap((frame, z) => {
    const plane = mask.voxels.subarray(z * perPlane, (z + 1) * perPlane);
    return plane.some((voxel) => voxel !== 0) ? [{ z, frame }] : [];
  });
};

const volumeMlOf = ({ voxels, grid }: Mask, source: SourceSeries): number => {
  const perPlane = grid.shape[1] * grid.shape[2];
  const onPlane = source.frames.map((_, z) => {
    let count = 0;
    for (const voxel of voxels.subarray(z * perPlane, (z + 1) * perPlane)) if (voxel !== 0) count++;
    return count;
  });
  return voxelsToMl(onPlane, seriesStack(source));
};

/** General Image, Image Pixel and Segmentation Image modules (PS3.3 sections C.7.6.1, C.7.6.3, C.8.20.2). */
const imageModules = (
  mask: Mask,
  planes: readonly Plane[],
  volumeMl: number,
  context: WriteContext,
): Dataset => {
  const [, rows, columns] = mask.grid.shape;
  return {
    ImageType: ["DERIVED", "PRIMARY"],
    SamplesPerPixel: 1,
    PhotometricInterpretation: "MONOCHROME2",
    Rows: rows,
    Columns: columns,
    BurnedInAnnotation: "NO",
    SegmentsOverlap: "NO",
    ContentLabel: "PANCREAS",
    ContentDescription: markPhantom("AI segmentation, research use only", context),
    ContentCreatorName: null,
    SegmentSequence: segmentItems(volumeMl, context),
    NumberOfFrames: String(planes.length),
    ...segmentationPixels(
      context.settings.segmentationType,
      mask,
      planes.map(({ z }) => z),
    ),
  };
};

const frameModules = (
  planes: readonly Plane[],
  { source, settings }: WriteContext,
  organizationUid: string,
): Dataset => ({
  ...frameOfReference(source),
  ...dimensions(organizationUid, settings.segmentationType),
  SharedFunctionalGroupsSequence: [sharedGroups(source)],
  PerFrameFunctionalGroupsSequence: planes.map(({ frame }, i) =>
    frameGroups(frame, i + 1, settings.segmentationType),
  ),
  ReferencedSeriesSequence: [
    {
      SeriesInstanceUID: source.seriesUid,
      ReferencedInstanceSequence: distinctInstances(planes.map(({ frame }) => frame)).map(referenceItem),
    },
  ],
});

/**
 * A DICOM Segmentation (PS3.3 annex A.51) of the mask, which lies on the source's grid: one frame for every
 * plane that holds a voxel, in ascending order; of the type that the settings ask for. The same mask and context give the same bytes (with `dates: "now"`
 * and a source that names no time zone: on machines of one time zone). Throws EMPTY_MASK, UID_INVALID.
 */
export const buildSeg = (mask: Mask, context: WriteContext): BuiltObject => {
  const { source, software } = context;
  requireSourceGrid(mask, source);
  const planes = planesWithVoxels(mask, source);
  if (planes.length === 0) {
    throw failed("EMPTY_MASK", `None of the ${mask.voxels.length} voxels is pancreas.`, {
      voxels: mask.voxels.length,
    });
  }
  const uids = resultUids(context);
  const volumeMl = volumeMlOf(mask, source);
  return writePart10(
    {
      sopClassUid: segSopClass(context.settings.segmentationType),
      seriesUid: uids.segSeries,
      sopInstanceUid: uids.segSop,
    },
    { ...copyPatientAndStudy(source), ...copyLossyCompression(source.header) },
    {
      ...seriesModules({ modality: "SEG", holds: "segmentation", volumeMl, numberOffset: 0 }, context),
      ...imageModules(mask, planes, volumeMl, context),
      ...frameModules(planes, context, uids.dimensionOrganization),
    },
    software,
  );
};
