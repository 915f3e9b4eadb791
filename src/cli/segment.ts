import type { Command } from "commander";
import { clock } from "../compose.ts";
import { makeTemporaryFolder } from "../disk/temporaryFolder.ts";
import { failed } from "../domain/failure.ts";
import { sayMl } from "../domain/millilitres.ts";
import { PHANTOM_NOTICE, RESEARCH_NOTICE } from "../domain/result.ts";
import { isVolumeFile } from "../files/volumeFormats.ts";
import { writeFiles } from "../files/writeFiles.ts";
import { resultFiles } from "../predict/resultFiles.ts";
import { type Results, segmentDicom, segmentVolumeFile } from "../predict/segmentFiles.ts";
import { makeLog } from "../processes/log.ts";
import { makeStep } from "../story/step.ts";
import { uid } from "./arguments.ts";
import { device, type ModelOptions, modelClass, settle, tellerFor } from "./chooseModel.ts";
import { interruptSignal, settingsFor } from "./context.ts";
import { bold, green, note, print, printJson, yellow } from "./output.ts";
import { inputPath, keepApart, keepFile, outputFolder } from "./paths.ts";
import { makeProgressLine } from "./progress.ts";

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
    .requiredOption(
      "-i, --input <path>",
      "DICOM folder, zip or file, or a NIfTI, NRRD or MetaImage file",
      inputPath,
    )
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
      const isVolume = isVolumeFile(options.input);
      if (isVolume) {
        refuseChoice(options);
        keepFile(options.input, options.output, ["mask.nii.gz"]);
      }
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
        const results = isVolume
          ? await segmentVolumeFile(options.input, teller, force, step)
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

const refuseChoice = ({ series, part }: SegmentOptions): void => {
  if (series === undefined && part === undefined) return;
  const option = series === undefined ? "--part" : "--series";
  throw failed(
    "USAGE",
    `The file is one volume, among which there is nothing to choose: leave out ${option}.`,
  );
};

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
