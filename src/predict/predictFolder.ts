/** The folder that `predict` writes: results of one choice of models and settings, and predict.json that says which. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Failure, failed } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import type { ExecutionProvider, ModelIdentity, SoftwareIdentity } from "../domain/result.ts";
import type { SeriesRef } from "../domain/series.ts";
import type { Warning } from "../domain/warning.ts";
import { isVolumePath } from "../files/volumeFormats.ts";
import { type OutputFile, writeFiles } from "../files/writeFiles.ts";

/** Where the volume of a case of DICOM studies comes from. */
export type CaseSource = SeriesRef & {
  readonly part: string;
  /** SHA-256 over its sorted SOP Instance UIDs: with another slice it is another source. */
  readonly instancesDigest: string;
};

/** What became of one case; a case of DICOM studies names its source. */
export type CaseOutcome = {
  readonly case: string;
  readonly seconds: number;
  readonly source?: CaseSource;
} & (
  | {
      readonly outcome: "segmented" | "no-pancreas-found";
      readonly volumeMl: number;
      readonly warnings: readonly Warning[];
      readonly executionProvider: ExecutionProvider;
      readonly softwareVersion: string;
    }
  | ({ readonly outcome: "failed" } & Failure)
);

/** What all results of a folder have in common: one model, or of DICOM studies one for each class. */
export type PredictChoices = (
  | { readonly model: ModelIdentity }
  | { readonly models: Readonly<Partial<Record<ModelClass, ModelIdentity>>> }
) & {
  readonly settings: { readonly mirror: boolean; readonly tileStride: number; readonly float16: boolean };
};

export type PredictionHead = PredictChoices & {
  readonly notice: string;
  readonly software: SoftwareIdentity;
  /** As in result.json. */
  readonly settingsDigest: string;
};

/** predict.json. */
export type Prediction = PredictionHead & {
  /** By name. */
  readonly cases: readonly CaseOutcome[];
};

/** What lies in the folder for a case: its mask, or of DICOM studies a folder of all that `segment` writes. */
const placeOf = (choices: PredictChoices, id: string): string => ("model" in choices ? `${id}.nii.gz` : id);

/**
 * The prediction as it stands in the folder, which is made where there is none: of its cases those whose masks are
 * there. With `overwrite` the masks of `ids`, or of all, are removed first, and another model may take the place of the earlier.
 * Throws USAGE where a mask would remain that is not of this model and these settings.
 */
export const openPrediction = (
  folder: string,
  begun: PredictionHead,
  ids: readonly string[] | "all",
  overwrite: boolean,
): Prediction => {
  mkdirSync(folder, { recursive: true });
  const earlier = readPrediction(folder);
  const differences = earlier === null ? [] : differencesOf(earlier, begun);
  if (differences.length > 0 && !overwrite)
    throw failed(
      "USAGE",
      `${folder} was begun with other choices (${differences.join("; ")}); take another folder, or --overwrite.`,
      { differences },
    );
  const named = ids === "all" ? (earlier?.cases ?? []).map((known) => known.case) : ids;
  const replaced = new Set(overwrite ? named : []);
  const place = (id: string): string => placeOf(begun, id);
  const cases = (differences.length > 0 ? [] : (earlier?.cases ?? [])).filter(
    (known) =>
      known.outcome !== "failed" && !replaced.has(known.case) && existsSync(join(folder, place(known.case))),
  );
  refuseOthers(folder, new Set([...cases.map((known) => known.case), ...replaced].map(place)));
  for (const id of replaced) rmSync(join(folder, place(id)), { recursive: true, force: true });
  return write(folder, { ...begun, cases });
};

/** The prediction without a case and what lies there for it. */
export const dropCase = (folder: string, prediction: Prediction, id: string): Prediction => {
  rmSync(join(folder, placeOf(prediction, id)), { recursive: true, force: true });
  return write(folder, { ...prediction, cases: prediction.cases.filter((known) => known.case !== id) });
};

/** The prediction with one more case, its mask or files in place: complete or absent, whatever interrupts us. */
export const keepCase = (
  folder: string,
  prediction: Prediction,
  outcome: CaseOutcome,
  made: Uint8Array | readonly OutputFile[] | null,
): Prediction => {
  const path = join(folder, placeOf(prediction, outcome.case));
  if (made !== null) rmSync(`${path}.part`, { recursive: true, force: true });
  if (made instanceof Uint8Array) writeFileSync(`${path}.part`, made, { flush: true });
  else if (made !== null) writeFiles(`${path}.part`, made);
  const others = prediction.cases.filter((known) => known.case !== outcome.case);
  const cases = [...others, outcome].sort((a, b) => (a.case < b.case ? -1 : 1));
  // The entry before the mask: an entry without a mask is done again, a mask without an entry belongs to nobody.
  const kept = write(folder, { ...prediction, cases });
  if (made !== null) renameSync(`${path}.part`, path);
  return kept;
};

const write = (folder: string, prediction: Prediction): Prediction => {
  const path = join(folder, "predict.json");
  writeFileSync(`${path}.part`, `${JSON.stringify(prediction, null, 2)}\n`, { flush: true });
  renameSync(`${path}.part`, path);
  return prediction;
};

const readPrediction = (folder: string): Prediction | null => {
  const path = join(folder, "predict.json");
  if (!existsSync(path)) return null;
  try {
    const prediction = JSON.parse(readFileSync(path, "utf8")) as Prediction;
    if (Array.isArray(prediction.cases) && factsOf(prediction).every(([, value]) => value !== "undefined"))
      return prediction;
  } catch {
    // Told below: whatever is wrong with it, it does not say whose masks these are.
  }
  throw failed("USAGE", `${path} is no description of a prediction; take another folder.`);
};

const modelFacts = (model: ModelIdentity, before: string): readonly (readonly [string, string])[] => [
  [`${before}model`, String(model.id)],
  [`${before}weights`, String(model.weightsSha256)],
  [`${before}plan`, String(model.planSha256)],
];

const factsOf = ({ settings, ...choices }: PredictChoices): readonly (readonly [string, string])[] => [
  ["input", "model" in choices ? "volumes" : "DICOM"],
  ...("model" in choices
    ? modelFacts(choices.model, "")
    : Object.entries(choices.models).flatMap(([name, model]) => modelFacts(model, `${name} `))),
  ["mirror", String(settings.mirror)],
  ["tile stride", String(settings.tileStride)],
  ["float16", String(settings.float16)],
];

const differencesOf = (earlier: PredictChoices, now: PredictChoices): readonly string[] => {
  const current = new Map(factsOf(now));
  const shown = (value = ""): string => value.replace(/^([0-9a-f]{12})[0-9a-f]{52}$/, "$1…");
  return (
    factsOf(earlier)
      // A model for a further class takes nothing away.
      .filter(([name, value]) => value !== current.get(name) && (current.has(name) || "model" in earlier))
      .map(([name, value]) => `${name} ${shown(value)}, now ${shown(current.get(name))}`)
  );
};

const isResult = (folder: string, name: string): boolean =>
  isVolumePath(name) || existsSync(join(folder, name, "result.json"));

const refuseOthers = (folder: string, ours: ReadonlySet<string>): void => {
  const [first, ...others] = readdirSync(folder)
    .filter((name) => !ours.has(name) && !name.endsWith(".part") && isResult(folder, name))
    .sort();
  if (first === undefined) return;
  const named = others.length === 0 ? first : `${first} and ${others.length} more`;
  throw failed(
    "USAGE",
    `${folder} holds ${named}, which no prediction of this model and these settings wrote; take another folder.`,
  );
};
