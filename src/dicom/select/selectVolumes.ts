import { FailureError, failed, makeFailure } from "../../domain/failure.ts";
import type { ModelClass } from "../../domain/plan.ts";
import type { SeriesRule } from "../../domain/rules.ts";
import { type Header, noRepairs, type Repairs } from "../../domain/series.ts";
import { imagesOf } from "../series/describe.ts";
import { keepSlices } from "../series/keepSlices.ts";
import { requireGeometry } from "../series/slice.ts";
import { type SeriesPart, splitSeries } from "../series/splitSeries.ts";
import { fieldOfViewMm } from "./bodyPart.ts";
import { type ClassChoice, chooseClass, degreesOffAxial, type Image } from "./chooseClass.ts";
import { type Exclusion, physicalExclusions } from "./exclusions.ts";
import { type Facts, readFacts } from "./facts.ts";
import { refusedByRule, type SeriesSubject, scoreSeries } from "./rules.ts";
import { keepBest, type VolumeChoice } from "./volumeChoice.ts";

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

/** Throws the code of the first exclusion that applies to any image. */
const requireNone = (
  images: readonly { readonly sopInstanceUid: string; readonly facts: Facts }[],
  exclusions: readonly Exclusion[],
): void => {
  for (const { code, sentence, remedy, applies } of exclusions) {
    const hit = images.filter(({ facts }) => applies(facts));
    if (hit.length === 0) continue;
    const details = { sopInstanceUids: [...new Set(hit.map(({ sopInstanceUid }) => sopInstanceUid))].sort() };
    const words = `${sentence} (${hit.length} of ${images.length} images).`;
    throw new FailureError(makeFailure(code, words, details, remedy));
  }
};

const subjectOf = ({ images, grid }: SeriesPart<Image>): SeriesSubject => {
  const [first] = images;
  const spacing = grid?.spacingMm[0] ?? null;
  return {
    header: { ...first?.header, BodyPartExamined: first?.facts.bodyPart ?? null },
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

/** The images without weighting of a diffusion series are discarded with the others; some vendors state 0 on every image. */
const requireNoDiffusion = (images: readonly Image[], isDiffusionSeries: boolean): void => {
  const own = images.filter(({ facts }) => isDiffusionSeries && facts.diffusionBValue === 0);
  if (own.length === 0) return;
  throw failed(
    "WRONG_CONTRAST",
    `DiffusionBValue is 0 on ${own.length} of ${images.length} images, and above 0 on others of the series.`,
    { sopInstanceUids: [...new Set(own.map(({ sopInstanceUid }) => sopInstanceUid))].sort() },
  );
};

const choosePart = (
  part: SeriesPart<Image>,
  subject: SeriesSubject,
  isDiffusionSeries: boolean,
  options: SelectOptions,
): ClassChoice => {
  const { images } = part;
  const { force } = options;
  requireNone(images, physicalExclusions);
  requireNoDiffusion(images, isDiffusionSeries);
  if (force === undefined) requireNoRule(subject, options.rules);
  if (part.failure !== null) throw new FailureError(part.failure);
  return chooseClass(images, force);
};

const judgePart = (
  part: SeriesPart<Image>,
  isDiffusionSeries: boolean,
  options: SelectOptions,
): VolumeChoice => {
  const about = { part: part.id, images: part.images.length };
  const subject = subjectOf(part);
  try {
    const { modelClass, reasons, warnings } = choosePart(part, subject, isDiffusionSeries, options);
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
  const others = described.length - slices.length;
  return splitSeries(requireGeometry(slices), { minSlices, repairs, digestOf: null, others }).parts;
};

/**
 * What each volume of a series is for us, from headers alone (WADO-RS metadata or files); at least one entry. Numbers
 * and defined terms decide, rules on text exclude or weigh, and what cannot be told is refused, never guessed.
 */
export const selectVolumes = (
  headers: readonly Header[],
  options: SelectOptions,
): readonly VolumeChoice[] => {
  try {
    const parts = partsOf(headers, options);
    const isDiffusionSeries = parts.some(({ images }) =>
      images.some(({ facts }) => (facts.diffusionBValue ?? 0) > 0),
    );
    const choices = parts.map((part) => judgePart(part, isDiffusionSeries, options));
    return options.choose === "best" ? keepBest(choices) : choices;
  } catch (error) {
    return [{ part: "", images: headers.length, ...refusal(error) }];
  }
};
