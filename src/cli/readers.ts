import { type Command, InvalidArgumentError } from "commander";
import type { Agreement, MeanMatrix, ReaderGroup } from "../cohort/readerAgreement.ts";
import { type ReaderStudy, type Reading, studyReaders } from "../cohort/readerStudy.ts";
import { readPairsCsv } from "../cohort/readPairsCsv.ts";
import { RESEARCH_NOTICE } from "../domain/result.ts";
import { writeFiles } from "../files/writeFiles.ts";
import { interruptSignal } from "./context.ts";
import { groupsOf, maskLabel, namesFor } from "./maskOptions.ts";
import { bold, note, print, printJson, table } from "./output.ts";
import { inputFile, inputPath, keepApart, keepFile, liesIn, outputFolder, realPath } from "./paths.ts";
import { makeProgressLine } from "./progress.ts";
import { needsLook, tellReading } from "./tellReading.ts";

type ReadersOptions = {
  readonly reading: readonly Reading[];
  readonly output: string;
  readonly groups?: string;
  readonly label?: number;
  readonly resample?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
};

export const describeReaders = (command: Command): void => {
  command
    .requiredOption(
      "--reading <reader=folder...>",
      "masks of one reading; the same reader again is a repeat",
      readingOf,
    )
    .requiredOption("-o, --output <folder>", "where readers.json and pairs.csv go", outputFolder)
    .option("--groups <csv>", "table: case, modality, centre, …", inputFile)
    .option("--label <n>", "label or segment number (SEG); default: any label, the pancreas", maskLabel)
    .option("--resample", "bring masks on another grid onto the first reading's instead of refusing them")
    .option("--json", "print the study instead of tables")
    .option("--quiet", "no progress")
    .addHelpText(
      "after",
      "\nOf a SEG the pancreas is found by its codes and names; quality.namesFile adds a site's own.\n" +
        "\nExample:\n  panseg readers --reading anna=anna-1 --reading anna=anna-2 --reading ben=ben -o agreement",
    )
    .action(async (options: ReadersOptions, command: Command) => {
      keepApart(
        options.reading.map(({ folder }) => folder),
        options.output,
      );
      keepFile(options.groups, options.output, ["pairs.csv"]);
      const line = makeProgressLine(options.quiet === true || options.json === true);
      const signal = interruptSignal();
      try {
        const study = await studyReaders({
          readings: options.reading,
          label: options.label ?? null,
          names: namesFor(command),
          groups: groupsOf(options.groups),
          resample: options.resample === true,
          onProgress: (what, share) => {
            signal.throwIfAborted();
            line.update(what, share);
          },
        });
        writeFiles(options.output, [
          ["pairs.csv", readPairsCsv(study)],
          ["readers.json", `${JSON.stringify({ notice: RESEARCH_NOTICE, ...study }, null, 2)}\n`],
        ]);
        line.end();
        tell(study, options);
      } catch (error) {
        if (!signal.aborted) throw error;
        process.exitCode = 130;
      } finally {
        line.end();
      }
    });
};

/** One reading counted twice would agree with itself perfectly. */
const sameMasks = (one: Reading, other: Reading): string => {
  const isSame = realPath(one.folder) === realPath(other.folder);
  const what = isSame
    ? `is already a reading of ${one.reader}`
    : `shares masks with ${one.folder}, a reading of ${one.reader}`;
  return `${other.folder} ${what}; each reading has a folder of its own.`;
};

const readingOf = (text: string, before: readonly Reading[] = []): readonly Reading[] => {
  const [, reader, folder] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (reader === undefined || folder === undefined)
    throw new InvalidArgumentError("It is a reader and a folder, as in anna=./masks.");
  const other = before.find((each) => liesIn(each.folder, folder) || liesIn(folder, each.folder));
  if (other !== undefined) throw new InvalidArgumentError(sameMasks(other, { reader, folder }));
  return [...before, { reader, folder: inputPath(folder) }];
};

/** The number of cases stands in the title where all entries share it, else in each cell. */
const matrix = (
  title: string,
  values: MeanMatrix,
  { cases }: ReaderGroup,
  labels: readonly string[],
): string => {
  const counts = new Set(cases.flatMap((row, i) => row.filter((_, j) => j !== i)));
  const [only] = counts;
  const cell = (value: number | null, i: number, j: number): string => {
    if (value === null) return "– (n 0)";
    return counts.size === 1 || i === j ? value.toFixed(3) : `${value.toFixed(3)} (n ${cases[i]?.[j] ?? 0})`;
  };
  return table(
    [counts.size === 1 ? `${title} (n ${only})` : title, ...labels],
    values.map((row, i) => [labels[i] ?? "", ...row.map((value, j) => cell(value, i, j))]),
  );
};

const range = ({ mean, sd, interval }: Agreement["dice"]): string => {
  const spread = sd === null ? "" : ` ± ${sd.toFixed(3)}`;
  const bounds = interval === null ? "" : ` (${interval.low.toFixed(3)}–${interval.high.toFixed(3)})`;
  return `${mean.toFixed(3)}${spread}${bounds}`;
};

const agreementRow = (name: string, kind: string, found: Agreement | null): readonly string[] =>
  found === null
    ? [name, kind, "0", "–", "–"]
    : [name, kind, `${found.pairs} in ${found.cases} cases`, range(found.dice), range(found.kappa)];

const groupRows = ({ where, within, between }: ReaderGroup): readonly (readonly string[])[] => {
  const name = Object.values(where).join(", ") || "all";
  return [agreementRow(name, "within readers", within), agreementRow(name, "between readers", between)];
};

/** Why a mean stands without its interval, once for each reason. */
const withoutInterval = (groups: readonly ReaderGroup[]): readonly string[] => {
  const reasons = groups.flatMap(({ within, between }) =>
    [within, between].flatMap((found) => [found?.dice.why ?? [], found?.kappa.why ?? []].flat()),
  );
  return [...new Set(reasons)].map((why) => `no interval: ${why}`);
};

const volumesLine = ({ volumes, whyNoVolumes }: ReaderGroup): string => {
  const name = "ICC(2,1) of the volumes, each reader's first reading";
  if (volumes === null) return `${name}: – (${whyNoVolumes})`;
  const of = `${volumes.subjects} cases, ${volumes.raters} readers`;
  const { icc21 } = volumes;
  if (icc21 === null) return `${name}: – (${of}; ${volumes.why})`;
  const bounds =
    icc21.interval === null
      ? `no interval: ${icc21.why}`
      : `95 % ${icc21.interval.low.toFixed(3)} to ${icc21.interval.high.toFixed(3)}`;
  return `${name}: ${icc21.value.toFixed(3)} (${of}; ${bounds})`;
};

const tell = (study: ReaderStudy, options: ReadersOptions): void => {
  const labels = study.readings.map(({ label }) => label);
  const [all] = study.groups;
  if (options.json) printJson({ notice: RESEARCH_NOTICE, ...study });
  else {
    if (all !== undefined)
      print(`${matrix("Dice", all.dice, all, labels)}\n\n${matrix("kappa", all.kappa, all, labels)}\n`);
    print(table(["group", "agreement", "pairs", "Dice", "kappa"], study.groups.flatMap(groupRows)));
    for (const line of withoutInterval(study.groups)) print(line);
    if (all !== undefined) print(volumesLine(all));
    tellReading(study, `${options.output}/readers.json`);
    note(`${bold(String(study.pairs.length))} pairs · files in ${options.output}`);
    note(RESEARCH_NOTICE);
  }
  if (needsLook(study)) process.exitCode = 1;
};
