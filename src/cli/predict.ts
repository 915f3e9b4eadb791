import type { Command } from "commander";
import { clock } from "../compose.ts";
import { toFailure } from "../domain/failure.ts";
import { roundedMl } from "../domain/millilitres.ts";
import { PHANTOM_NOTICE, RESEARCH_NOTICE } from "../domain/result.ts";
import { makeLog } from "../log.ts";
import { writeNifti } from "../nifti/writeNifti.ts";
import { segmentVolume } from "../pipeline.ts";
import type { Segmenter, Step, Teller } from "../ports.ts";
import type { Settings } from "../settings.ts";
import { makeStep } from "../step.ts";
import { type ModelOptions, modelForNifti, settle, tellerFor } from "./chooseModel.ts";
import { settingsFor, stopSignal } from "./context.ts";
import { bold, note, print, printJson, table, yellow } from "./output.ts";
import { type FoundCase, type FoundCases, findCases, readCase } from "./predictCases.ts";
import { type CaseOutcome, keepCase, openPrediction, type Prediction } from "./predictFolder.ts";
import { makeProgressLine } from "./progress.ts";

type PredictOptions = ModelOptions & {
  readonly input: string;
  readonly output: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
};

export const describePredict = (command: Command): void => {
  command
    .requiredOption("-i, --input <folder>", "images, <case>_0000.nii.gz or .nii")
    .requiredOption("-o, --output <folder>", "where masks and predict.json go")
    .option("--model <id>", "this model; needed where models of several classes are installed")
    .option("--modality <class>", "CT, T1 or T2: the model in use for it")
    .option("--allow-phantom-model", "let a demo model run on what is no phantom")
    .option("--allow-mismatch", "segment although the values contradict the class; the result says so")
    .option("--device <provider>", "auto, cuda or cpu")
    .option("--no-mirror", "skip the average over eight mirrorings: eight times faster, a little less exact")
    .option(
      "--overwrite",
      "make the masks of these cases anew, by whatever model and settings they were made",
    )
    .option("--json", "print one JSON object")
    .option("--quiet", "no progress")
    .addHelpText("after", "\nExample:\n  panseg predict -i imagesTs -o masks --model pansegnet-ct")
    .action(async (options: PredictOptions, command: Command) => {
      const found = findCases(options.input);
      const { settings, force } = settle(settingsFor(command), options);
      const log = makeLog(command.optsWithGlobals()["verbose"] ? "info" : "silent");
      const teller = tellerFor(settings, options, log);
      const line = makeProgressLine(options.quiet === true || options.json === true);
      const signal = stopSignal();
      const stepOf = (about: string): Step =>
        makeStep({
          clock,
          log,
          signal,
          fields: () => ({}),
          report: (name, share) => line.update(`${about}: ${name}`, share),
          reportEveryMs: 200,
        });
      try {
        const { id } = modelForNifti(teller, force);
        line.update("load-model", 0);
        const segmenter = await teller.models.open(id);
        const ids = found.cases.map((one) => one.id);
        const begun = describe(segmenter, teller, settings);
        const prediction = openPrediction(options.output, begun, ids, options.overwrite === true);
        const ended = await predictAll(options, found.cases, prediction, segmenter, teller, stepOf);
        line.end();
        report(ended, found, begun, segmenter, options);
      } finally {
        line.end();
        await teller.models.close();
      }
    });
};

const describe = (
  { model }: Segmenter,
  { software, settings: { settingsDigest } }: Teller,
  { inference: { mirror, tileStride, float16 } }: Settings,
): Omit<Prediction, "cases"> => ({
  notice: RESEARCH_NOTICE,
  software,
  model,
  settings: { mirror, tileStride, float16 },
  settingsDigest,
});

type Row = CaseOutcome & { readonly doneBefore: boolean };
type Ended = { readonly rows: readonly Row[]; readonly isStopped: boolean };

/** One case after the other, until all have their outcome or someone stops us. */
const predictAll = async (
  { input, output }: PredictOptions,
  cases: readonly FoundCase[],
  begun: Prediction,
  segmenter: Segmenter,
  teller: Teller,
  stepOf: (about: string) => Step,
): Promise<Ended> => {
  const before = new Map(begun.cases.map((known) => [known.case, known]));
  const rows: Row[] = [];
  let prediction = begun;
  for (const [n, found] of cases.entries()) {
    const known = before.get(found.id);
    if (known !== undefined) {
      rows.push({ ...known, doneBefore: true });
      continue;
    }
    const step = stepOf(`case ${n + 1} of ${cases.length} ${found.id}`);
    const made = await predictCase(input, found, segmenter, teller, step);
    if (made === "stopped") return { rows, isStopped: true };
    prediction = keepCase(output, prediction, made.outcome, made.mask);
    rows.push({ ...made.outcome, doneBefore: false });
  }
  return { rows, isStopped: false };
};

type Made = { readonly outcome: CaseOutcome; readonly mask: Uint8Array | null };

const predictCase = async (
  folder: string,
  found: FoundCase,
  segmenter: Segmenter,
  { settings, software }: Teller,
  step: Step,
): Promise<Made | "stopped"> => {
  const startedAtMs = clock.nowMs();
  const seconds = (): number => Math.round(clock.nowMs() - startedAtMs) / 1000;
  try {
    const { volume, ...read } = await step("volume", () => readCase(folder, found));
    const { mask, measures, ...judged } = await segmentVolume(volume, segmenter, settings, step);
    const bytes = await step("write", () => writeNifti(mask));
    const outcome = {
      case: found.id,
      outcome: measures.voxels === 0 ? "no-pancreas-found" : "segmented",
      volumeMl: measures.volumeMl,
      warnings: [...read.warnings, ...judged.warnings],
      seconds: seconds(),
      executionProvider: segmenter.executionProvider,
      softwareVersion: software.version,
    } as const;
    return { outcome, mask: bytes };
  } catch (error) {
    const failure = toFailure(error);
    if (failure.code === "STOPPING") return "stopped";
    return {
      outcome: { case: found.id, outcome: "failed", seconds: seconds(), ...failure },
      mask: null,
    };
  }
};

const report = (
  { rows, isStopped }: Ended,
  { cases, passedOver }: FoundCases,
  begun: Omit<Prediction, "cases">,
  { executionProvider }: Segmenter,
  { json, output }: PredictOptions,
): void => {
  const failures = rows.filter(({ outcome }) => outcome === "failed").length;
  if (isStopped) process.exitCode = 130;
  else if (failures > 0) process.exitCode = 1;
  if (json) {
    printJson({ ...begun, passedOver, cases: rows });
    return;
  }
  print(table(["case", "ml", "warnings", "seconds", "status"], rows.map(cellsOf)));
  if (passedOver.length > 0)
    note(yellow(`${passedOver.length} file(s) without a channel such as _0000 were passed over`));
  const before = rows.filter(({ doneBefore }) => doneBefore).length;
  const counts = `${rows.length - before - failures} done, ${before} done before, ${failures} failed`;
  const left = isStopped ? `, ${cases.length - rows.length} left: stopped, the same command goes on` : "";
  const nothing = before === cases.length ? ": nothing was left to do" : "";
  const { id, isPhantomModel } = begun.model;
  const model = `${isPhantomModel ? `${PHANTOM_NOTICE} ` : ""}${id} on ${executionProvider.toUpperCase()}`;
  note(`${bold(counts)}${left}${nothing} · model ${model} · masks and predict.json in ${output}`);
  note(RESEARCH_NOTICE);
};

const cellsOf = (row: Row): readonly string[] => {
  const seconds = row.seconds.toFixed(1);
  if (row.outcome === "failed") return [row.case, "–", "–", seconds, `failed: ${row.sentence} [${row.code}]`];
  const warnings = row.warnings.map(({ code }) => code).join(" ");
  const nothing = row.outcome === "no-pancreas-found" ? ", no pancreas found" : "";
  const status = `${row.doneBefore ? "done before" : "done"}${nothing}`;
  return [row.case, roundedMl(row.volumeMl), warnings === "" ? "–" : warnings, seconds, status];
};
