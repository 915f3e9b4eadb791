import type { Lps } from "./axes.ts";
import type { Grid, Volume } from "./grid.ts";
import type { Warning } from "./warning.ts";

/** Which series: enough to address it in any DICOMweb archive. */
export type SeriesRef = { readonly studyUid: string; readonly seriesUid: string };

/**
 * Attributes of one instance by DICOM keyword, values as dcmjs naturalizes them (text in Unicode, numbers as numbers,
 * one-valued attributes unwrapped, sequences as arrays of headers), without pixel data and private tags.
 */
export type Header = Readonly<Record<string, unknown>>;

/** One image plane of the source, kept so that the mask can be written back to exactly this plane. */
export type SourceFrame = {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** 1-based frame of a multi-frame object, null for classic objects. */
  readonly frameNumber: number | null;
  /** InstanceNumber, by which people find the image in a viewer; null where the header has none. */
  readonly instanceNumber: number | null;
  /** ImagePositionPatient, LPS mm. */
  readonly positionLps: Lps;
};

/**
 * A series that is one stack. Frames lie in ascending order along row × column; frame k is plane z = k of the grid, which
 * is nominal where a repair was allowed: then the frames' own positions count.
 */
export type SourceSeries = SeriesRef & {
  readonly modality: "CT" | "MR";
  readonly frameOfReferenceUid: string;
  /** Header of frame 0. */
  readonly header: Header;
  readonly frames: readonly SourceFrame[];
  /** The stack as stored: z along the normal, y down the rows' order, x along a row. */
  readonly grid: Grid;
};

/** What may be made regular for the network, each at a site's own wish; the mask comes back to the source's planes. */
export type Repairs = {
  /** So many isolated slices may be missing. */
  readonly missingSlices: number;
  readonly gantryTilt: boolean;
  readonly variableSpacing: boolean;
};

export const noRepairs: Repairs = { missingSlices: 0, gantryTilt: false, variableSpacing: false };

export type SeriesVolume = {
  readonly source: SourceSeries;
  /** On `source.grid`. */
  readonly volume: Volume;
  readonly warnings: readonly Warning[];
};
