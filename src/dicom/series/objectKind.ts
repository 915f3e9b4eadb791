import type { Header } from "../../domain/series.ts";
import { hasPixels, number, text, texts } from "../file/header.ts";

/** Storage SOP classes with one plane per object (PS3.4 section B.5), by modality. */
const classicClasses: Readonly<Record<string, string>> = {
  CT: "1.2.840.10008.5.1.4.1.1.2",
  MR: "1.2.840.10008.5.1.4.1.1.4",
};

/** With functional groups that describe each of their frames. */
const enhancedClasses = new Set([
  "1.2.840.10008.5.1.4.1.1.2.1", // Enhanced CT
  "1.2.840.10008.5.1.4.1.1.2.2", // Legacy Converted Enhanced CT
  "1.2.840.10008.5.1.4.1.1.4.1", // Enhanced MR
  "1.2.840.10008.5.1.4.1.1.4.4", // Legacy Converted Enhanced MR
]);

const enhancedMrColor = "1.2.840.10008.5.1.4.1.1.4.3";

/** Whether functional groups describe the frames of this object. */
export const isEnhanced = (header: Header): boolean => enhancedClasses.has(text(header, "SOPClassUID") ?? "");

/** Secondary Capture and its four multi-frame forms. */
const isSecondaryCaptureClass = (uid: string): boolean =>
  /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.\d)?$/.test(uid);

/** What one object of a series is to us. Only `slice` can become part of a volume. */
export type ObjectKind =
  | "slice"
  | "colour"
  | "multi-frame"
  | "localizer"
  | "mosaic"
  | "secondary-capture"
  | "other-modality"
  | "no-image";

const isColour = (header: Header): boolean =>
  (number(header, "SamplesPerPixel") ?? 1) > 1 ||
  /^(RGB|PALETTE|YBR)/.test(text(header, "PhotometricInterpretation") ?? "");

/** NumberOfFrames that is no number at all (M7) leaves it open how the pixels are laid out. */
const mayHoldSeveralFrames = (header: Header): boolean =>
  text(header, "NumberOfFrames") !== null && number(header, "NumberOfFrames") !== 1;

/** Siemens tiles the slices of a volume into one plane, whose position is not theirs (X6). */
const isMosaic = (header: Header): boolean =>
  texts(header, "ImageType").some((value) => value.toUpperCase() === "MOSAIC");

const isLocalizer = (header: Header): boolean => texts(header, "ImageType").includes("LOCALIZER");

/** Of an object, or of one frame of an enhanced one. */
export const objectKind = (header: Header): ObjectKind => {
  const sopClass = text(header, "SOPClassUID") ?? "";
  const modality = text(header, "Modality") ?? "";
  if (classicClasses[modality] === undefined) return "other-modality";
  if (number(header, "Rows") === null || number(header, "Columns") === null) return "no-image";
  if (number(header, "NumberOfFrames") === 0 && hasPixels(header) !== true) return "no-image";
  if (isColour(header)) return "colour";
  if (sopClass === enhancedMrColor) return "colour";
  if (isMosaic(header)) return "mosaic";
  if (isEnhanced(header)) return isLocalizer(header) ? "localizer" : "slice";
  if (isSecondaryCaptureClass(sopClass)) return "secondary-capture";
  if (sopClass !== "" && !Object.values(classicClasses).includes(sopClass)) return "no-image";
  if (mayHoldSeveralFrames(header)) return "multi-frame";
  return isLocalizer(header) ? "localizer" : "slice";
};

/** SOP class of a slice; de-identifiers sometimes empty it, and the modality leaves no choice. */
export const sliceSopClass = (header: Header): string =>
  text(header, "SOPClassUID") ?? classicClasses[text(header, "Modality") ?? ""] ?? "";
