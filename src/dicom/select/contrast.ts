import type { ModelClass } from "../../domain/plan.ts";
import { type Facts, hasWord } from "./facts.ts";

/** True, false, or null where the header does not say. */
type Answer = boolean | null;

type Criterion = { readonly says: string; readonly answer: (facts: Facts) => Answer };

type Rule = { readonly modelClass: "T1" | "T2"; readonly name: string; readonly all: readonly Criterion[] };

const unlessAbsent = (value: number | null, holds: (value: number) => boolean): Answer =>
  value === null ? null : holds(value);

/** RM (research mode) and an absent sequence leave open what it is. */
const usesSequence = (wanted: "SE" | "GR", { scanningSequence }: Facts): Answer => {
  if (!scanningSequence.some((value) => ["SE", "GR", "EP"].includes(value))) return null;
  return scanningSequence.includes(wanted) && !scanningSequence.includes("EP");
};

const isSpinEcho: Criterion = { says: "spin echo", answer: (facts) => usesSequence("SE", facts) };

const isGradientEcho: Criterion = { says: "gradient echo", answer: (facts) => usesSequence("GR", facts) };

/** Balanced steady state has the times of a T1 gradient echo and another contrast. */
const isSpoiled: Criterion = {
  says: "spoiled, not balanced steady state",
  answer: ({ sequenceVariant, repetitionTimeMs, flipAngleDegrees, words }) => {
    if (hasWord(words, "trufi|truefisp|fiesta|b-?ffe|balanced")) return false;
    if (sequenceVariant.includes("SP")) return true;
    if (sequenceVariant.includes("SS")) return false;
    if (repetitionTimeMs === null || flipAngleDegrees === null || sequenceVariant.length === 0) return null;
    return !(repetitionTimeMs < 10 && flipAngleDegrees > 35);
  },
};

/** FLAIR and other long inversions suppress what the models expect to see. */
const hasNoLongInversion: Criterion = {
  says: "no inversion beyond 1500 ms",
  answer: ({ scanningSequence, inversionTimeMs }) =>
    scanningSequence.includes("IR") ? unlessAbsent(inversionTimeMs, (ti) => ti <= 1500) : true,
};

const repetitionBelow = (limit: number): Criterion => ({
  says: `TR < ${limit} ms`,
  answer: ({ repetitionTimeMs }) => unlessAbsent(repetitionTimeMs, (tr) => tr < limit),
});

const echoBelow = (limit: number): Criterion => ({
  says: `TE < ${limit} ms`,
  answer: ({ echoTimeMs }) => unlessAbsent(echoTimeMs, (te) => te < limit),
});

const echoWithin = (least: number, most: number): Criterion => ({
  says: `TE ${least} to ${most} ms`,
  answer: ({ echoTimeMs }) => unlessAbsent(echoTimeMs, (te) => te >= least && te <= most),
});

const flipAtLeast = (least: number): Criterion => ({
  says: `flip angle ≥ ${least}°`,
  answer: ({ flipAngleDegrees }) => unlessAbsent(flipAngleDegrees, (angle) => angle >= least),
});

/** A single shot fills the plane with one train, so its TR says nothing. */
const isSingleShot = ({ echoTrainLength, words }: Facts): boolean =>
  (echoTrainLength ?? 0) >= 60 || hasWord(words, "haste|ssfse|ss-?tse|ss-?fse|single[ -]?shot");

const hasLongRepetition: Criterion = {
  says: "TR ≥ 1200 ms or single shot",
  answer: (facts) => isSingleShot(facts) || unlessAbsent(facts.repetitionTimeMs, (tr) => tr >= 1200),
};

const acquiredAs = (contrast: "T1" | "T2"): Criterion => ({
  says: `AcquisitionContrast ${contrast}`,
  answer: ({ acquisitionContrast }) => acquisitionContrast === contrast,
});

/** When a header is T1 or T2: every criterion of one rule holds. Times are the ones that MR physics and practice use. */
const rules: readonly Rule[] = [
  { modelClass: "T1", name: "stated contrast", all: [acquiredAs("T1")] },
  { modelClass: "T2", name: "stated contrast", all: [acquiredAs("T2")] },
  {
    modelClass: "T1",
    name: "T1 gradient echo",
    all: [isGradientEcho, repetitionBelow(800), echoBelow(8), flipAtLeast(8), isSpoiled, hasNoLongInversion],
  },
  {
    modelClass: "T1",
    name: "T1 spin echo",
    all: [isSpinEcho, repetitionBelow(1000), echoBelow(30), hasNoLongInversion],
  },
  {
    modelClass: "T2",
    name: "T2 spin echo",
    all: [isSpinEcho, echoWithin(50, 250), hasLongRepetition, hasNoLongInversion],
  },
];

/** What the physics of one header says; without a class, which criteria stood in the way of each rule. */
export type ContrastFinding = {
  readonly modelClass: "T1" | "T2" | null;
  readonly reasons: readonly string[];
};

const obstacles = ({ all }: Rule, facts: Facts): readonly string[] =>
  all.flatMap(({ says, answer }) => {
    const given = answer(facts);
    if (given === true) return [];
    return [given === null ? `${says} unknown` : `not ${says}`];
  });

/** Defined terms by which a header states another contrast (PS3.3 section C.8.13.3.1.2); UNKNOWN and MIXED state none. */
const otherContrasts: Readonly<Record<string, string>> = {
  FLUID_ATTENUATED: "fluid attenuated",
  PROTON_DENSITY: "proton density",
  STIR: "STIR",
  T2_STAR: "T2*",
};

const isSilent = (contrast: string | null): boolean =>
  contrast === null || ["T1", "T2", "UNKNOWN", "MIXED"].includes(contrast);

export const findContrast = (facts: Facts): ContrastFinding => {
  const { acquisitionContrast } = facts;
  if (!isSilent(acquisitionContrast)) {
    const stated = otherContrasts[acquisitionContrast ?? ""] ?? "something else than T1 and T2";
    return { modelClass: null, reasons: [`AcquisitionContrast says ${stated}`] };
  }
  const met = rules.filter(({ all }) => all.every(({ answer }) => answer(facts) === true));
  const [rule] = met;
  const classes = new Set(met.map(({ modelClass }) => modelClass));
  if (rule !== undefined && classes.size === 1) {
    return {
      modelClass: rule.modelClass,
      reasons: [`${rule.name}: ${rule.all.map(({ says }) => says).join(", ")}`],
    };
  }
  const physical = rules.filter(({ name }) => name !== "stated contrast");
  const reasons = physical.map((candidate) => `${candidate.name}: ${obstacles(candidate, facts).join(", ")}`);
  return { modelClass: null, reasons: classes.size > 1 ? ["the header fits T1 and T2"] : reasons };
};

/** Sequence names and abbreviations by which text gives a contrast away. */
const textHints: Readonly<Record<"T1" | "T2", string>> = {
  T1: "t1[a-z]*|vibe|lava|thrive|quick3d|fame|tigre",
  T2: "t2[a-z]*(?!\\*)|haste|ssfse",
};

/** The class that the text names, when it names just one. */
export const contrastInText = ({ words }: Facts): ModelClass | null => {
  const named = (["T1", "T2"] as const).filter((modelClass) => hasWord(words, textHints[modelClass]));
  const [only] = named;
  return named.length === 1 && only !== undefined ? only : null;
};
