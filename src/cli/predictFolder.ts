/** The folder that `predict` writes: masks of one model and one choice of settings, and predict.json that says which. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Failure, failed } from "../domain/failure.ts";
import type { ExecutionProvider, ModelIdentity, SoftwareIdentity } from "../domain/result.ts";
import type { Warning } from "../domain/warning.ts";
import { isNiftiPath } from "../pacs/folder.ts";

/** What became of one case. */
export type CaseOutcome = { readonly case: string; readonly seconds: number } & (
  | {
      readonly outcome: "segmented" | "no-pancreas-found";
      readonly volumeMl: number;
      readonly warnings: readonly Warning[];
      readonly executionProvider: ExecutionProvider;
      readonly softwareVersion: string;
    }
  | ({ readonly outcome: "failed" } & Failure)
);

/** What all masks of a folder have in common. */
export type PredictChoices = {
  readonly model: ModelIdentity;
  readonly settings: { readonly mirror: boolean; readonly tileStride: number; readonly float16: boolean };
};

/** predict.json. */
export type Prediction = PredictChoices & {
  readonly notice: string;
  readonly software: SoftwareIdentity;
  /** As in result.json. */
  readonly settingsDigest: string;
  /** By name. */
  readonly cases: readonly CaseOutcome[];
};

const maskName = (id: string): string => `${id}.nii.gz`;

/**
 * The prediction as it stands in the folder, which is made where there is none: of its cases those whose masks are
 * there. With `overwrite` the masks of `ids` are removed first, and another model may take the place of the earlier.
 * Throws USAGE where a mask would remain that is not of this model and these settings.
 */
export const openPrediction = (
  folder: string,
  begun: Omit<Prediction, "cases">,
  ids: readonly string[],
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
  const replaced = new Set(overwrite ? ids : []);
  const cases = (differences.length > 0 ? [] : (earlier?.cases ?? [])).filter(
    (known) =>
      known.outcome !== "failed" &&
      !replaced.has(known.case) &&
      existsSync(join(folder, maskName(known.case))),
  );
  refuseOthers(folder, new Set([...cases.map((known) => known.case), ...replaced].map(maskName)));
  for (const id of replaced) rmSync(join(folder, maskName(id)), { force: true });
  return write(folder, { ...begun, cases });
};

/** The prediction with one more case, its mask in place: complete or absent, whatever interrupts us. */
export const keepCase = (
  folder: string,
  prediction: Prediction,
  outcome: CaseOutcome,
  mask: Uint8Array | null,
): Prediction => {
  const path = join(folder, maskName(outcome.case));
  if (mask !== null) writeFileSync(`${path}.part`, mask, { flush: true });
  const others = prediction.cases.filter((known) => known.case !== outcome.case);
  const cases = [...others, outcome].sort((a, b) => (a.case < b.case ? -1 : 1));
  // The entry before the mask: an entry without a mask is done again, a mask without an entry belongs to nobody.
  const kept = write(folder, { ...prediction, cases });
  if (mask !== null) renameSync(`${path}.part`, path);
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

const factsOf = ({ model, settings }: PredictChoices): readonly (readonly [string, string])[] => [
  ["model", String(model.id)],
  ["weights", String(model.weightsSha256)],
  ["plan", String(model.planSha256)],
  ["mirror", String(settings.mirror)],
  ["tile stride", String(settings.tileStride)],
  ["float16", String(settings.float16)],
];

const differencesOf = (earlier: PredictChoices, now: PredictChoices): readonly string[] => {
  const current = new Map(factsOf(now));
  const shown = (value = ""): string => value.replace(/^([0-9a-f]{12})[0-9a-f]{52}$/, "$1…");
  return factsOf(earlier)
    .filter(([name, value]) => value !== current.get(name))
    .map(([name, value]) => `${name} ${shown(value)}, now ${shown(current.get(name))}`);
};

const refuseOthers = (folder: string, ours: ReadonlySet<string>): void => {
  const [first, ...others] = readdirSync(folder)
    .filter((name) => isNiftiPath(name) && !ours.has(name))
    .sort();
  if (first === undefined) return;
  const named = others.length === 0 ? first : `${first} and ${others.length} more`;
  throw failed(
    "USAGE",
    `${folder} holds ${named}, which no prediction of this model and these settings wrote; take another folder.`,
  );
};
