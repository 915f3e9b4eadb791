import { type Lps, lps, voxelCount } from "../../domain/axes.ts";
import { failed } from "../../domain/failure.ts";
import type { Grid, Mask } from "../../domain/grid.ts";
import type { Header } from "../../domain/series.ts";
import { gridPlanes, stackOf } from "../../geometry/stack.ts";
import { number, numbers, parseHeader, text } from "../read/header.ts";
import { openPart10 } from "../read/part10.ts";
import { type PlacedVoxels, placeVoxels } from "./placeVoxels.ts";

/** One stored frame: the source image that it names, where it lies, its voxels (row slowest, 0 or 1). */
export type SegPlane = {
  readonly sopInstanceUid: string;
  readonly positionLps: Lps;
  readonly voxels: Uint8Array;
};

/** A stored segmentation as its bytes say, segment 1 only. */
export type SegPlanes = {
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
  readonly studyUid: string;
  readonly frameOfReferenceUid: string;
  readonly rows: number;
  readonly columns: number;
  /** Distance of rows, distance of columns. */
  readonly pixelSpacingMm: readonly [number, number];
  /** Null where the planes of the source lie unevenly. */
  readonly sliceSpacingMm: number | null;
  /** Direction of a row (growing column index), direction of a column. */
  readonly imageOrientation: readonly [Lps, Lps];
  readonly planes: readonly SegPlane[];
};

const items = (header: Header | undefined, keyword: string): readonly Header[] => {
  const value = header?.[keyword];
  return Array.isArray(value) ? value : [];
};

const numbersOf = (header: Header, keyword: string, count: number): readonly number[] => {
  const values = numbers(header, keyword);
  if (values.length === count) return values;
  throw failed(
    "NO_GEOMETRY",
    `The segmentation has ${values.length} instead of ${count} values of ${keyword}.`,
    {
      keyword,
    },
  );
};

/** Values of which there are as many as the tuple type says; `numbersOf` counted them. */
const vector = (values: readonly number[], from = 0): Lps =>
  lps(values[from] as number, values[from + 1] as number, values[from + 2] as number);

/** Functional groups may stand in either place (PS3.3 section C.7.6.16.1). */
const functionalGroup = (frame: Header, shared: Header | undefined, keyword: string): Header =>
  items(frame, keyword)[0] ?? items(shared, keyword)[0] ?? {};

const packedBits = (bytes: Uint8Array, header: Header, voxels: number): Uint8Array => {
  const { pixelData, transferSyntaxUid } = openPart10(bytes);
  if (number(header, "BitsAllocated") !== 1 || text(header, "SegmentationType") !== "BINARY") {
    throw failed("UNSUPPORTED_PIXEL_FORMAT", "The segmentation is not binary with one bit a voxel.");
  }
  if (pixelData?.length === null) {
    throw failed("UNSUPPORTED_TRANSFER_SYNTAX", "The segmentation's pixels are compressed.", {
      transferSyntaxUid,
    });
  }
  const start = pixelData?.valueStart ?? bytes.length;
  const packed = bytes.subarray(start, start + (pixelData?.length ?? 0));
  if (packed.length * 8 >= voxels) return packed;
  throw failed("PIXEL_DATA_TRUNCATED", `${packed.length} bytes do not hold ${voxels} voxels.`, { voxels });
};

const unpack = (packed: Uint8Array, frame: number, count: number): Uint8Array => {
  const voxels = new Uint8Array(count);
  for (let i = 0, bit = frame * count; i < count; i++, bit++) {
    voxels[i] = ((packed[bit >>> 3] as number) >>> (bit & 7)) & 1;
  }
  return voxels;
};

const readPlanes = (header: Header, shared: Header | undefined, packed: Uint8Array, perFrame: number) =>
  items(header, "PerFrameFunctionalGroupsSequence").flatMap((frame, index): SegPlane[] => {
    const group = (keyword: string): Header => functionalGroup(frame, shared, keyword);
    if (number(group("SegmentIdentificationSequence"), "ReferencedSegmentNumber") !== 1) return [];
    const source = items(group("DerivationImageSequence"), "SourceImageSequence")[0] ?? {};
    return [
      {
        sopInstanceUid: text(source, "ReferencedSOPInstanceUID") ?? "",
        positionLps: vector(numbersOf(group("PlanePositionSequence"), "ImagePositionPatient", 3)),
        voxels: unpack(packed, index, perFrame),
      },
    ];
  });

/**
 * The frames of a binary segmentation from its bytes alone. Shares no code with the builder, so that it can judge it.
 * Throws NOT_DICOM, NO_GEOMETRY, UNSUPPORTED_PIXEL_FORMAT, UNSUPPORTED_TRANSFER_SYNTAX, PIXEL_DATA_TRUNCATED.
 */
export const readSegPlanes = (bytes: Uint8Array): SegPlanes => {
  const header = parseHeader(bytes);
  const rows = number(header, "Rows") ?? 0;
  const columns = number(header, "Columns") ?? 0;
  const frames = items(header, "PerFrameFunctionalGroupsSequence");
  const shared = items(header, "SharedFunctionalGroupsSequence")[0];
  const packed = packedBits(bytes, header, rows * columns * frames.length);
  const first = frames[0] ?? {};
  const measures = functionalGroup(first, shared, "PixelMeasuresSequence");
  const cosines = numbersOf(
    functionalGroup(first, shared, "PlaneOrientationSequence"),
    "ImageOrientationPatient",
    6,
  );
  const spacing = numbersOf(measures, "PixelSpacing", 2);
  return {
    sopInstanceUid: text(header, "SOPInstanceUID") ?? "",
    seriesUid: text(header, "SeriesInstanceUID") ?? "",
    studyUid: text(header, "StudyInstanceUID") ?? "",
    frameOfReferenceUid: text(header, "FrameOfReferenceUID") ?? "",
    rows,
    columns,
    pixelSpacingMm: [spacing[0] as number, spacing[1] as number],
    sliceSpacingMm: number(measures, "SpacingBetweenSlices"),
    imageOrientation: [vector(cosines), vector(cosines, 3)],
    planes: readPlanes(header, shared, packed, rows * columns),
  };
};

/** The stored voxels on a grid, and how many of them lie on none of its voxels. `planes` as in `compareSeg`. */
export const segOnGrid = (
  bytes: Uint8Array,
  grid: Grid,
  planes: readonly Lps[] = gridPlanes(grid),
): PlacedVoxels => placeVoxels(readSegPlanes(bytes), stackOf(grid, planes));

/**
 * The stored segmentation as a mask on a grid, each voxel put where it lies in patient space, whatever the order of
 * the frames. Throws STORED_DIFFERS when a voxel lies on none of the grid's, and what `readSegPlanes` throws.
 */
export const segToMask = (bytes: Uint8Array, grid: Grid, planes: readonly Lps[] = gridPlanes(grid)): Mask => {
  const { voxels, offGrid } = segOnGrid(bytes, grid, planes);
  if (offGrid === 0) return { grid, voxels };
  throw failed(
    "STORED_DIFFERS",
    `${offGrid} voxels of the segmentation lie on none of the ${voxelCount(grid.shape)} voxels of the grid.`,
    { offGrid },
  );
};
