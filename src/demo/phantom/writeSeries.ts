import type { Dataset } from "../../dicom/write/dataset.ts";
import { formatDs, formatFixed } from "../../dicom/write/formatDs.ts";
import { writeImage } from "../../dicom/write/writeImage.ts";
import type { Lps } from "../../domain/axes.ts";
import { voxelToLps } from "../../geometry/vector.ts";
import { withElements } from "./elements.ts";
import type { Phantom } from "./makePhantom.ts";
import { rounded } from "./pose.ts";
import { privateElements } from "./privateBlock.ts";
import { protocolOf } from "./protocols.ts";
import type { Encoding, Vendor } from "./scanner.ts";
import { type Coding, inTransferSyntax } from "./transferSyntax.ts";
import { phantomUid } from "./uids.ts";

export type SeriesFile = { readonly name: string; readonly bytes: Uint8Array };

export type SeriesOptions = {
  /** Tells several series of one seed apart; they share the study. */
  readonly series?: string;
  readonly seriesNumber?: number;
  /** Attributes that replace those of slice k. */
  readonly change?: (k: number) => Dataset;
  /** Explicit VR Little Endian, uncompressed, unless given. */
  readonly coding?: Coding;
};

const sopClasses = { CT: "1.2.840.10008.5.1.4.1.1.2", MR: "1.2.840.10008.5.1.4.1.1.4" } as const;

/** Texts of the values, as DICOM writes decimal strings. */
export const decimals = (values: readonly number[] | Lps): readonly string[] => values.map(formatDs);

/** What sums of positions are off by. */
const rounding = 1e-9;

/** GE writes six decimals, wherever they are enough to read the same number back. */
const vendorDs = (value: number, vendor: Vendor): string => {
  const fixed = vendor === "GE" ? formatFixed(value, 6) : null;
  return fixed !== null && Math.abs(Number(fixed) - value) < rounding ? fixed : formatDs(value);
};

const patientAndStudy = ({ facts }: Phantom): Dataset => {
  const key = `${facts.modelClass}${facts.seed}`;
  return {
    SpecificCharacterSet: "ISO_IR 100",
    PatientName: `PHANTOM^${key}`,
    PatientID: `PHANTOM-${key}`,
    PatientBirthDate: null,
    PatientSex: "O",
    StudyInstanceUID: phantomUid(`study|${key}`),
    StudyID: String(Math.abs(facts.seed) % 100000),
    StudyDate: "20240102",
    StudyTime: "101500",
    StudyDescription: facts.modelClass === "CT" ? "CT Abdomen" : "MR Abdomen",
    AccessionNumber: null,
    ReferringPhysicianName: null,
  };
};

const seriesAttributes = (phantom: Phantom, key: string, seriesNumber: number): Dataset => {
  const { modelClass, vendor, phase } = phantom.facts;
  const modality = modelClass === "CT" ? "CT" : "MR";
  return {
    ...patientAndStudy(phantom),
    ...protocolOf(modelClass, vendor, phase),
    SOPClassUID: sopClasses[modality],
    Modality: modality,
    SeriesInstanceUID: phantomUid(`series|${key}`),
    SeriesNumber: String(seriesNumber),
    SeriesDate: "20240102",
    SeriesTime: "102000",
    FrameOfReferenceUID: phantomUid(`frame of reference|${modelClass}${phantom.facts.seed}`),
    PositionReferenceIndicator: null,
    PatientPosition: "HFS",
    QualityControlImage: "YES",
  };
};

const planeAttributes = ({ volume: { grid }, facts }: Phantom, k: number): Dataset => {
  const [betweenSlices, betweenRows, betweenColumns] = grid.spacingMm;
  const position = voxelToLps(grid, k, 0, 0);
  const ds = (value: number): string => vendorDs(value, facts.vendor);
  const tagged = facts.modelClass === "CT" ? {} : { SpacingBetweenSlices: ds(betweenSlices) };
  return {
    ...tagged,
    SliceThickness: ds(betweenSlices),
    ImagePositionPatient: position.map(ds),
    ImageOrientationPatient: [...grid.axes[2], ...grid.axes[1]].map(ds),
    SliceLocation: ds(position[2]),
    PixelSpacing: [betweenRows, betweenColumns].map(ds),
  };
};

const pixelAttributes = ({ volume: { grid }, encoding, facts }: Phantom, k: number): Dataset => {
  const slope = formatDs(encoding.slopes[k] ?? 1);
  const isCt = facts.modelClass === "CT";
  const rescale = { RescaleIntercept: formatDs(encoding.intercept), RescaleSlope: slope };
  const hasRescale = isCt || encoding.slopes.some((other) => other !== 1);
  return {
    SamplesPerPixel: 1,
    PhotometricInterpretation: "MONOCHROME2",
    Rows: grid.shape[1],
    Columns: grid.shape[2],
    BitsAllocated: 16,
    BitsStored: encoding.bitsStored,
    HighBit: encoding.bitsStored - 1,
    PixelRepresentation: encoding.isSigned ? 1 : 0,
    WindowCenter: isCt ? "40" : "500",
    WindowWidth: isCt ? "400" : "1000",
    ...(hasRescale ? rescale : {}),
    ...(isCt ? { RescaleType: "HU" } : hasRescale ? { RescaleType: "US" } : {}),
  };
};

/** Stored values of slice k. */
export const storedPixels = (
  voxels: Float32Array,
  { slopes, intercept, isSigned }: Encoding,
  k: number,
  size: number,
): Int16Array | Uint16Array => {
  const slice = voxels.subarray(k * size, (k + 1) * size);
  const slope = slopes[k] ?? 1;
  const stored = isSigned ? new Int16Array(size) : new Uint16Array(size);
  for (let at = 0; at < size; at++) stored[at] = Math.round(((slice[at] as number) - intercept) / slope);
  return stored;
};

/** Siemens CT and every GE count from the head, the others from the feet. */
const countsFromHead = ({ facts }: Phantom): boolean =>
  facts.vendor === "GE" || (facts.vendor === "Siemens" && facts.modelClass === "CT");

/** The circles within which a CT measures and shows, mm. */
const reconstruction = ({ volume: { grid }, facts: { modelClass, vendor } }: Phantom): Dataset =>
  modelClass === "CT"
    ? {
        DataCollectionDiameter: vendorDs(500, vendor),
        ReconstructionDiameter: vendorDs(rounded(grid.shape[2] * grid.spacingMm[2], 3), vendor),
      }
    : {};

/** Attributes of slice k, without pixels. */
export const sliceAttributes = (phantom: Phantom, k: number, options: SeriesOptions = {}): Dataset => {
  const slices = phantom.volume.grid.shape[0];
  const key = `${phantom.facts.modelClass}${phantom.facts.seed}|${options.series ?? ""}`;
  const number = countsFromHead(phantom) ? slices - k : k + 1;
  return {
    ...seriesAttributes(phantom, key, options.seriesNumber ?? 3),
    SOPInstanceUID: phantomUid(`instance|${key}|${k}`),
    AcquisitionNumber: "1",
    InstanceNumber: String(number),
    AcquisitionDate: "20240102",
    AcquisitionTime: "102100",
    ContentDate: "20240102",
    ContentTime: "102200",
    ...planeAttributes(phantom, k),
    ...pixelAttributes(phantom, k),
    ...reconstruction(phantom),
    ...(options.change?.(k) ?? {}),
  };
};

/**
 * The phantom as a classic CT or MR series, one file per slice in the order of the grid's planes: standard and private
 * attributes, decimals, pixel formats and slice counting as the phantom's vendor writes them. Reading it gives back the
 * phantom's very voxels, whatever the transfer syntax.
 */
export const writeSeries = (phantom: Phantom, options: SeriesOptions = {}): readonly SeriesFile[] => {
  const { modelClass, vendor } = phantom.facts;
  const [slices, rows, columns] = phantom.volume.grid.shape;
  return Array.from({ length: slices }, (_, k) => {
    const pixels = storedPixels(phantom.volume.voxels, phantom.encoding, k, rows * columns);
    const dataset = sliceAttributes(phantom, k, options);
    const plain = withElements(writeImage(dataset, pixels), privateElements(modelClass, vendor, dataset));
    const { coding } = options;
    const bytes = coding === undefined ? plain : inTransferSyntax(plain, coding, [rows, columns]);
    return { name: `IM${String(k + 1).padStart(5, "0")}.dcm`, bytes };
  });
};
