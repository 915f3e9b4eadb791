import type { Header } from "../../domain/series.ts";

/**
 * What differs between the images of one acquisition: names and counts, the time at which an image was made, its place,
 * how it is shown and stored, and what the scanner sets for each slice (dose modulation, triggering). RepetitionTime
 * follows the breath or the heart in triggered sequences.
 */
const ofEachImage = new RegExp(
  `^(?:${[
    "(?!IrradiationEvent).*UID",
    "InstanceNumber|InstanceCreation.*|Content(?:Date|Time)|FrameReference(?:Date)?Time|FrameAcquisitionDuration",
    "InStackPositionNumber|DimensionIndexValues|ImageComments|HasPixels|LossyImageCompression.*",
    "SliceLocation|Image(?:Position|Orientation)Patient|PixelSpacing|TablePosition|.*CenterPatient",
    "Window.*|VOILUTFunction|(?:Smallest|Largest).*Value|Rescale.*",
    "XRayTubeCurrent.*|Exposure.*|CTDIvol|GeneratorPower|EstimatedDoseSaving|WaterEquivalentDiameter|RotationDirection",
    "RepetitionTime|SAR|ImagingFrequency|HeartRate|(?:Low|High)RRValue|Intervals.*|NominalInterval",
  ].join("|")})$`,
);

/** Of each keyword once: objects of thousands of frames repeat the same ones. */
const known = new Map<string, boolean>();
const isOfEachImage = (keyword: string): boolean => {
  const answer = known.get(keyword) ?? ofEachImage.test(keyword);
  known.set(keyword, answer);
  return answer;
};

const isPlain = (value: unknown): boolean =>
  Array.isArray(value) ? value.every(isPlain) : value !== null && typeof value !== "object";

/**
 * The plain values of a header, but for those that differ between the images of one acquisition: where any of these
 * alternates along a stack, the stack is not of one kind.
 */
export const keptOf = (header: Header): Header =>
  Object.fromEntries(
    Object.entries(header).filter(([keyword, value]) => isPlain(value) && !isOfEachImage(keyword)),
  );
