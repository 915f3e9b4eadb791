import type { Header } from "../../domain/series.ts";
import { number, text, texts } from "../file/header.ts";
import { type HounsfieldClaim, hounsfieldClaim } from "../pixels/hounsfield.ts";
import { readBodyPart } from "./bodyPart.ts";

/** What one header says that matters for the choice of a model. Null: it does not say. */
export type Facts = {
  readonly modality: string;
  /** ImageType in upper case, then FrameType, where Philips names the Dixon contrast. */
  readonly imageType: readonly string[];
  readonly scanningSequence: readonly string[];
  readonly sequenceVariant: readonly string[];
  /** PHASE, REAL and IMAGINARY images are none that the models know. */
  readonly complexComponent: string | null;
  readonly acquisitionContrast: string | null;
  readonly repetitionTimeMs: number | null;
  readonly echoTimeMs: number | null;
  readonly inversionTimeMs: number | null;
  readonly flipAngleDegrees: number | null;
  readonly echoTrainLength: number | null;
  readonly diffusionBValue: number | null;
  readonly sliceThicknessMm: number | null;
  /** BodyPartExamined, else what stands for it. */
  readonly bodyPart: string | null;
  readonly hasBurnedInText: boolean;
  /** Of CT. */
  readonly hounsfield: HounsfieldClaim;
  /** Protocol, description and sequence name in lower case. Read by patterns only, never repeated to anyone. */
  readonly words: string;
};

const upper = (values: readonly string[]): readonly string[] => values.map((value) => value.toUpperCase());

export const readFacts = (header: Header): Facts => ({
  modality: text(header, "Modality") ?? "",
  imageType: upper([...texts(header, "ImageType"), ...texts(header, "FrameType")]),
  scanningSequence: upper(texts(header, "ScanningSequence")),
  sequenceVariant: upper(texts(header, "SequenceVariant")),
  complexComponent: text(header, "ComplexImageComponent")?.toUpperCase() ?? null,
  acquisitionContrast: text(header, "AcquisitionContrast")?.toUpperCase() ?? null,
  repetitionTimeMs: number(header, "RepetitionTime"),
  echoTimeMs: number(header, "EchoTime"),
  inversionTimeMs: number(header, "InversionTime"),
  flipAngleDegrees: number(header, "FlipAngle"),
  echoTrainLength: number(header, "EchoTrainLength"),
  diffusionBValue: number(header, "DiffusionBValue"),
  sliceThicknessMm: number(header, "SliceThickness"),
  bodyPart: readBodyPart(header),
  hasBurnedInText: text(header, "BurnedInAnnotation") === "YES",
  hounsfield: hounsfieldClaim(header),
  words: ["ProtocolName", "SeriesDescription", "SequenceName"]
    .map((keyword) => text(header, keyword) ?? "")
    .join(" | ")
    .toLowerCase(),
});

/** Whether one of the words stands alone in the text, e.g. `adc` in "ADC_map" but not in "headcoil". */
export const hasWord = (words: string, alternatives: string): boolean =>
  new RegExp(`(?<![a-z0-9])(?:${alternatives})(?![a-z0-9])`).test(words);
