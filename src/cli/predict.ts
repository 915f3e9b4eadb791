import type { Command } from "commander";
import { type ComposedTeller, clock } from "../compose.ts";
import { failed } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import { type ModelIdentity, PHANTOM_NOTICE, RESEARCH_NOTICE } from "../domain/result.ts";
import { listFolder } from "../files/listFolder.ts";
import { seriesOfFiles } from "../files/seriesOfFiles.ts";
import type { Step, Teller } from "../ports/world.ts";
import { modelForVolume } from "../predict/modelForVolume.ts";
import { casesFor, type FoundCases, findCases } from "../predict/predictCases.ts";
import { openPrediction } from "../predict/predictFolder.ts";
import { predictImages } from "../predict/predictImages.ts";
import { predictStudies } from "../predict/predictStudies.ts";
import { makeLog } from "../processes/log.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import { makeStep } from "../story/step.ts";
import { device, type ModelOptions, modelClass, settle, tellerFor } from "./chooseModel.ts";
import { interruptSignal, settingsFor } from "./context.ts";
import { holdFolder } from "./holdFolder.ts";
import { inputFolder, keepApart, outputFolder, realPath } from "./paths.ts";
import { report, type Told } from "./predictTable.ts";
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
    .requiredOption(
      "-i, --input <folder>",
      "images, <case>_0000.nii.gz, .nii, .nrrd, .nhdr, .mha or .mhd, or what convert wrote; or DICOM studies",
      inputFolder,
    )
    .requiredOption(
      "-o, --output <folder>",
      "where masks, or of DICOM studies a folder for each volume, and predict.json go",
      outputFolder,
    )
    .option("--model <id>", "this model; needed where models of several classes are installed")
    .option("--modality <class>", "CT, T1 or T2: the model in use for it", modelClass)
    .option("--allow-phantom-model", "let a demo model run on what is no phantom")
    .option("--allow-mismatch", "segment although the values contradict the class; the result says so")
    .option("--device <provider>", "auto, cuda or cpu", device)
    .option("--no-mirror", "skip the average over eight mirrorings: eight times faster, a little less exact")
    .option(
      "--overwrite",
      "make the masks of these cases anew, by whatever model and settings they were made",
    )
    .option("--json", "print one JSON object")
    .option("--quiet", "no progress")
    .addHelpText(
      "after",
      "\nDICOM studies lie as they like: any depth, any patients, any order. Each volume that segment would take gets a\n" +
        "folder of what segment writes, named by series number and a short form of its UID.\n" +
        "\nExample:\n  panseg predict -i imagesTs -o masks --model pansegnet-ct\n  panseg predict -i studies -o results",
    )
    .action(async (options: PredictOptions, command: Command) => {
      const found = findCases(options.input);
      // Of a folder of volumes those below are not read.
      if (found === null || realPath(options.input) === realPath(options.output))
        keepApart(options.input, options.output);
      const { settings, force } = settle(settingsFor(command), options);
      const log = makeLog(command.optsWithGlobals()["verbose"] ? "info" : "silent");
      const teller = tellerFor(settings, options, log);
      const line = makeProgressLine(options.quiet === true || options.json === true);
      const signal = interruptSignal();
      const stepOf = (about: string): Step =>
        makeStep({
          clock,
          log,
          signal,
          fields: () => ({}),
          report: (name, share) => line.update(`${about}: ${name}`, share),
          reportEveryMs: 200,
        });
      let release = (): void => {};
      // Only when the input was judged: a refused command makes no folder.
      const hold = (): void => {
        ({ release } = holdFolder(options.output));
      };
      try {
        const world = { teller, settings, force, stepOf, hold };
        const told = found === null ? await studies(options, world) : await images(options, found, world);
        line.end();
        report(told, options);
      } finally {
        line.end();
        release();
        await teller.models.close();
      }
    });
};

type PredictWorld = {
  readonly teller: ComposedTeller;
  readonly settings: Settings;
  readonly force: ModelClass | null;
  readonly stepOf: (about: string) => Step;
  /** Makes the output folder, for this command alone. */
  readonly hold: () => void;
};

/** Volumes in files of their own: one model for all. */
const images = async (options: PredictOptions, found: FoundCases, world: PredictWorld): Promise<Told> => {
  const { teller, settings, force, stepOf } = world;
  const asked = modelForVolume(teller, force);
  world.hold();
  const { passedOver } = found;
  const { fit: cases, unfit } = casesFor(found.cases, asked.modelClass);
  const segmenter = await stepOf("all")("load-model", () => teller.models.open(asked.id));
  const { model, executionProvider } = segmenter;
  const head = { ...headOf(teller, settings), model };
  const ids = cases.map((one) => one.id);
  const prediction = openPrediction(options.output, head, ids, options.overwrite === true);
  const ended = await predictImages(cases, prediction, { ...options, segmenter, teller, stepOf });
  const named = `${nameOf(model)} on ${executionProvider.toUpperCase()}`;
  const notes = [
    [passedOver, "file(s) without a channel such as _0000"] as const,
    [unfit, `volume(s) that convert judged to be no ${asked.modelClass} for us`] as const,
  ].flatMap(([names, what]) => (names.length === 0 ? [] : [`${names.length} ${what} were passed over`]));
  const all = [...passedOver, ...unfit];
  return { ...ended, head, wanted: cases.length, refused: [], passedOver: all, notes, model: named };
};

/** DICOM studies: the model of each volume's class. */
const studies = async (options: PredictOptions, world: PredictWorld): Promise<Told> => {
  const { teller, settings, force, stepOf } = world;
  const { input, output, overwrite } = options;
  const classes = ["CT", "T1", "T2"] as const;
  const known = classes.flatMap((name) => teller.models.forClass(name) ?? []);
  if (known.length === 0) throw failed("NO_MODEL", `No model is installed in ${settings.models.folder}.`);
  const step = stepOf("all");
  const files = await step("open", (progress) =>
    listFolder(input, { tempFolder: "", limits: settings.input }, progress),
  );
  const { series } = await step("headers", (progress) => seriesOfFiles(files, progress));
  if (series.length === 0)
    throw failed(
      "USAGE",
      `There is no NIfTI, NRRD or MetaImage file in ${input}, and no DICOM file in or below it.`,
    );
  world.hold();
  const models = Object.fromEntries(known.map((model) => [model.modelClass, model]));
  const head = { ...headOf(teller, settings), models };
  const prediction = openPrediction(output, head, "all", overwrite === true);
  const ended = await predictStudies(series, prediction, { folder: output, teller, force, stepOf });
  const used = known.map(nameOf).join(", ");
  const wanted = ended.rows.length + (ended.isStopped ? 1 : 0);
  return { ...ended, head, wanted, passedOver: [], notes: [], model: used };
};

const headOf = (
  { software, settings: { settingsDigest } }: Teller,
  { inference: { mirror, tileStride, float16 } }: Settings,
) => ({
  notice: RESEARCH_NOTICE,
  software,
  settings: { mirror, tileStride, float16 },
  settingsDigest,
});

const nameOf = ({ id, isPhantomModel }: ModelIdentity): string =>
  `${isPhantomModel ? `${PHANTOM_NOTICE} ` : ""}${id}`;
