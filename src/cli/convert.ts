import { mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import type { Command } from "commander";
import { clock, composeTeller, software } from "../compose.ts";
import { removeEarlier, reportFile } from "../convert/convertEarlier.ts";
import { type ConvertLimits, convertSeries, type SelectedOutcome } from "../convert/convertSeries.ts";
import { unreadFiles, warnOfUnread } from "../convert/convertUnread.ts";
import { seriesNames } from "../convert/volumeNames.ts";
import { makeTemporaryFolder } from "../disk/temporaryFolder.ts";
import { RESEARCH_NOTICE } from "../domain/result.ts";
import { listFolder, type Unpacking } from "../files/listFolder.ts";
import { type FileSeries, type SeriesOfFiles, seriesOfFiles } from "../files/seriesOfFiles.ts";
import type { Step } from "../ports/world.ts";
import { makeLog } from "../processes/log.ts";
import { makeStep } from "../story/step.ts";
import { wholeNumber } from "./arguments.ts";
import { interruptSignal, settingsFor } from "./context.ts";
import { note, print, printJson, table, yellow } from "./output.ts";
import { inputPath, keepApart, outputFolder } from "./paths.ts";
import { makeProgressLine } from "./progress.ts";

type ConvertOptions = {
  readonly input: string;
  readonly output: string;
  readonly minSlices: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
};

type SeriesOutcome = Omit<FileSeries, "instances"> & {
  readonly instances: number;
  readonly volumes: readonly SelectedOutcome[];
};

/**
 * report.json: what became of every volume of every series. No text of a header, nothing of the machine or the moment;
 * names of files only where they could not be read.
 */
type ConversionReport = {
  readonly notice: string;
  readonly software: typeof software;
  readonly unreadable: SeriesOfFiles["unreadable"];
  readonly unreadableFiles: readonly string[];
  readonly series: readonly SeriesOutcome[];
};

export const describeConvert = (command: Command): void => {
  command
    .requiredOption("-i, --input <path>", "DICOM folder, zip or file", inputPath)
    .requiredOption("-o, --output <folder>", "where the files go; always a folder", outputFolder)
    .option("--min-slices <n>", "smaller stacks are refused", wholeNumber({ least: 1, most: 999_999 }), 3)
    .option("--json", "print the report")
    .option("--quiet", "no progress")
    .addHelpText("after", "\nExample:\n  panseg convert -i ./study -o ./volumes")
    .action(async (options: ConvertOptions, command: Command) => {
      keepApart(options.input, options.output);
      const settings = settingsFor(command);
      const limits: Limits = {
        minSlices: options.minSlices,
        maxVoxels: settings.series.maxVoxels,
        repairs: settings.series.repairs,
        select: composeTeller(settings, makeLog("silent")).settings,
      };
      const line = makeProgressLine(options.quiet === true || options.json === true);
      const step = makeStep({
        clock,
        log: makeLog("silent"),
        signal: interruptSignal(),
        fields: () => ({}),
        report: line.update,
        reportEveryMs: 200,
      });
      const temporary = makeTemporaryFolder();
      const unpacking = { tempFolder: temporary.path, limits: settings.input };
      try {
        mkdirSync(options.output, { recursive: true });
        removeEarlier(options.output);
        const report = await convertAll(options, unpacking, limits, step);
        writeReport(options.output, report);
        line.end();
        tell(report, options);
      } finally {
        line.end();
        temporary.remove();
      }
    });
};

type Limits = Omit<ConvertLimits, "onProgress" | "unread">;

/** What the names of files are told from. */
const rootOf = (input: string, tempFolder: string): string => {
  if (extname(input).toLowerCase() === ".zip") return tempFolder;
  return statSync(input).isDirectory() ? input : dirname(input);
};

const convertAll = async (
  { input, output }: ConvertOptions,
  unpacking: Unpacking,
  limits: Limits,
  step: Step,
): Promise<ConversionReport> => {
  const files = await step("open", (progress) => listFolder(input, unpacking, progress));
  const { series, unreadable } = await step("headers", (progress) => seriesOfFiles(files, progress));
  const unread = unreadFiles(files, series, rootOf(input, unpacking.tempFolder));
  const names = seriesNames(series);
  const outcomes: SeriesOutcome[] = [];
  for (const [n, { instances, ...rest }] of series.entries()) {
    const volumes = await step(`series ${n + 1} of ${series.length}`, (onProgress) =>
      convertSeries({ instances, ...rest }, names[n] ?? "", output, {
        ...limits,
        unread: warnOfUnread(instances, unread),
        onProgress,
      }),
    );
    outcomes.push({ ...rest, instances: instances.length, volumes });
  }
  return {
    notice: RESEARCH_NOTICE,
    software,
    unreadable,
    unreadableFiles: unread.map(({ file }) => file),
    series: outcomes,
  };
};

const writeReport = (folder: string, report: ConversionReport): void => {
  const path = join(folder, reportFile);
  writeFileSync(`${path}.part`, `${JSON.stringify(report, null, 2)}\n`);
  renameSync(`${path}.part`, path);
};

const tell = (report: ConversionReport, { json, output }: ConvertOptions): void => {
  const volumes = report.series.flatMap((series) => series.volumes);
  const written = volumes.filter(({ outcome }) => outcome === "converted").length;
  if (written === 0) process.exitCode = 3;
  if (json) {
    printJson(report);
    return;
  }
  const rows = report.series.flatMap((series) => series.volumes.map((volume) => rowOf(series, volume)));
  if (rows.length > 0) print(table(["series", "part", "instances", "voxels", "mm", "file or reason"], rows));
  for (const [code, files] of Object.entries(report.unreadable))
    note(yellow(`${files} file(s) were passed over [${code}]`));
  note(`${written} volume(s) written, ${volumes.length - written} refused · report.json in ${output}`);
  note(RESEARCH_NOTICE);
};

const rowOf = ({ seriesNumber, instances }: SeriesOutcome, volume: SelectedOutcome): readonly string[] => {
  const head = [seriesNumber === null ? "–" : String(seriesNumber), volume.part, String(instances)];
  if (volume.outcome === "refused") return [...head, "–", "–", `${volume.sentence} [${volume.code}]`];
  const warned = volume.warnings.map(({ code }) => ` [${code}]`).join("");
  const spacing = volume.spacingMm.map((mm) => Number(mm.toFixed(3))).join("×");
  return [...head, volume.shape.join("×"), spacing, `${volume.file}${warned}`];
};
