import type { Dataset } from "../dicom/write/dataset.ts";
import { formatDs } from "../dicom/write/formatDs.ts";
import { writeImage } from "../dicom/write/writeImage.ts";
import type { Lps } from "../domain/axes.ts";
import { voxelToLps } from "../geometry/vector.ts";
import type { Phantom } from "./makePhantom.ts";
import { protocolOf } from "./protocols.ts";
import type { Encoding } from "./scanner.ts";
import { phantomUid } from "./uids.ts";

export type SeriesFile = { readonly name: string; readonly bytes: Uint8Array };

export type SeriesOptions = {
  /** Tells several series of one seed apart; they share the study. */
  readonly series?: string;
  readonly seriesNumber?: number;
  /** Attributes that replace those of slice k. */
  readonly change?: (k: number) => Dataset;
};

const sopClasses = { CT: "1.2.840.10008.5.1.4.1.1.2", MR: "1.2.840.10008.5.1.4.1.1.4" } as const;

/** Texts of the values, as DICOM writes decimal strings. */
export const decimals = (values: readonly number[] | Lps): readonly string[] => values.map(formatDs);

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
  const tagged = facts.modelClass === "CT" ? {} : { SpacingBetweenSlices: formatDs(betweenSlices) };
  return {
    ...tagged,
    SliceThickness: formatDs(betweenSlices),
    ImagePositionPatient: decimals(position),
    ImageOrientationPatient: decimals([...grid.axes[2], ...grid.axes[1]]),
    SliceLocation: formatDs(position[2]),
    PixelSpacing: decimals([betweenRows, betweenColumns]),
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
    ...(options.change?.(k) ?? {}),
  };
};

/**
 * The phantom as a classic CT or MR series, one file per slice in the order of the grid's planes: attributes, number
 * formats and slice counting as the phantom's vendor writes them. Reading it gives back the phantom's very voxels.
 */
export const writeSeries = (phantom: Phantom, options: SeriesOptions = {}): readonly SeriesFile[] => {
  const [slices, rows, columns] = phantom.volume.grid.shape;
  return Array.from({ length: slices }, (_, k) => {
    const pixels = storedPixels(phantom.volume.voxels, phantom.encoding, k, rows * columns);
    const dataset = sliceAttributes(phantom, k, options);
    return { name: `IM${String(k + 1).padStart(5, "0")}.dcm`, bytes: writeImage(dataset, pixels) };
  });
};
