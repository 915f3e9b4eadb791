import type { Header } from "../../domain/series.ts";
import { number, numbers, text, texts } from "../file/header.ts";

/** By what images of one series can differ without lying elsewhere; null where a header does not say. */
export type Traits = {
  /** MR: ImageType from its third value on and the complex component, which never mix in one volume. Else empty. */
  readonly imageType: readonly string[];
  readonly values: Readonly<Record<TraitName, string | number | null>>;
  /** Of a frame: its place in each dimension of its object; empty where there are none. */
  readonly dimensionIndices: readonly number[];
  /** Seconds since midnight. */
  readonly acquisitionSeconds: number | null;
  readonly contentSeconds: number | null;
  /** Of the object; frames of one object follow each other. */
  readonly instanceNumber: number | null;
  /** What the acquisition should consist of, where the scanner says it. */
  readonly imagesInAcquisition: number | null;
};

/**
 * Attributes that may tell the volumes of a series apart by their equal values, in the order in which they are tried.
 */
export const traitNames = [
  "AcquisitionContrast",
  "StackID",
  "EchoTime",
  "EchoNumbers",
  "TemporalPositionIdentifier",
  "TriggerTime",
  "ConvolutionKernel",
  "KVP",
  "AcquisitionNumber",
  "DiffusionBValue",
  "DiffusionGradient",
  "ContrastBolusAgentPhase",
  "ContrastBolusAgent",
  "InversionTime",
  "FlipAngle",
  "RepetitionTime",
  "SliceThickness",
  "ReconstructedKind",
] as const;

export type TraitName = (typeof traitNames)[number];

/** Of a DICOM time HHMMSS.FFFFFF, perhaps cut short. */
const secondsOf = (time: string | null): number | null => {
  const found = /^(\d{2})(\d{2})?(\d{2}(?:\.\d+)?)?/.exec(time ?? "");
  if (found === null) return null;
  const [, hours, minutes, seconds] = found;
  return 3600 * Number(hours) + 60 * Number(minutes ?? 0) + Number(seconds ?? 0);
};

const SECONDS_A_DAY = 86_400;

/** Of a DICOM date YYYYMMDD, counted from 1970; 0 where there is none, so that times of one day still compare. */
const secondsToDay = (date: string | null): number => {
  const found = /^(\d{4})(\d{2})(\d{2})/.exec(date ?? "");
  if (found === null) return 0;
  const [, year, month, day] = found.map(Number) as [number, number, number, number];
  return Math.floor(Date.UTC(year, month - 1, day) / 1000 / SECONDS_A_DAY) * SECONDS_A_DAY;
};

/** The moment of the acquisition, with its day where the header has it: a time of day comes again tomorrow. */
const acquisitionSecondsOf = (header: Header): number | null => {
  const dateTime = text(header, "AcquisitionDateTime") ?? "";
  const time = secondsOf(text(header, "AcquisitionTime") ?? dateTime.slice(8));
  return time === null ? null : secondsToDay(text(header, "AcquisitionDate") ?? dateTime) + time;
};

/** b-value and direction together: images without weighting have no direction, and every b-value may have several. */
const diffusionGradient = (header: Header): string | null => {
  const bValue = number(header, "DiffusionBValue");
  if (bValue === null) return null;
  const direction = bValue > 0 ? numbers(header, "DiffusionGradientOrientation") : [];
  // Of -0 and 0 one text.
  return [bValue, ...direction.map((cosine) => Number(cosine.toFixed(3)) + 0)].join("_");
};

/** Some vendors name a kernel and its strength. */
const kernelOf = (header: Header): string | null => texts(header, "ConvolutionKernel").join("+") || null;

/** The agent is free text, and nobody's to repeat; whether there is one tells a native image from one with contrast. */
const contrastOf = (header: Header): string =>
  text(header, "ContrastBolusAgent") === null ? "none" : "given";

/** Of CT, where it names what was computed, such as an energy or a material; that of MR always parts volumes. */
const reconstructedKind = (header: Header): string | null => {
  const kinds = text(header, "Modality") === "CT" ? texts(header, "ImageType").slice(2) : [];
  return kinds.length === 0 ? null : kinds.toSorted().join("+").toUpperCase();
};

/** What is no single number or text of the header. */
const composed: Partial<Record<TraitName, (header: Header) => string | null>> = {
  DiffusionGradient: diffusionGradient,
  ConvolutionKernel: kernelOf,
  ContrastBolusAgent: contrastOf,
  ReconstructedKind: reconstructedKind,
};

export const readTraits = (header: Header): Traits => {
  const isMr = text(header, "Modality") === "MR";
  const component = text(header, "ComplexImageComponent");
  const kinds = [...texts(header, "ImageType").slice(2), ...(component === null ? [] : [component])];
  const readValue = (name: TraitName): string | number | null => {
    const compose = composed[name];
    return compose === undefined ? (number(header, name) ?? text(header, name)) : compose(header);
  };
  return {
    imageType: isMr ? [...new Set(kinds.map((kind) => kind.toUpperCase()))] : [],
    values: Object.fromEntries(traitNames.map((name) => [name, readValue(name)])) as Traits["values"],
    dimensionIndices: numbers(header, "DimensionIndexValues"),
    acquisitionSeconds: acquisitionSecondsOf(header),
    contentSeconds: secondsOf(text(header, "ContentTime")),
    instanceNumber: number(header, "InstanceNumber"),
    imagesInAcquisition: number(header, "ImagesInAcquisition"),
  };
};
