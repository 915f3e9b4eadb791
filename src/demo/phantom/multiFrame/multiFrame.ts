import type { Dataset } from "../../../dicom/write/dataset.ts";
import { formatDs } from "../../../dicom/write/formatDs.ts";
import { writeImage } from "../../../dicom/write/writeImage.ts";
import type { Phantom } from "../makePhantom.ts";
import { phantomUid } from "../uids.ts";
import { type SeriesFile, sliceAttributes, storedPixels } from "../writeSeries.ts";

/** What makes one kind of multi-frame object; slice attributes are those of classic images. */
export type MultiFrame = {
  readonly sopClassUid: string;
  /** Of the object as a whole. */
  readonly attributes: Dataset;
  readonly shared: (slice: Dataset) => Dataset;
  readonly perFrame: (slice: Dataset) => Dataset;
  /** The plane, counted along the normal, that each frame shows. */
  readonly order: readonly number[];
};

/** Attributes of classic slices that a multi-frame object has once and in the same place. */
const commonKeywords = (
  "SpecificCharacterSet PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID StudyID StudyDate StudyTime " +
  "StudyDescription AccessionNumber ReferringPhysicianName Modality SeriesInstanceUID SeriesNumber SeriesDate SeriesTime " +
  "SeriesDescription FrameOfReferenceUID PositionReferenceIndicator PatientPosition Manufacturer ManufacturerModelName " +
  "StationName DeviceSerialNumber SoftwareVersions " +
  "QualityControlImage ContentDate ContentTime SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated " +
  "BitsStored HighBit PixelRepresentation"
).split(" ");

/** These attributes of a slice; empty where it has none. */
export const picked = (slice: Dataset, ...keywords: readonly string[]): Dataset =>
  Object.fromEntries(keywords.map((keyword) => [keyword, slice[keyword] ?? null]));

/** The region that every frame shows (PS3.3 section C.7.6.16.2.8). */
export const abdomen: Dataset = {
  FrameAnatomySequence: [
    {
      AnatomicRegionSequence: [
        { CodeValue: "818981001", CodingSchemeDesignator: "SCT", CodeMeaning: "Abdomen" },
      ],
      FrameLaterality: "U",
    },
  ],
};

export const planeMeasures = (slice: Dataset): Dataset => ({
  PixelMeasuresSequence: [picked(slice, "PixelSpacing", "SliceThickness")],
  PlaneOrientationSequence: [picked(slice, "ImageOrientationPatient")],
});

export const pixelValues = (slice: Dataset): Dataset => ({
  PixelValueTransformationSequence: [picked(slice, "RescaleIntercept", "RescaleSlope", "RescaleType")],
  FrameVOILUTSequence: [picked(slice, "WindowCenter", "WindowWidth")],
});

/** Frames are told apart by their stack and their place in it (PS3.3 section C.7.6.17). */
const dimensions = (key: string): Dataset => {
  const organization = phantomUid(`dimensions|${key}`);
  const frameContent = 0x00209111;
  const [stackId, inStackPositionNumber] = [0x00209056, 0x00209057];
  return {
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: organization }],
    DimensionIndexSequence: [stackId, inStackPositionNumber].map((pointer) => ({
      DimensionOrganizationUID: organization,
      DimensionIndexPointer: pointer,
      FunctionalGroupPointer: frameContent,
    })),
  };
};

const frameContent = (k: number): Dataset => ({
  StackID: "1",
  InStackPositionNumber: k + 1,
  DimensionIndexValues: [1, k + 1],
  FrameAcquisitionDateTime: "20240102102100",
  FrameReferenceDateTime: "20240102102100",
  FrameAcquisitionDuration: 500,
});

const stackedPixels = ({ volume: { grid, voxels }, encoding }: Phantom, order: readonly number[]) => {
  const size = grid.shape[1] * grid.shape[2];
  const pixels = encoding.isSigned
    ? new Int16Array(order.length * size)
    : new Uint16Array(order.length * size);
  for (const [n, k] of order.entries()) pixels.set(storedPixels(voxels, encoding, k, size), n * size);
  return pixels;
};

/** The phantom as one multi-frame object. */
export const writeMultiFrame = (
  phantom: Phantom,
  series: string,
  kind: MultiFrame,
): readonly SeriesFile[] => {
  const slices = kind.order.map((k) => ({ k, slice: sliceAttributes(phantom, k, { series }) }));
  const first = slices[0]?.slice ?? {};
  const key = `${phantom.facts.modelClass}${phantom.facts.seed}|${series}`;
  const dataset: Dataset = {
    ...picked(first, ...commonKeywords),
    SOPClassUID: kind.sopClassUid,
    SOPInstanceUID: phantomUid(`instance|${key}`),
    InstanceNumber: "1",
    NumberOfFrames: formatDs(slices.length),
    BurnedInAnnotation: "NO",
    LossyImageCompression: "00",
    PresentationLUTShape: "IDENTITY",
    AcquisitionContextSequence: [],
    ...kind.attributes,
    ...dimensions(key),
    SharedFunctionalGroupsSequence: [kind.shared(first)],
    PerFrameFunctionalGroupsSequence: slices.map(({ k, slice }) => ({
      FrameContentSequence: [frameContent(k)],
      PlanePositionSequence: [picked(slice, "ImagePositionPatient")],
      ...kind.perFrame(slice),
    })),
  };
  return [{ name: "MF00001.dcm", bytes: writeImage(dataset, stackedPixels(phantom, kind.order)) }];
};
