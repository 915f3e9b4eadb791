import type { VolumeOutcome } from "../../src/convert/volumeOutcome.ts";
import { type Comparison, isRectangular } from "./compareVolumes.ts";
import type { Dcm2niixAnswer } from "./runDcm2niix.ts";
import type { SeriesFacts } from "./seriesFacts.ts";

type Refused = Extract<VolumeOutcome, { readonly outcome: "refused" }>;
type Converted = Extract<VolumeOutcome, { readonly outcome: "converted" }>;

type Scene = {
  readonly facts: SeriesFacts;
  readonly answer: Dcm2niixAnswer;
  /** All that became of the series here. */
  readonly volumes: readonly VolumeOutcome[];
};

/** A way in which the two programs answer differently for one series. */
export type Difference = Scene &
  (
    | { readonly kind: "refused here"; readonly refusal: Refused }
    | { readonly kind: "nothing there"; readonly volume: Converted }
    | { readonly kind: "elsewhere there"; readonly volume: Converted }
    | { readonly kind: "shifted"; readonly volume: Converted; readonly comparison: Comparison }
    | { readonly kind: "other values"; readonly volume: Converted; readonly comparison: Comparison }
    | { readonly kind: "more there"; readonly count: number }
  );

/** A known difference: believed only where the evidence is there. */
type Reason = {
  readonly id: string;
  readonly because: string;
  readonly holds: (difference: Difference) => boolean;
};

const refuses = (
  code: Refused["code"],
  because: string,
  evidence: (scene: Scene, refusal: Refused) => boolean,
): Reason => ({
  id: code,
  because,
  holds: (difference) =>
    difference.kind === "refused here" &&
    difference.refusal.code === code &&
    evidence(difference, difference.refusal),
});

const warns = ({ warnings }: Converted, code: string): boolean =>
  warnings.some((warning) => warning.code === code);

const says =
  (pattern: RegExp) =>
  ({ answer }: Scene): boolean =>
    pattern.test(answer.log) || answer.volumes.some(({ name }) => pattern.test(name));

const least = 3;

type Volumes = { readonly volumes: readonly VolumeOutcome[] };

/** Whether the series is several volumes here, none of which is refused. */
const isSplit = ({ volumes }: Volumes): boolean =>
  volumes.length > 1 && volumes.every(({ outcome }) => outcome === "converted");

const refusals: readonly Reason[] = [
  refuses(
    "GANTRY_TILT",
    "dcm2niix writes the sheared stack as it lies and a resampled one (_Tilt)",
    says(/gantry tilt/i),
  ),
  refuses(
    "MISSING_SLICES",
    "dcm2niix closes the gap and writes an interpolated stack (_Eq)",
    says(/distance varies|missing images|_Eq/i),
  ),
  refuses(
    "NON_UNIFORM_SPACING",
    "dcm2niix takes one distance for all and writes an interpolated stack (_Eq)",
    says(/distance varies|missing images|_Eq/i),
  ),
  refuses("TOO_FEW_SLICES", "dcm2niix writes stacks of any height", ({ answer }) =>
    answer.volumes.some(({ shape }) => (shape[2] ?? 0) < least),
  ),
  refuses(
    "INCOMPLETE_RETRIEVAL",
    "dcm2niix does not count what the scanner announces (S4)",
    ({ facts }, { details }) => facts.announced > 0 && details["announced"] === facts.announced,
  ),
  refuses("MOSAIC", "dcm2niix takes mosaics apart (X6)", ({ facts }) =>
    facts.imageTypes.some((value) => value.toUpperCase() === "MOSAIC"),
  ),
  refuses("COLOUR_IMAGE", "dcm2niix writes colours", ({ answer }) =>
    answer.volumes.every(({ isColour }) => isColour),
  ),
  refuses("MODALITY", "dcm2niix converts every modality", ({ facts }) =>
    facts.modalities.every((modality) => modality !== "CT" && modality !== "MR"),
  ),
  refuses("LOCALIZER", "dcm2niix converts localizers", ({ facts, answer }) =>
    facts.imageTypes.includes("LOCALIZER")
      ? true
      : answer.volumes.every(({ shape }) => (shape[2] ?? 0) <= least),
  ),
  refuses("DERIVED_NOT_VOLUME", "dcm2niix converts secondary captures", ({ facts }) =>
    facts.sopClasses.some((uid) => uid.startsWith("1.2.840.10008.5.1.4.1.1.7")),
  ),
  refuses(
    "AMBIGUOUS_POSITIONS",
    "dcm2niix drops or stacks images that share a position",
    ({ answer }) => answer.volumes.length > 1 || /duplicates removed|single slice|1 slice/i.test(answer.log),
  ),
  refuses("ONE_POSITION", "dcm2niix lays images of one position out in time (V6)", says(/single slice/i)),
  refuses("NO_GEOMETRY", "dcm2niix makes geometry up where there is none", ({ facts }) => !facts.hasGeometry),
  refuses("MODALITY_LUT", "dcm2niix ignores look-up tables", ({ facts }) => facts.hasModalityLut),
  refuses(
    "CT_NO_RESCALE",
    "dcm2niix takes stored values for Hounsfield units",
    ({ facts }) => !facts.hasRescale,
  ),
  refuses("PIXEL_DATA_TRUNCATED", "dcm2niix writes files that are cut short", says(/not large enough/i)),
  refuses("UNSUPPORTED_PIXEL_FORMAT", "dcm2niix reads more than 8 and 16 bit integers", ({ facts }) =>
    facts.bitsAllocated.some((bits) => bits !== 8 && bits !== 16),
  ),
  refuses("UNSUPPORTED_TRANSFER_SYNTAX", "dcm2niix has the codec of this syntax", ({ facts }) =>
    facts.transferSyntaxes.some((uid) => unread.has(uid)),
  ),
];

/** JPEG Extended, Spectral Selection, Full Progression (P2). */
const unread = new Set(["51", "53", "55"].map((process) => `1.2.840.10008.1.2.4.${process}`));

/** Values that both padding rules and lossy codecs explain are told apart by what exactly differs. */
const isPadding = ({ volume, comparison }: Extract<Difference, { kind: "other values" }>): boolean => {
  const outside = volume.modality === "CT" ? -1024 : 0;
  return comparison.ours.size === 1 && comparison.ours.has(outside) && comparison.theirs.size === 1;
};

const differences: readonly Reason[] = [
  {
    id: "no codec there",
    because: "Debian's dcm2niix lacks the codec of this transfer syntax",
    holds: (difference) =>
      difference.kind === "nothing there" &&
      says(/unsupported transfer syntax|unable to decode/i)(difference),
  },
  {
    id: "crash",
    because: "Debian's dcm2niix dies of multi-frame objects in JPEG 2000",
    holds: ({ kind, facts, answer }) =>
      kind === "nothing there" &&
      answer.signal === "SIGSEGV" &&
      facts.isMultiFrame &&
      facts.transferSyntaxes.some((uid) => /\.4\.9[01]$/.test(uid)),
  },
  {
    id: "fragments",
    because: "dcm2niix refuses frames in several fragments (P4)",
    holds: (difference) => difference.kind === "nothing there" && says(/fragment/i)(difference),
  },
  {
    id: "jitter",
    because: "dcm2niix takes the first gap for all; ours is the mean of the stack (S2)",
    holds: (difference) => difference.kind === "shifted" && warns(difference.volume, "SPACING_JITTER"),
  },
  {
    id: "padding",
    because: "padding becomes -1024 HU on CT and 0 on MR (P14)",
    holds: (difference) => difference.kind === "other values" && isPadding(difference),
  },
  {
    id: "sign",
    because: "header and codestream disagree about the sign (P7, P8)",
    holds: (difference) => difference.kind === "other values" && warns(difference.volume, "SIGN_MISMATCH"),
  },
  {
    id: "high bits",
    because: "dcm2niix takes the sign from the highest bit, which is not always a stored one (P9)",
    holds: (difference) =>
      difference.kind === "other values" &&
      difference.facts.signedBits.some((bits) => difference.comparison.largestSteps === 2 ** bits),
  },
  {
    id: "lossy",
    because: "two decoders round a lossy codestream differently (P3)",
    holds: (difference) =>
      difference.kind === "other values" &&
      warns(difference.volume, "LOSSY_SOURCE") &&
      difference.comparison.largestSteps <= 2.01,
  },
  {
    id: "8-bit JPEG",
    because: "dcm2niix decodes JPEG with NanoJPEG, which strays by up to a dozen grey levels",
    holds: (difference) =>
      difference.kind === "other values" &&
      difference.facts.transferSyntaxes.includes("1.2.840.10008.1.2.4.50") &&
      difference.comparison.largestSteps <= 16,
  },
  {
    id: "sheared affine",
    because: "dcm2niix gives a lone oblique slice axes that stand at no right angle",
    holds: (difference) =>
      difference.kind === "elsewhere there" &&
      difference.answer.volumes.some((volume) => !isRectangular(volume)),
  },
  {
    id: "slice direction",
    because:
      "dcm2niix numbers the images of several volumes on, and takes two at one position for neighbours",
    holds: (difference) =>
      difference.kind === "elsewhere there" &&
      difference.volumes.length > 1 &&
      says(/unable to determine slice direction/i)(difference),
  },
  {
    id: "moments in one stack",
    because: "dcm2niix takes time points that lie between each other for one stack, and gives it up (V2, V5)",
    holds: (difference) =>
      difference.kind === "nothing there" &&
      isSplit(difference) &&
      says(/volume index ranges|slice order not consistently ascending/i)(difference),
  },
  {
    id: "acquisitions in one stack",
    because: "dcm2niix lays acquisitions that overlap into one stack of uneven distances (V4)",
    holds: (difference) =>
      difference.kind === "elsewhere there" && isSplit(difference) && says(/distance varies/i)(difference),
  },
  {
    id: "no slice",
    because: "dcm2niix stacks what is no slice, such as a localizer, with the slices (X2)",
    holds: (difference) =>
      (difference.kind === "elsewhere there" || difference.kind === "more there") &&
      difference.volumes.some(
        (volume) => volume.outcome === "converted" && warns(volume, "NON_IMAGE_DROPPED"),
      ) &&
      says(/distance varies|missing images/i)(difference),
  },
  {
    id: "wrong 4-D",
    because: "dcm2niix lays several stacks of one multi-frame object out as one 4-D volume (M3)",
    holds: (difference) =>
      difference.facts.isMultiFrame &&
      difference.volumes.length > 1 &&
      (difference.kind === "elsewhere there" || difference.kind === "more there"),
  },
];

export const knownReasons: readonly Reason[] = [...refusals, ...differences];

/** The known reason of a difference, or null. */
export const explain = (difference: Difference): Reason | null =>
  knownReasons.find(({ holds }) => holds(difference)) ?? null;
