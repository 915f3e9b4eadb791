import type { Dataset } from "../dicom/write/dataset.ts";
import { formatDs } from "../dicom/write/formatDs.ts";
import { writeImage } from "../dicom/write/writeImage.ts";
import type { Phantom } from "./makePhantom.ts";
import { phantomUid } from "./uids.ts";
import { type SeriesFile, sliceAttributes, storedPixels } from "./writeSeries.ts";

const legacyConvertedEnhancedCt = "1.2.840.10008.5.1.4.1.1.2.2";

/** Attributes of one slice that an enhanced object keeps in its functional groups or not at all. */
const movedKeywords = new Set(
  (
    "ImagePositionPatient ImageOrientationPatient PixelSpacing SliceThickness SliceLocation RescaleSlope RescaleIntercept " +
    "RescaleType WindowCenter WindowWidth AcquisitionNumber AcquisitionDate AcquisitionTime KVP ConvolutionKernel FilterType " +
    "ExposureTime XRayTubeCurrent Exposure GantryDetectorTilt RotationDirection ContrastBolusAgent ContrastBolusRoute " +
    "ContrastBolusVolume ProtocolName BodyPartExamined"
  ).split(" "),
);

const kept = (dataset: Dataset): Dataset =>
  Object.fromEntries(Object.entries(dataset).filter(([keyword]) => !movedKeywords.has(keyword)));

const picked = (dataset: Dataset, keywords: readonly string[]): Dataset =>
  Object.fromEntries(keywords.map((keyword) => [keyword, dataset[keyword] ?? null]));

const frameType: Dataset = {
  FrameType: ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"],
  PixelPresentation: "MONOCHROME",
  VolumetricProperties: "VOLUME",
  VolumeBasedCalculationTechnique: "NONE",
};

const sharedGroups = (first: Dataset): Dataset => ({
  CTImageFrameTypeSequence: [frameType],
  PixelMeasuresSequence: [picked(first, ["PixelSpacing", "SliceThickness"])],
  PlaneOrientationSequence: [picked(first, ["ImageOrientationPatient"])],
  PixelValueTransformationSequence: [picked(first, ["RescaleIntercept", "RescaleSlope", "RescaleType"])],
  FrameVOILUTSequence: [picked(first, ["WindowCenter", "WindowWidth"])],
  FrameAnatomySequence: [
    {
      AnatomicRegionSequence: [
        { CodeValue: "818981001", CodingSchemeDesignator: "SCT", CodeMeaning: "Abdomen" },
      ],
      FrameLaterality: "U",
    },
  ],
  UnassignedSharedConvertedAttributesSequence: [picked(first, ["KVP", "ConvolutionKernel"])],
});

const frameGroups = (slice: Dataset, k: number): Dataset => ({
  FrameContentSequence: [{ StackID: "1", InStackPositionNumber: k + 1, DimensionIndexValues: [1, k + 1] }],
  PlanePositionSequence: [picked(slice, ["ImagePositionPatient"])],
  UnassignedPerFrameConvertedAttributesSequence: [picked(slice, ["SliceLocation"])],
  ConversionSourceAttributesSequence: [
    {
      ReferencedSOPClassUID: String(slice["SOPClassUID"]),
      ReferencedSOPInstanceUID: String(slice["SOPInstanceUID"]),
    },
  ],
});

const dimensions = (key: string): Dataset => {
  const organization = phantomUid(`dimensions|${key}`);
  const frameContent = 0x00209111;
  return {
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: organization }],
    DimensionIndexSequence: [0x00209056, 0x00209057].map((pointer) => ({
      DimensionOrganizationUID: organization,
      DimensionIndexPointer: pointer,
      FunctionalGroupPointer: frameContent,
    })),
  };
};

/** The CT phantom as one Legacy Converted Enhanced CT object (PS3.3 section A.70) whose frames run from head to feet. */
export const legacyMultiFrame = (phantom: Phantom): readonly SeriesFile[] => {
  const [slices, rows, columns] = phantom.volume.grid.shape;
  const size = rows * columns;
  const order = Array.from({ length: slices }, (_, n) => slices - 1 - n);
  const headers = order.map((k) => sliceAttributes(phantom, k));
  const first = headers[0] ?? {};
  const pixels = new Uint16Array(slices * size);
  for (const [n, k] of order.entries()) {
    pixels.set(storedPixels(phantom.volume.voxels, phantom.encoding, k, size), n * size);
  }
  const key = `${phantom.facts.modelClass}${phantom.facts.seed}|multi-frame`;
  const dataset: Dataset = {
    ...kept(first),
    SOPClassUID: legacyConvertedEnhancedCt,
    SOPInstanceUID: phantomUid(`instance|${key}`),
    SeriesInstanceUID: phantomUid(`series|${key}`),
    ...frameType,
    ImageType: ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"],
    InstanceNumber: "1",
    NumberOfFrames: formatDs(slices),
    DeviceSerialNumber: "PHANTOM",
    SoftwareVersions: "1",
    BurnedInAnnotation: "NO",
    LossyImageCompression: "00",
    PresentationLUTShape: "IDENTITY",
    AcquisitionContextSequence: [],
    ...dimensions(key),
    SharedFunctionalGroupsSequence: [sharedGroups(first)],
    PerFrameFunctionalGroupsSequence: headers.map(frameGroups),
  };
  const { FrameType: _, ...whole } = dataset;
  return [{ name: "MF00001.dcm", bytes: writeImage(whole, pixels) }];
};
