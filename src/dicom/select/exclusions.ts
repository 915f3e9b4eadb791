import type { FailureCode } from "../../domain/failure.ts";
import type { Facts } from "./facts.ts";

/** One reason not to segment a series. */
export type Exclusion = {
  readonly code: FailureCode;
  readonly sentence: string;
  readonly applies: (facts: Facts) => boolean;
};

const typeIs =
  (...values: readonly string[]) =>
  ({ imageType }: Facts): boolean =>
    values.some((value) => imageType.includes(value));

/** Where vendors put the complex component and the Dixon contrast of MR. */
const mrTypeIs =
  (...values: readonly string[]) =>
  (facts: Facts): boolean =>
    facts.modality === "MR" && typeIs(...values)(facts);

/** A reformat is a volume like any other unless it averages over a slab (X4). */
const thickSlabMm = 10;

const isThickReformat = ({ imageType, sliceThicknessMm }: Facts): boolean =>
  imageType[0] === "DERIVED" && imageType.includes("MPR") && (sliceThicknessMm ?? 0) >= thickSlabMm;

/** What the header's defined terms and numbers exclude. Order is precedence. */
export const physicalExclusions: readonly Exclusion[] = [
  { code: "MOSAIC", sentence: "ImageType says MOSAIC", applies: typeIs("MOSAIC") },
  {
    code: "DERIVED_NOT_VOLUME",
    sentence: "ImageType names a projection, subtraction, report or screen save",
    applies: typeIs(
      ..."MIP|MINIP|MIN IP|MAX IP|MAXIP|PROJECTION IMAGE|SUB|SUBTRACT|SUBTRACTION|CURVED".split("|"),
      ..."SCREEN SAVE|DOSE_INFO|CSA REPORT".split("|"),
    ),
  },
  {
    code: "DERIVED_NOT_VOLUME",
    sentence: "ImageType says DERIVED\\SECONDARY",
    applies: ({ imageType }) => imageType[0] === "DERIVED" && imageType[1] === "SECONDARY",
  },
  {
    code: "DERIVED_NOT_VOLUME",
    sentence: `ImageType says DERIVED and MPR, and the slab is ${thickSlabMm} mm or thicker`,
    applies: isThickReformat,
  },
  {
    code: "DERIVED_NOT_VOLUME",
    sentence: "BurnedInAnnotation says YES",
    applies: ({ hasBurnedInText }) => hasBurnedInText,
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "ScanningSequence says echo planar",
    applies: ({ modality, scanningSequence }) => modality === "MR" && scanningSequence.includes("EP"),
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "DiffusionBValue is above 0",
    applies: ({ diffusionBValue }) => (diffusionBValue ?? 0) > 0,
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "ImageType names diffusion or perfusion",
    applies: mrTypeIs(..."DIFFUSION|ADC|TRACE|TRACEW|PERFUSION".split("|")),
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "ImageType names a phase, real or imaginary image",
    applies: mrTypeIs(..."P|PHASE|PHASE MAP|R|REAL|I|IMAGINARY".split("|")),
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "ImageType names a fat image or a quantitative map",
    applies: mrTypeIs(
      ..."FAT|F|FAT_FRACTION|FF|T1 MAP|T2 MAP|T2_STAR MAP|T2STAR MAP|R2 MAP|R2_STAR MAP|R2STAR MAP".split(
        "|",
      ),
    ),
  },
  {
    code: "WRONG_CONTRAST",
    sentence: "ImageType names an opposed-phase image, in which fat blackens the borders of organs",
    applies: mrTypeIs(..."OPP_PHASE|OPPOSED_PHASE|OUT_PHASE|OUT_OF_PHASE|OUTPHASE|OPP|OP|OOP".split("|")),
  },
];
