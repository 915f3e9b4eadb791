import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { type ComposedTeller, clock } from "../compose.ts";
import { FailureError } from "../domain/failure.ts";
import { noHistory } from "../domain/history.ts";
import { sayMl } from "../domain/millilitres.ts";
import type { ModelClass } from "../domain/plan.ts";
import { PHANTOM_NOTICE, RESEARCH_NOTICE, type ResultSummary } from "../domain/result.ts";
import { type ChosenVolume, chooseVolume } from "../files/chooseVolume.ts";
import { isNiftiPath, listFolder, type Unpacking } from "../files/listFolder.ts";
import { makeTemporaryFolder } from "../jobs/temporaryFolder.ts";
import { readNiftiImage } from "../nifti/readNifti.ts";
import { writeNifti } from "../nifti/writeNifti.ts";
import { segmentSeries, segmentVolume } from "../pipeline.ts";
import type { Spooled } from "../ports/results.ts";
import type { Step } from "../ports/world.ts";
import { makeLog } from "../processes/log.ts";
import { encodePicture } from "../story/illustrate.ts";
import { orderSegmentation } from "../story/order.ts";
import { type Segmentation, summarise } from "../story/results.ts";
import { makeStep } from "../story/step.ts";
import { inputPath, keepApart, outputFolder, uid } from "./arguments.ts";
import { device, type ModelOptions, modelClass, modelForNifti, settle, tellerFor } from "./chooseModel.ts";
import { interruptSignal, settingsFor } from "./context.ts";
import { bold, green, note, print, printJson, yellow } from "./output.ts";
import { makeProgressLine } from "./progress.ts";
import { type OutputFile, writeFiles } from "./writeFiles.ts";

type SegmentOptions = ModelOptions & {
  readonly input: string;
  readonly output: string;
  readonly series?: string;
  readonly part?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
};

export const describeSegment = (command: Command): void => {
  command
    .requiredOption("-i, --input <path>", "DICOM folder, zip or file, or NIfTI file", inputPath)
    .requiredOption("-o, --output <folder>", "where the results go; always a folder", outputFolder)
    .option("--model <id>", "this model, whatever the header says about the contrast")
    .option("--modality <class>", "CT, T1 or T2, whatever the header says about the contrast", modelClass)
    .option("--series <uid>", "which series, where the input holds several", uid)
    .option("--part <id>", "which volume, where the series holds several (panseg explain lists them)")
    .option("--allow-phantom-model", "let a demo model run on what is no phantom")
    .option("--allow-mismatch", "segment although the values contradict the class; the result says so")
    .option("--device <provider>", "auto, cuda or cpu", device)
    .option("--no-mirror", "skip the average over eight mirrorings: eight times faster, a little less exact")
    .option("--json", "print one JSON object")
    .option("--quiet", "no progress")
    .addHelpText("after", "\nExample:\n  panseg segment -i ./series -o ./out --json")
    .action(async (options: SegmentOptions, command: Command) => {
      keepApart(options.input, options.output);
      const { settings, force } = settle(settingsFor(command), options);
      const log = makeLog(command.optsWithGlobals()["verbose"] ? "info" : "silent");
      const teller = tellerFor(settings, options, log);
      const line = makeProgressLine(options.quiet === true || options.json === true);
      const step = makeStep({
        clock,
        log,
        signal: interruptSignal(),
        fields: () => ({}),
        report: line.update,
        reportEveryMs: 200,
      });
      const temporary = makeTemporaryFolder();
      try {
        const results = isNiftiPath(options.input)
          ? await segmentNifti(options.input, teller, force, step)
          : await segmentDicom(
              options,
              { tempFolder: temporary.path, limits: settings.input },
              teller,
              force,
              step,
            );
        writeFiles(options.output, resultFiles(results));
        line.end();
        report(results, options);
      } finally {
        line.end();
        temporary.remove();
        await teller.models.close();
      }
    });
};

export type Results = Spooled & { readonly segmentation: Segmentation };

const segmentDicom = async (
  options: SegmentOptions,
  unpacking: Unpacking,
  teller: ComposedTeller,
  force: ModelClass | null,
  step: Step,
): Promise<Results> => {
  const files = await step("open", (progress) => listFolder(options.input, unpacking, progress));
  const named = { seriesUid: options.series ?? null, part: options.part ?? null };
  const chosen = await step("headers", (progress) =>
    chooseVolume(files, named, { ...teller.settings, ...(force !== null && { force }) }, progress),
  );
  return segmentChosen(chosen, teller, step);
};

/** What becomes of a volume. Throws why its series asks for no segmentation, such as NO_MODEL. */
export const segmentChosen = async (
  { modelClass, headers, warnings, ...chosen }: ChosenVolume,
  teller: ComposedTeller,
  step: Step,
): Promise<Results> => {
  const orderedAtMs = clock.nowMs();
  const choice = { modelClass, part: chosen.part };
  // The moment is part of the key: two runs at the command line are two results with UIDs of their own.
  const order = orderSegmentation(chosen.series, headers, choice, teller, orderedAtMs);
  if ("code" in order) throw new FailureError(order);
  const segmenter = await step("load-model", () => teller.models.open(order.order.modelId));
  const history = noHistory;
  return segmentSeries(
    { ...chosen, segmenter, resultKey: order.key, orderedAtMs, warnings, history },
    teller,
    step,
  );
};

const segmentNifti = async (
  path: string,
  teller: ComposedTeller,
  force: ModelClass | null,
  step: Step,
): Promise<Results> => {
  const model = modelForNifti(teller, force);
  const { volume, warnings } = await step("volume", () => readNiftiImage(readFileSync(path)));
  const segmenter = await step("load-model", () => teller.models.open(model.id));
  const found = await segmentVolume(volume, segmenter, teller.settings, step);
  const segmentation = { ...found, warnings: [...warnings, ...found.warnings] };
  const order = { segmenter, orderedAtMs: clock.nowMs() };
  const picture = await step("picture", () => encodePicture(volume, segmentation, { model, origin: null }));
  return { ...summarise(order, teller, step, segmentation, null, null), picture, segmentation };
};

/** The report in words; key images counted among themselves. */
const fileNameOf = (others: ResultSummary["objects"]["others"], n: number): string => {
  if (others[n]?.kind === "text") return "text-report.dcm";
  return `key-image-${others.slice(0, n + 1).filter(({ kind }) => kind === "key-image").length}.dcm`;
};

/** What the folder of a result holds. */
export const resultFiles = ({
  result,
  seg,
  sr,
  others,
  picture,
  segmentation,
}: Results): readonly OutputFile[] => [
  ["mask.nii.gz", writeNifti(segmentation.mask)],
  ["seg.dcm", seg],
  ["sr.dcm", sr],
  ["overview.png", picture],
  ...others.map((bytes, n) => [fileNameOf(result.objects.others, n), bytes] as const),
  ["result.json", `${JSON.stringify(result, null, 2)}\n`],
];

const report = ({ result }: Results, options: SegmentOptions): void => {
  if (options.json) {
    printJson(result);
    return;
  }
  for (const warning of result.warnings) note(`${yellow("!")} ${warning.sentence} [${warning.code}]`);
  const seconds = Object.values(result.secondsPerStep).reduce((sum, value) => sum + value, 0);
  const { volumeMl } = result.measures;
  const found =
    result.outcome === "segmented" ? `Pancreas ${bold(sayMl(volumeMl))}` : bold("No pancreas found");
  const warned = result.warnings.length === 0 ? "no warnings" : `${result.warnings.length} warning(s)`;
  const model = `${result.model.isPhantomModel ? `${PHANTOM_NOTICE} ` : ""}${result.model.id}`;
  print(
    `${green("✓")} ${found} · model ${model} on ${result.executionProvider.toUpperCase()} · ${warned} · ${seconds.toFixed(0)} s · files in ${options.output}`,
  );
  note(RESEARCH_NOTICE);
};
