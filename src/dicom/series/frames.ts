import { failed } from "../../domain/failure.ts";
import type { Header } from "../../domain/series.ts";
import { number, numbers, text, texts } from "../file/header.ts";
import { isEnhanced } from "./objectKind.ts";

/** One image plane of an object, with a header as a classic image of that plane would have it. */
export type Frame = {
  /** 1-based within a multi-frame object, null for a classic one. */
  readonly frameNumber: number | null;
  readonly header: Header;
};

/** Functional groups whose attributes say where a frame lies, what its values mean or how it was made. */
const macros = [
  "UnassignedSharedConvertedAttributesSequence",
  "UnassignedPerFrameConvertedAttributesSequence",
  "PixelMeasuresSequence",
  "PlanePositionSequence",
  "PlaneOrientationSequence",
  "PixelValueTransformationSequence",
  "FrameContentSequence",
  "CTImageFrameTypeSequence",
  "CTReconstructionSequence",
  "CTExposureSequence",
  "CTXRayDetailsSequence",
  "MRImageFrameTypeSequence",
  "MREchoSequence",
  "MRTimingAndRelatedParametersSequence",
  "MRModifierSequence",
  "MRDiffusionSequence",
  "FrameAnatomySequence",
  "CardiacSynchronizationSequence",
  "ContrastBolusUsageSequence",
] as const;

const itemsOf = (header: Header | undefined, keyword: string): readonly Header[] => {
  const value = header?.[keyword];
  return Array.isArray(value) ? (value as readonly Header[]) : [];
};

/** Deeper than its macro, and an attribute of the image itself in classic objects. */
const gradientOf = (header: Header): readonly number[] | undefined => {
  const [direction] = itemsOf(header, "DiffusionGradientDirectionSequence");
  const cosines = numbers(direction ?? {}, "DiffusionGradientOrientation");
  return cosines.length === 3 ? cosines : undefined;
};

const flatten = (groups: Header | undefined): Header =>
  Object.assign({}, ...macros.map((keyword) => itemsOf(groups, keyword)[0] ?? {})) as Header;

const withoutAbsent = (header: Header): Header =>
  Object.fromEntries(Object.entries(header).filter(([, value]) => value !== undefined && value !== null));

const isYes = (header: Header, keyword: string): boolean => text(header, keyword) === "YES";

const isSome = (header: Header, keyword: string): boolean => !["NONE", null].includes(text(header, keyword));

/** Classic ScanningSequence, SequenceVariant and ScanOptions (PS3.3 section C.8.3.1) from their enhanced successors (C.8.13). */
const classicSequence = (header: Header): Header => {
  const echo = text(header, "EchoPulseSequence");
  const scanning = [
    ...(echo === "SPIN" || echo === "BOTH" ? ["SE"] : []),
    ...(echo === "GRADIENT" || echo === "BOTH" ? ["GR"] : []),
    ...(isYes(header, "EchoPlanarPulseSequence") ? ["EP"] : []),
    ...(isYes(header, "InversionRecovery") ? ["IR"] : []),
  ];
  const variant = [
    ...(isSome(header, "SteadyStatePulseSequence") ? ["SS"] : []),
    ...(isSome(header, "Spoiling") ? ["SP"] : []),
  ];
  const suppressed = text(header, "SpectrallySelectedSuppression") === "FAT";
  return {
    ...(scanning.length > 0 && { ScanningSequence: scanning }),
    ...(variant.length > 0 && { SequenceVariant: variant }),
    ...(suppressed && { ScanOptions: "FS" }),
  };
};

const timeOf = (dateTime: string | null): string | undefined =>
  dateTime === null ? undefined : /^\d{8}(\d{2,6}(\.\d+)?)/.exec(dateTime)?.[1];

/** The enhanced attributes under the keywords of their classic predecessors. */
const classicNames = (header: Header): Header =>
  withoutAbsent({
    ImageType: texts(header, "FrameType").length > 0 ? texts(header, "FrameType") : undefined,
    EchoTime: number(header, "EffectiveEchoTime"),
    EchoTrainLength: number(header, "RFEchoTrainLength"),
    InversionTime: number(header, "InversionTimes"),
    SequenceName: text(header, "PulseSequenceName"),
    TemporalPositionIdentifier: number(header, "TemporalPositionIndex"),
    TriggerTime: number(header, "NominalCardiacTriggerDelayTime"),
    AcquisitionTime: timeOf(text(header, "FrameAcquisitionDateTime")),
    AcquisitionNumber: number(header, "FrameAcquisitionNumber"),
    DiffusionGradientOrientation: gradientOf(header),
    ...classicSequence(header),
  });

const sharedKeyword = "SharedFunctionalGroupsSequence";
const perFrameKeyword = "PerFrameFunctionalGroupsSequence";

/** Perfusion and cardiac objects have some thousand frames. */
const mostFrames = 20_000;

const frameCount = (header: Header, perFrame: readonly Header[]): number => {
  const stated = number(header, "NumberOfFrames");
  const count = stated ?? Math.max(1, perFrame.length);
  if (count > mostFrames)
    throw failed("TOO_LARGE", `The object has ${count} frames; the limit is ${mostFrames}.`, {
      sopInstanceUids: [text(header, "SOPInstanceUID") ?? ""],
      frames: count,
      mostFrames,
    });
  if (Number.isInteger(count) && count >= 1 && (perFrame.length === 0 || perFrame.length === count))
    return count;
  throw failed(
    "NO_GEOMETRY",
    `The object says ${text(header, "NumberOfFrames")} frames and describes ${perFrame.length}.`,
    { sopInstanceUids: [text(header, "SOPInstanceUID") ?? ""], described: perFrame.length },
  );
};

/**
 * The planes of one object, each with the header of a classic image: functional groups of the frame over shared ones
 * over the object's own attributes (M1, PS3.3 section C.7.6.16). A classic object is its own only frame. Throws
 * NO_GEOMETRY when an object describes another number of frames than it has, TOO_LARGE when it has too many.
 */
export const framesOf = (header: Header): readonly Frame[] => {
  if (!isEnhanced(header)) return [{ frameNumber: null, header }];
  const perFrame = itemsOf(header, perFrameKeyword);
  // No image, and for those to say who judge what objects are.
  if (number(header, "NumberOfFrames") === 0 && perFrame.length === 0) return [{ frameNumber: null, header }];
  const { [sharedKeyword]: _shared, [perFrameKeyword]: _perFrame, ...own } = header;
  const shared = flatten(itemsOf(header, sharedKeyword)[0]);
  return Array.from({ length: frameCount(header, perFrame) }, (_, index) => {
    const merged = { ...own, ...withoutAbsent(shared), ...withoutAbsent(flatten(perFrame[index])) };
    return { frameNumber: index + 1, header: { ...merged, ...classicNames(merged) } };
  });
};
