import { type Failure, FailureError, failed, makeFailure } from "../../domain/failure.ts";
import type { ModelClass } from "../../domain/plan.ts";
import type { SeriesRule } from "../../domain/rules.ts";
import { type Header, noRepairs, type Repairs } from "../../domain/series.ts";
import type { Warning } from "../../domain/warning.ts";
import { cross } from "../../geometry/vector.ts";
import { type HeaderImage, imagesOf } from "../read/describe.ts";
import { keepSlices } from "../read/objectKind.ts";
import { requireGeometry, type Slice } from "../read/slice.ts";
import { type SeriesPart, splitSeries } from "../read/splitSeries.ts";
import { fieldOfViewMm, isElsewhere } from "./bodyPart.ts";
import { contrastInText, findContrast } from "./contrast.ts";
import { type Exclusion, physicalExclusions } from "./exclusions.ts";
import { type Facts, readFacts } from "./facts.ts";
import { refusedByRule, type SeriesSubject, scoreSeries } from "./rules.ts";

export type SelectOptions = {
  readonly minSlices: number;
  /** None unless given. */
  readonly repairs?: Repairs;
  readonly rules: readonly SeriesRule[];
  /** What to do with several volumes of one class in one series. */
  readonly choose: "best" | "all";
  /** A class named by the caller, who overrides text and the choice of contrast, nothing else. */
  readonly force?: ModelClass;
};

/** What a volume of a series is for us, with the score by which the best of several is chosen (0 when refused). */
export type VolumeChoice = {
  /** Its name within the series; "" where the series is one volume. */
  readonly part: string;
  readonly images: number;
  readonly score: number;
  /** What spoke for the class and moved the score, for the log and the API; no text of the header. */
  readonly reasons: readonly string[];
} & (
  | { readonly kind: "accepted"; readonly modelClass: ModelClass; readonly warnings: readonly Warning[] }
  | { readonly kind: "refused"; readonly failure: Failure }
);

type Choice = {
  readonly modelClass: ModelClass;
  readonly warnings: readonly Warning[];
  readonly reasons: readonly string[];
};

type Image = HeaderImage & { readonly slice: Slice; readonly facts: Facts };

/** Throws the code of the first exclusion that applies to any image. */
const requireNone = (
  images: readonly { readonly sopInstanceUid: string; readonly facts: Facts }[],
  exclusions: readonly Exclusion[],
): void => {
  for (const { code, sentence, applies } of exclusions) {
    const hit = images.filter(({ facts }) => applies(facts));
    if (hit.length === 0) continue;
    throw failed(code, `${sentence} (${hit.length} of ${images.length} images).`, {
      sopInstanceUids: [...new Set(hit.map(({ sopInstanceUid }) => sopInstanceUid))].sort(),
    });
  }
};

const degreesOffAxial = ({ alongRow, alongColumn }: Slice): number =>
  (Math.acos(Math.min(1, Math.abs(cross(alongRow, alongColumn)[2]))) * 180) / Math.PI;

/** Reconstructions in other planes are made from the axial ones; the axial ones are segmented. */
const axialToleranceDegrees = 20;

const chooseCt = (images: readonly Image[]): Choice => {
  const withoutRescale = images.filter(({ facts }) => !facts.hasRescale);
  if (withoutRescale.length > 0) {
    throw failed("CT_NO_RESCALE", `${withoutRescale.length} of ${images.length} images have no rescale.`, {
      sopInstanceUids: withoutRescale.map(({ sopInstanceUid }) => sopInstanceUid).sort(),
    });
  }
  const angle = Math.max(...images.map(({ slice }) => degreesOffAxial(slice)));
  const saysAxial = images.every(({ facts }) => facts.imageType.includes("AXIAL"));
  if (!saysAxial && angle > axialToleranceDegrees) {
    throw failed(
      "DERIVED_NOT_VOLUME",
      `The CT slices lie ${angle.toFixed(1)}° off axial and ImageType does not say AXIAL.`,
      { angleDegrees: angle },
    );
  }
  return {
    modelClass: "CT",
    warnings: [],
    reasons: [
      "Modality CT",
      "rescale present",
      saysAxial ? "ImageType AXIAL" : `${angle.toFixed(1)}° off axial`,
    ],
  };
};

const textConflict = (images: readonly Image[], physics: ModelClass): readonly Warning[] => {
  const named = new Set(images.map(({ facts }) => contrastInText(facts)));
  named.delete(null);
  if (named.size === 0 || named.has(physics)) return [];
  return [
    {
      code: "TEXT_CONFLICT",
      sentence: `The series text names ${[...named].join(", ")}, the sequence is ${physics}; the sequence counts.`,
    },
  ];
};

const chooseMr = (images: readonly Image[]): Choice => {
  const findings = images.map(({ facts }) => findContrast(facts));
  const [first] = findings;
  const modelClass = first?.modelClass ?? null;
  if (
    first === undefined ||
    modelClass === null ||
    findings.some((other) => other.modelClass !== modelClass)
  ) {
    const reasons = [...new Set(findings.flatMap((finding) => finding.reasons))].sort();
    throw failed("CONTRAST_UNKNOWN", `Neither T1 nor T2: ${reasons.join("; ")}.`, { reasons });
  }
  return { modelClass, warnings: textConflict(images, modelClass), reasons: first.reasons };
};

const chooseForced = (modelClass: ModelClass, modality: string): Choice => {
  if ((modelClass === "CT") !== (modality === "CT")) {
    throw failed("MODALITY", `The ${modelClass} model was asked for, the series is ${modality}.`, {
      modality,
    });
  }
  const warning: Warning = {
    code: "CONTRAST_FORCED",
    sentence: `The ${modelClass} model was named by the caller, whatever the header says.`,
  };
  return { modelClass, warnings: [warning], reasons: [`${modelClass} named by the caller`] };
};

const requireTrunk = (images: readonly Image[]): void => {
  const wrong = images.filter(({ facts, slice }) => isElsewhere(facts.bodyPart, slice));
  if (wrong.length === 0) return;
  throw failed(
    "BODY_PART",
    "BodyPartExamined and a field of view below 300 mm name a part without a pancreas.",
    {
      sopInstanceUids: wrong.map(({ sopInstanceUid }) => sopInstanceUid).sort(),
    },
  );
};

const subjectOf = ({ images, grid }: SeriesPart<Image>): SeriesSubject => {
  const [first] = images;
  const spacing = grid?.spacingMm[0] ?? null;
  return {
    header: first?.header ?? {},
    words: first?.facts.words ?? "",
    measured: {
      slices: images.length,
      sliceSpacingMm: spacing,
      coverageMm: spacing === null ? null : spacing * images.length,
      fieldOfViewMm: first === undefined ? null : fieldOfViewMm(first.slice),
      degreesOffAxial: first === undefined ? null : degreesOffAxial(first.slice),
    },
  };
};

const requireNoRule = (subject: SeriesSubject, rules: readonly SeriesRule[]): void => {
  const refusal = refusedByRule(rules, subject);
  if (refusal !== null)
    throw failed(refusal.code, `A rule excludes the series: ${refusal.because}.`, {
      because: refusal.because,
    });
};

const choosePart = (part: SeriesPart<Image>, subject: SeriesSubject, options: SelectOptions): Choice => {
  const { images } = part;
  const { force } = options;
  requireNone(images, physicalExclusions);
  if (force === undefined) requireNoRule(subject, options.rules);
  if (part.failure !== null) throw new FailureError(part.failure);
  const modality = images[0]?.modality ?? "";
  const chosen =
    force !== undefined
      ? chooseForced(force, modality)
      : modality === "CT"
        ? chooseCt(images)
        : chooseMr(images);
  requireTrunk(images);
  return chosen;
};

const judgePart = (part: SeriesPart<Image>, options: SelectOptions): VolumeChoice => {
  const about = { part: part.id, images: part.images.length };
  const subject = subjectOf(part);
  try {
    const { modelClass, reasons, warnings } = choosePart(part, subject, options);
    const { score, because } = scoreSeries(options.rules, modelClass, subject);
    return { ...about, kind: "accepted", modelClass, warnings, score, reasons: [...reasons, ...because] };
  } catch (error) {
    return { ...about, ...refusal(error) };
  }
};

const refusal = (error: unknown) => {
  if (!(error instanceof FailureError)) throw error;
  return { kind: "refused", failure: error.failure, score: 0, reasons: [] } as const;
};

const partsOf = (
  headers: readonly Header[],
  { minSlices, repairs = noRepairs }: SelectOptions,
): readonly SeriesPart<Image>[] => {
  const described = imagesOf(headers).map((image) => ({ ...image, facts: readFacts(image.header) }));
  const { slices } = keepSlices(described);
  // A mosaic or a screen save may have no geometry, and says better what it is.
  if (slices.every(({ slice }) => "missing" in slice)) requireNone(slices, physicalExclusions);
  return splitSeries(requireGeometry(slices), { minSlices, repairs, digestOf: null }).parts;
};

/** Of several volumes of one class the one with the highest score; equals are not chosen among. */
const keepBest = (choices: readonly VolumeChoice[]): readonly VolumeChoice[] =>
  choices.map((choice) => {
    if (choice.kind === "refused") return choice;
    const rivals = choices.filter(
      (other) => other !== choice && other.kind === "accepted" && other.modelClass === choice.modelClass,
    );
    const { part, images, reasons, score, modelClass } = choice;
    const refuse = (failure: Failure): VolumeChoice => ({
      part,
      images,
      reasons,
      score,
      kind: "refused",
      failure,
    });
    const better = rivals.find((other) => other.score > score);
    if (better !== undefined)
      return refuse(
        makeFailure(
          "NOT_BEST",
          `${better.part} serves ${modelClass} better (${better.score} points to ${score}).`,
          {
            best: better.part,
          },
        ),
      );
    const equals = rivals.filter((other) => other.score === score);
    if (equals.length === 0) return choice;
    return refuse(
      makeFailure(
        "AMBIGUOUS_SERIES",
        `${equals.length + 1} volumes of the series serve ${modelClass} equally well.`,
        { parts: [part, ...equals.map((other) => other.part)].sort() },
      ),
    );
  });

/**
 * What each volume of a series is for us, from headers alone (WADO-RS metadata or files); at least one entry. Numbers
 * and defined terms decide, rules on text exclude or weigh, and what cannot be told is refused, never guessed.
 */
export const selectVolumes = (
  headers: readonly Header[],
  options: SelectOptions,
): readonly VolumeChoice[] => {
  try {
    const choices = partsOf(headers, options).map((part) => judgePart(part, options));
    return options.choose === "best" ? keepBest(choices) : choices;
  } catch (error) {
    return [{ part: "", images: headers.length, ...refusal(error) }];
  }
};

/** Why none of the volumes is chosen: the only reason, or the first with all of them in its details. */
export const refusalOf = (choices: readonly VolumeChoice[]): Failure => {
  const refused = choices.flatMap((choice) => (choice.kind === "refused" ? [choice] : []));
  const [first] = refused;
  if (first === undefined) return makeFailure("NO_IMAGES", "The series holds no volume.");
  if (refused.length === 1) return first.failure;
  const problems = refused.map(({ part, failure }) => `${part}: ${failure.sentence} [${failure.code}]`);
  return { ...first.failure, details: { ...first.failure.details, problems } };
};
