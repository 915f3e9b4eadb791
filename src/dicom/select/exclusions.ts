import type { FailureCode } from "../../domain/failure.ts";
import type { Facts } from "./facts.ts";

/** One reason not to segment a series. */
export type Exclusion = {
  readonly code: FailureCode;
  readonly sentence: string;
  /** What the reader can do about this cause. */
  readonly remedy: string;
  readonly applies: (facts: Facts) => boolean;
};

/** Vendors write T1 MAP, T1_MAP and T1MAP. */
const plain = (term: string): string => term.replace(/[\s_-]/g, "");

/** Whether one of the terms is among the values of ImageType, however it is spaced. */
const typeIs =
  (...terms: readonly string[]) =>
  ({ imageType }: Facts): boolean =>
    imageType.some((value) => terms.includes(plain(value)));

/** Where vendors put the complex component and the Dixon contrast of MR. */
const mrTypeIs =
  (...terms: readonly string[]) =>
  (facts: Facts): boolean =>
    facts.modality === "MR" && typeIs(...terms)(facts);

/** A reformat is a volume like any other unless it averages over a slab (X4). */
const thickSlabMm = 10;

const isThickReformat = ({ imageType, sliceThicknessMm }: Facts): boolean =>
  imageType[0] === "DERIVED" && imageType.includes("MPR") && (sliceThicknessMm ?? 0) >= thickSlabMm;

/** Of AcquisitionContrast (PS3.3 section C.8.13.3.1.2), those that show something else than tissue at rest. */
const otherContrasts = new Set(["DIFFUSION", "PERFUSION", "FLOWENCODED", "TAGGING", "TOF"]);

const isMap = (term: string): boolean =>
  /(?:.MAP|^MAP|^FATFRACTION|^PDFF|^FF|^R1|^R2|^R2STAR|^R2\*)$/.test(plain(term));

const sendAnatomy = (what: string): string =>
  `${what} show no anatomy that the models know; send a T1 or T2 series.`;
const sendOriginal = "It was computed from another series; send the original one.";

/** What the header's defined terms and numbers exclude. Order is precedence. */
export const physicalExclusions: readonly Exclusion[] = [
  {
    code: "MOSAIC",
    sentence: "ImageType says MOSAIC",
    remedy: "A mosaic holds many slices in one image, of diffusion or function; send a T1 or T2 series.",
    applies: typeIs("MOSAIC"),
  },
  {
    code: "DERIVED_NOT_VOLUME",
    sentence: "ImageType names a projection, subtraction, report or screen save",
    remedy: "Projections, subtractions, reports and screen saves are no volumes; send the original series.",
    applies: typeIs(
      ..."MIP|MINIP|MAXIP|PROJECTIONIMAGE|SUB|SUBTRACT|SUBTRACTION|CURVED".split("|"),
      ..."SCREENSAVE|DOSEINFO|CSAREPORT".split("|"),
    ),
  },
  {
    code: "DERIVED_NOT_VOLUME",
    sentence: "ImageType says DERIVED\\SECONDARY",
    remedy: sendOriginal,
    applies: ({ imageType }) => imageType[0] === "DERIVED" && imageType[1] === "SECONDARY",
  },
  {
    code: "DERIVED_NOT_VOLUME",
    sentence: `ImageType says DERIVED and MPR, and the slab is ${thickSlabMm} mm or thicker`,
    remedy: "Thick slabs blur the organ; send the original series or thinner reformats.",
    applies: isThickReformat,
  },
  {
    code: "DERIVED_NOT_VOLUME",
    sentence: "BurnedInAnnotation says YES",
    remedy:
      "Text is burnt into the pixels; send the series without it, or correct BurnedInAnnotation where it is wrong.",
    applies: ({ hasBurnedInText }) => hasBurnedInText,
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "ScanningSequence says echo planar",
    remedy: sendAnatomy("Echo-planar images"),
    applies: ({ modality, scanningSequence }) => modality === "MR" && scanningSequence.includes("EP"),
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "DiffusionBValue is above 0",
    remedy: sendAnatomy("Diffusion images"),
    applies: ({ diffusionBValue }) => (diffusionBValue ?? 0) > 0,
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "ImageType names diffusion or perfusion",
    remedy: sendAnatomy("Diffusion and perfusion images"),
    applies: mrTypeIs(..."DIFFUSION|DWI|ADC|EADC|EXPADC|TRACE|TRACEW|PERFUSION".split("|")),
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "AcquisitionContrast says diffusion, perfusion, flow, tagging or time of flight",
    remedy: sendAnatomy("Images of diffusion, perfusion or flow"),
    applies: ({ modality, acquisitionContrast }) =>
      modality === "MR" && otherContrasts.has(plain(acquisitionContrast ?? "")),
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "ImageType names a phase, real or imaginary image",
    remedy: "Phase, real and imaginary images show no anatomy; send the magnitude images.",
    applies: mrTypeIs(..."P|PHASE|R|REAL|I|IMAGINARY".split("|")),
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "ComplexImageComponent says phase, real or imaginary",
    remedy: "Phase, real and imaginary images show no anatomy; send the magnitude images.",
    applies: ({ modality, complexComponent }) =>
      modality === "MR" && ["PHASE", "REAL", "IMAGINARY"].includes(complexComponent ?? ""),
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "ImageType names a quantitative map",
    remedy: "A map shows computed values, no signal; send the images that it was computed from.",
    applies: (facts) => facts.modality === "MR" && facts.imageType.some(isMap),
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "ImageType names a fat image",
    remedy: "Only fat is bright on it; send the water or the in-phase images of the same acquisition.",
    applies: mrTypeIs("FAT", "F"),
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "ImageType names an opposed-phase image, in which fat blackens the borders of organs",
    remedy: "Send the water or the in-phase images of the same acquisition.",
    applies: mrTypeIs(..."OPPPHASE|OPPOSEDPHASE|OUTPHASE|OUTOFPHASE|OPP|OP|OOP".split("|")),
  },
];
