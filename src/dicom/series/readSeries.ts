import { failed } from "../../domain/failure.ts";
import {
  type Header,
  noRepairs,
  type Repairs,
  type SeriesVolume,
  type SourceFrame,
  type SourceSeries,
} from "../../domain/series.ts";
import { decodePlanes } from "./decodePlanes.ts";
import type { InstanceBytes } from "./instance.ts";
import { partsOf, planVolume, type VolumePlan } from "./planVolume.ts";
import { type ScannedPlane, scanInstances } from "./scanInstances.ts";

export type ReadOptions = {
  /** Smaller stacks are refused (S8). */
  readonly minSlices: number;
  /** Which volume of the series; needed only where it holds several. */
  readonly part?: string;
  /** None unless given. */
  readonly repairs?: Repairs;
  /** Larger volumes are refused before anything is allocated (P18). */
  readonly maxVoxels: number;
  /** Told the share done, 0 to 1, after each instance. */
  readonly onProgress?: (share: number) => void;
};

export const defaultReadOptions: ReadOptions = { minSlices: 5, maxVoxels: 400_000_000 };

const frameOf = ({
  sopClassUid,
  sopInstanceUid,
  frameNumber,
  instanceNumber,
  slice,
}: ScannedPlane): SourceFrame => ({
  sopClassUid,
  sopInstanceUid,
  frameNumber,
  instanceNumber,
  positionLps: slice.positionLps,
});

const sourceOf = ({ planes, grid }: VolumePlan, header: Header): SourceSeries => {
  const [first] = planes;
  if (first === undefined) throw failed("NO_IMAGES", "The series is empty.");
  return {
    studyUid: first.studyUid,
    seriesUid: first.seriesUid,
    modality: first.modality === "CT" ? "CT" : "MR",
    frameOfReferenceUid:
      planes.find(({ slice }) => slice.frameOfReferenceUid !== "")?.slice.frameOfReferenceUid ?? "",
    header,
    frames: planes.map(frameOf),
    grid,
  };
};

/**
 * One volume of a series of CT or MR images, classic or enhanced, the same bytes whatever the order of the instances. Voxels (z,y,x)
 * in HU (CT) or rescaled stored values (MR); the grid and the frames keep the source's planes, nothing is reoriented.
 * `frameOfReferenceUid` is empty where the source has none.
 * Two passes over the instances: headers first, then each plane into one preallocated array; never two files at once.
 * Throws FailureError: NOT_DICOM, NO_IMAGES, MODALITY, COLOUR_IMAGE, MOSAIC, LOCALIZER, MULTI_FRAME, DERIVED_NOT_VOLUME,
 * SEVERAL_SERIES, SEVERAL_VOLUMES, UID_INVALID, NO_GEOMETRY, AMBIGUOUS_POSITIONS, GANTRY_TILT, MISSING_SLICES,
 * NON_UNIFORM_SPACING, UNSUPPORTED_*, CT_NO_RESCALE, MODALITY_LUT, PIXEL_*, TOO_FEW_SLICES, TOO_LARGE, INCOMPLETE_RETRIEVAL.
 */
export const readSeries = async (
  instances: readonly InstanceBytes[],
  options: ReadOptions,
): Promise<SeriesVolume> => {
  const onProgress = options.onProgress ?? (() => undefined);
  const plan = planVolume(await scanInstances(instances, onProgress), options);
  const { voxels, header, warnings } = await decodePlanes(plan, onProgress);
  return {
    source: sourceOf(plan, header),
    volume: { grid: plan.grid, voxels },
    warnings: [...plan.warnings, ...warnings],
  };
};

/**
 * The names by which `readSeries` knows the volumes of a series, those that are refused included; [""] for a series
 * that is one. Throws what keeps the whole series from holding any (see `readSeries`).
 */
export const listParts = async (
  instances: readonly InstanceBytes[],
  { minSlices, repairs = noRepairs, onProgress = () => undefined }: Omit<ReadOptions, "maxVoxels" | "part">,
): Promise<readonly string[]> =>
  partsOf(await scanInstances(instances, onProgress), minSlices, repairs).parts.map(({ id }) => id);
