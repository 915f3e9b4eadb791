import { type Command, InvalidArgumentError } from "commander";
import type { Agreement, MeanMatrix, ReaderGroup } from "../cohort/readerAgreement.ts";
import { type ReaderStudy, type Reading, studyReaders } from "../cohort/readerStudy.ts";
import { readPairsCsv } from "../cohort/readPairsCsv.ts";
import { RESEARCH_NOTICE } from "../domain/result.ts";
import { writeFiles } from "../files/writeFiles.ts";
import { inputFile, inputPath, outputFolder } from "./arguments.ts";
import { interruptSignal } from "./context.ts";
import { groupsOf, maskLabel } from "./maskOptions.ts";
import { bold, note, print, printJson, table, yellow } from "./output.ts";
import { makeProgressLine } from "./progress.ts";

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
    .option(
      "--label <n>",
      "label (NIfTI) or segment number (SEG); default: any label, the pancreas",
      maskLabel,
    )
    .option("--resample", "bring masks on another grid onto the first reading's instead of refusing them")
    .option("--json", "print the study instead of tables")
    .option("--quiet", "no progress")
    .addHelpText(
      "after",
      "\nExample:\n  panseg readers --reading anna=anna-1 --reading anna=anna-2 --reading ben=ben -o agreement",
    )
    .action(async (options: ReadersOptions) => {
      const line = makeProgressLine(options.quiet === true || options.json === true);
      const signal = interruptSignal();
      try {
        const study = await studyReaders({
          readings: options.reading,
          label: options.label ?? null,
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

const readingOf = (text: string, before: readonly Reading[] = []): readonly Reading[] => {
  const [, reader, folder] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (reader === undefined || folder === undefined)
    throw new InvalidArgumentError("It is a reader and a folder, as in anna=./masks.");
  return [...before, { reader, folder: inputPath(folder) }];
};

const matrix = (title: string, values: MeanMatrix, labels: readonly string[]): string =>
  table(
    [title, ...labels],
    values.map((row, n) => [labels[n] ?? "", ...row.map((value) => value?.toFixed(3) ?? "–")]),
  );

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

const tell = (study: ReaderStudy, options: ReadersOptions): void => {
  const labels = study.readings.map(({ label }) => label);
  const [all] = study.groups;
  if (options.json) printJson({ notice: RESEARCH_NOTICE, ...study });
  else {
    if (all !== undefined)
      print(`${matrix("Dice", all.dice, labels)}\n\n${matrix("kappa", all.kappa, labels)}\n`);
    print(table(["group", "agreement", "pairs", "Dice", "kappa"], study.groups.flatMap(groupRows)));
    const icc = all?.volumes?.icc21?.value;
    if (icc !== undefined) print(`ICC(2,1) of the volumes: ${icc.toFixed(3)}`);
    for (const { name, failure } of study.leftOut)
      note(`${yellow("!")} ${name} is left out: ${failure.sentence} [${failure.code}]`);
    note(`${bold(String(study.pairs.length))} pairs · files in ${options.output}`);
    note(RESEARCH_NOTICE);
  }
  if (study.leftOut.length > 0) process.exitCode = 1;
};
