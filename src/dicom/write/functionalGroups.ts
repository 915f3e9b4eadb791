import type { SourceFrame, SourceSeries } from "../../domain/series.ts";
import { isOnLattice, seriesStack } from "../../geometry/stack.ts";
import { number, numbers, text } from "../file/header.ts";
import { frameOfReferenceOf } from "../identity/resultKey.ts";
import { codeItem, codes } from "./codes.ts";
import { shortText } from "./conform.ts";
import type { Dataset } from "./dataset.ts";
import { formatDs } from "./formatDs.ts";
import type { SegmentationType } from "./segmentationType.ts";

const tags = {
  referencedSegmentNumber: 0x0062000b,
  segmentIdentificationSequence: 0x0062000a,
  imagePositionPatient: 0x00200032,
  planePositionSequence: 0x00209113,
};

/**
 * Multi-frame Dimension module (PS3.3 section C.7.6.17): segment, then position; a frame of a label map holds all
 * segments and is told by its position alone.
 */
export const dimensions = (organizationUid: string, type: SegmentationType): Dataset => ({
  DimensionOrganizationSequence: [{ DimensionOrganizationUID: organizationUid }],
  DimensionIndexSequence: [
    ...(type === "LABELMAP"
      ? []
      : [
          {
            DimensionOrganizationUID: organizationUid,
            DimensionIndexPointer: tags.referencedSegmentNumber,
            FunctionalGroupPointer: tags.segmentIdentificationSequence,
            DimensionDescriptionLabel: "ReferencedSegmentNumber",
          },
        ]),
    {
      DimensionOrganizationUID: organizationUid,
      DimensionIndexPointer: tags.imagePositionPatient,
      FunctionalGroupPointer: tags.planePositionSequence,
      DimensionDescriptionLabel: "ImagePositionPatient",
    },
  ],
});

/** Frame of Reference module (PS3.3 section C.7.4.1). */
export const frameOfReference = (source: SourceSeries): Dataset => ({
  FrameOfReferenceUID: frameOfReferenceOf(source),
  PositionReferenceIndicator: shortText(text(source.header, "PositionReferenceIndicator") ?? "") || null,
});

/** The source's own cosines: viewers compare them with the image's. */
const orientation = ({ header, grid }: SourceSeries): readonly number[] => {
  const cosines = numbers(header, "ImageOrientationPatient");
  return cosines.length === 6 ? cosines : [...grid.axes[2], ...grid.axes[1]];
};

const sliceThickness = ({ header, grid }: SourceSeries): number => {
  const thickness = number(header, "SliceThickness");
  return thickness !== null && thickness > 0 ? thickness : grid.spacingMm[0];
};

/**
 * Along the normal, also where slices are missing between: readers that lay frames into a regular volume need it and
 * would else take the thickness for it. Left out where the distances differ otherwise, as highdicom does: the frames' own
 * positions say the rest.
 */
const sliceSpacing = (source: SourceSeries): Dataset =>
  isOnLattice(seriesStack(source)) ? { SpacingBetweenSlices: formatDs(source.grid.spacingMm[0]) } : {};

/** What all frames have in common: plane orientation and pixel measures (PS3.3 sections C.7.6.16.2.1 and .4). */
export const sharedGroups = (source: SourceSeries): Dataset => ({
  PlaneOrientationSequence: [{ ImageOrientationPatient: orientation(source).map(formatDs) }],
  PixelMeasuresSequence: [
    {
      PixelSpacing: [source.grid.spacingMm[1], source.grid.spacingMm[2]].map(formatDs),
      SliceThickness: formatDs(sliceThickness(source)),
      ...sliceSpacing(source),
    },
  ],
});

/** Reference to the image (or the frame of one) that a plane of the source is. */
const sourceImage = ({ sopClassUid, sopInstanceUid, frameNumber }: SourceFrame): Dataset => ({
  ReferencedSOPClassUID: sopClassUid,
  ReferencedSOPInstanceUID: sopInstanceUid,
  ...(frameNumber === null ? {} : { ReferencedFrameNumber: String(frameNumber) }),
  SpatialLocationsPreserved: "YES",
  PurposeOfReferenceCodeSequence: [codeItem(codes.sourceImageForProcessing)],
});

/** The groups of one frame, `index` counting from 1 over the frames written (PS3.3 section C.7.6.16). */
export const frameGroups = (frame: SourceFrame, index: number, type: SegmentationType): Dataset => ({
  FrameContentSequence: [{ DimensionIndexValues: type === "LABELMAP" ? [index] : [1, index] }],
  PlanePositionSequence: [{ ImagePositionPatient: frame.positionLps.map(formatDs) }],
  // Per frame although it never changes: viewers look for it only here.
  ...(type === "LABELMAP" ? {} : { SegmentIdentificationSequence: [{ ReferencedSegmentNumber: 1 }] }),
  DerivationImageSequence: [
    {
      DerivationCodeSequence: [codeItem(codes.segmentation)],
      SourceImageSequence: [sourceImage(frame)],
    },
  ],
});
