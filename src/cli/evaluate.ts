import { setFlagsFromString } from "node:v8";
import type { Command } from "commander";
import { casesCsv } from "../cohort/casesCsv.ts";
import type { CohortReport } from "../cohort/cohortReport.ts";
import { evaluateFolders } from "../cohort/evaluateFolders.ts";
import { renderReport } from "../cohort/renderReport.ts";
import { clock, software } from "../compose.ts";
import { failed } from "../domain/failure.ts";
import { RESEARCH_NOTICE } from "../domain/result.ts";
import { writeFiles } from "../files/writeFiles.ts";
import { wholeNumber } from "./arguments.ts";
import { interruptSignal } from "./context.ts";
import { comparisonTable, groupsTable, paperTableText } from "./evaluateTables.ts";
import { groupsOf, maskLabel, namesFor, toleranceMm } from "./maskOptions.ts";
import { bold, note, print, printJson, yellow } from "./output.ts";
import { inputFile, inputFolder, inputPath, keepApart, keepFile, outputFolder, realPath } from "./paths.ts";
import { makeProgressLine } from "./progress.ts";
import { needsLook, tellReading } from "./tellReading.ts";

type EvaluateOptions = {
  readonly ref: string;
  readonly pred: string;
  readonly output: string;
  readonly groups?: string;
  readonly modality?: string;
  readonly against?: string;
  readonly refLabel?: number;
  readonly predLabel?: number;
  readonly resample?: boolean;
  readonly tolerance: number;
  readonly images?: string;
  readonly gallery: number;
  readonly paper?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
};

export const describeEvaluate = (command: Command): void => {
  command
    .requiredOption(
      "--ref <path>",
      "reference masks: folder of NIfTI, NRRD or MetaImage files or DICOM SEG",
      inputPath,
    )
    .requiredOption("--pred <path>", "predicted masks; paired by file name or source series", inputPath)
    .requiredOption("-o, --output <folder>", "where the results go", outputFolder)
    .option(
      "--groups <csv>",
      "table: case, modality, centre, scanner, sequence, … (see src/cohort/README.md)",
      inputFile,
    )
    .option("--modality <name>", "of all cases that the table says nothing of")
    .option("--against <path>", "another method's masks, tested case by case against --pred", inputPath)
    .option(
      "--ref-label <n>",
      "label or segment number (SEG) of the references; default: any label, the pancreas",
      maskLabel,
    )
    .option("--pred-label <n>", "the same of the predictions", maskLabel)
    .option("--resample", "bring predictions on another grid onto the reference's instead of refusing them")
    .option("--tolerance <mm>", "of the surface Dice", toleranceMm, 2)
    .option(
      "--images <folder>",
      "images (<case>_0000.nii.gz, <case>.nii.gz or a DICOM folder) under the worst cases' outlines",
      inputFolder,
    )
    .option(
      "--gallery <n>",
      "how many of the worst cases are drawn",
      wholeNumber({ least: 0, most: 1000 }),
      6,
    )
    .option("--paper", "print the publication's table beside yours")
    .option("--json", "print the summary instead of tables")
    .option("--quiet", "no progress")
    .addHelpText(
      "after",
      "\nOf a SEG the pancreas is found by its codes and names; quality.namesFile adds a site's own.\n" +
        "\nExample:\n  panseg evaluate --ref labelsTs --pred out --images imagesTs --groups cases.csv --paper -o evaluation",
    )
    .action(async (options: EvaluateOptions, command: Command) => {
      keepApart([options.ref, options.pred, options.against, options.images], options.output);
      keepFile(options.groups, options.output, ["cases.csv"]);
      refuseSame(options);
      warnOfSame(options);
      // Thousands of short-lived masks and marks let V8 take 100 MB for new objects, and save no time by it.
      setFlagsFromString("--semi-space-growth-factor=1");
      const line = makeProgressLine(options.quiet === true || options.json === true);
      const signal = interruptSignal();
      try {
        const report = await evaluateFolders({
          references: options.ref,
          predictions: options.pred,
          against: options.against ?? null,
          referenceLabel: options.refLabel ?? null,
          predictionLabel: options.predLabel ?? null,
          names: namesFor(command),
          groups: groupsOf(options.groups),
          modality: options.modality ?? null,
          resample: options.resample === true,
          toleranceMm: options.tolerance,
          images: options.images ?? null,
          galleryCases: options.gallery,
          withPaper: options.paper === true,
          software,
          nowMs: clock.nowMs(),
          onProgress: (what, share) => {
            signal.throwIfAborted();
            line.update(what, share);
          },
        });
        line.update("report", 0.9);
        writeFiles(options.output, [
          ["cases.csv", casesCsv(report.cases, report.leftOut)],
          ["summary.json", summaryOf(report)],
          ["report.html", await renderReport(report)],
        ]);
        line.end();
        tell(report, options);
      } catch (error) {
        if (!signal.aborted) throw error;
        process.exitCode = 130;
      } finally {
        line.end();
      }
    });
};

/** A method tested against itself would be no better and no worse, with a p value. Throws USAGE. */
const refuseSame = ({ pred, against }: EvaluateOptions): void => {
  if (against !== undefined && realPath(against) === realPath(pred))
    throw failed("USAGE", `--against and --pred are both ${pred}; give the other method's masks.`);
};

/** Whoever checks an installation may mean it: a mask agrees with itself wholly, which says nothing of a method. */
const warnOfSame = ({ ref, ...others }: EvaluateOptions): void => {
  for (const name of ["pred", "against"] as const) {
    const path = others[name];
    if (path !== undefined && realPath(path) === realPath(ref))
      note(`${yellow("!")} --ref and --${name} are both ${path}: every mask is compared with itself.`);
  }
};

/** The pictures stand in the report alone. */
const withoutPictures = ({ gallery: _gallery, ...rest }: CohortReport) => ({
  notice: RESEARCH_NOTICE,
  ...rest,
});

const summaryOf = (report: CohortReport): string => `${JSON.stringify(withoutPictures(report), null, 2)}\n`;

const tell = (report: CohortReport, options: EvaluateOptions): void => {
  const { leftOut, cases, paper, comparison } = report;
  const lacking = comparison?.leftOut ?? [];
  if (options.json) printJson(withoutPictures(report));
  else {
    print(groupsTable(report));
    if (comparison !== null) print(`\n${comparisonTable(comparison)}`);
    if (paper !== null) print(`\n${paperTableText(paper)}`);
    tellReading(report, `${options.output}/cases.csv`);
    for (const { name, failure } of lacking.slice(0, 10))
      note(`${yellow("!")} ${name} is not compared: ${failure.sentence} [${failure.code}]`);
    if (lacking.length > 10)
      note(`${yellow("!")} ${lacking.length - 10} more are not compared: see summary.json`);
    note(`${bold(String(cases.length))} cases, ${leftOut.length} left out · ${options.output}/report.html`);
    note(RESEARCH_NOTICE);
  }
  if (needsLook(report) || lacking.length > 0) process.exitCode = 1;
};
