import { type Lps, lps, voxelCount } from "../../domain/axes.ts";
import { failed } from "../../domain/failure.ts";
import type { Grid, Mask } from "../../domain/grid.ts";
import type { Header } from "../../domain/series.ts";
import { gridPlanes, stackOf } from "../../geometry/stack.ts";
import { headerOf, number, numbers, text } from "../file/header.ts";
import { openPart10, type Part10 } from "../file/part10.ts";
import type { SegmentationType } from "../write/segmentationType.ts";
import { type PlacedVoxels, placeVoxels } from "./placeVoxels.ts";

/** One stored frame: the source image that it names, where it lies, its voxels (row slowest, 0 or 1). */
export type SegPlane = {
  readonly sopInstanceUid: string;
  readonly positionLps: Lps;
  readonly voxels: Uint8Array;
};

/** One segment of a stored segmentation as its bytes say. */
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

/** Bits a voxel, and which stored values mark the segment in a frame that is about it. */
type Format = {
  readonly type: SegmentationType;
  readonly bits: 1 | 8 | 16;
  readonly segment: number;
  readonly marks: (value: number) => boolean;
};

const formatOf = (header: Header, segment: number): Format => {
  const type = text(header, "SegmentationType");
  const bits = number(header, "BitsAllocated");
  if (type === "BINARY" && bits === 1) return { type, bits, segment, marks: (value) => value === 1 };
  if (type === "LABELMAP" && (bits === 8 || bits === 16))
    return { type, bits, segment, marks: (value) => value === segment };
  if (type === "FRACTIONAL" && bits === 8) {
    const half = (number(header, "MaximumFractionalValue") ?? 255) / 2;
    return { type, bits, segment, marks: (value) => value > half };
  }
  throw failed("UNSUPPORTED_PIXEL_FORMAT", "The segmentation is none of those that can be read.", { bits });
};

/** The pixel data as they stand in the file. */
export const nativePixels = ({ bytes, pixelData, transferSyntaxUid }: Part10): Uint8Array => {
  if (pixelData?.length === null) {
    throw failed("UNSUPPORTED_TRANSFER_SYNTAX", "The segmentation's pixels are compressed.", {
      transferSyntaxUid,
    });
  }
  const start = pixelData?.valueStart ?? bytes.length;
  return bytes.subarray(start, start + (pixelData?.length ?? 0));
};

const requireVoxels = (stored: Uint8Array, voxels: number, { bits }: Format): void => {
  if (stored.length * 8 >= voxels * bits) return;
  throw failed("PIXEL_DATA_TRUNCATED", `${stored.length} bytes do not hold ${voxels} voxels.`, { voxels });
};

const valueAt = (stored: Uint8Array, at: number, bits: Format["bits"]): number => {
  if (bits === 8) return stored[at] as number;
  if (bits === 16) return (stored[2 * at] as number) | ((stored[2 * at + 1] as number) << 8);
  return ((stored[at >>> 3] as number) >>> (at & 7)) & 1;
};

const marked = (stored: Uint8Array, frame: number, count: number, { bits, marks }: Format): Uint8Array => {
  const voxels = new Uint8Array(count);
  for (let i = 0, at = frame * count; i < count; i++, at++)
    voxels[i] = marks(valueAt(stored, at, bits)) ? 1 : 0;
  return voxels;
};

/** A frame of a label map is about all segments. */
const isAboutSegment = (identification: Header, { type, segment }: Format): boolean =>
  type === "LABELMAP" || number(identification, "ReferencedSegmentNumber") === segment;

const readPlanes = (
  header: Header,
  shared: Header | undefined,
  stored: Uint8Array,
  perFrame: number,
  format: Format,
) =>
  items(header, "PerFrameFunctionalGroupsSequence").flatMap((frame, index): SegPlane[] => {
    const group = (keyword: string): Header => functionalGroup(frame, shared, keyword);
    if (!isAboutSegment(group("SegmentIdentificationSequence"), format)) return [];
    const source = items(group("DerivationImageSequence"), "SourceImageSequence")[0] ?? {};
    return [
      {
        sopInstanceUid: text(source, "ReferencedSOPInstanceUID") ?? "",
        positionLps: vector(numbersOf(group("PlanePositionSequence"), "ImagePositionPatient", 3)),
        voxels: marked(stored, index, perFrame, format),
      },
    ];
  });

/**
 * The frames of a segmentation from its bytes alone; of a fractional one, what is more likely pancreas than not. Shares
 * no code with the builder, so that it can judge it.
 * Throws NOT_DICOM, NO_GEOMETRY, UNSUPPORTED_PIXEL_FORMAT, UNSUPPORTED_TRANSFER_SYNTAX, PIXEL_DATA_TRUNCATED.
 */
export const readSegPlanes = (bytes: Uint8Array): SegPlanes => {
  const part10 = openPart10(bytes);
  return segmentPlanes(headerOf(part10), nativePixels(part10), 1);
};

/**
 * The frames of one segment, by its number, given the header and the uncompressed pixel data (little endian) of all
 * frames. Throws NO_GEOMETRY, UNSUPPORTED_PIXEL_FORMAT, PIXEL_DATA_TRUNCATED.
 */
export const segmentPlanes = (header: Header, stored: Uint8Array, segment: number): SegPlanes => {
  const rows = number(header, "Rows") ?? 0;
  const columns = number(header, "Columns") ?? 0;
  const frames = items(header, "PerFrameFunctionalGroupsSequence");
  const shared = items(header, "SharedFunctionalGroupsSequence")[0];
  const format = formatOf(header, segment);
  requireVoxels(stored, rows * columns * frames.length, format);
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
    planes: readPlanes(header, shared, stored, rows * columns, format),
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
