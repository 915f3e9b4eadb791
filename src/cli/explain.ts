import { existsSync } from "node:fs";
import type { Command } from "commander";
import { composePacs, composeTeller } from "../compose.ts";
import { number, text } from "../dicom/file/header.ts";
import { type SelectOptions, selectVolumes } from "../dicom/select/selectVolumes.ts";
import type { VolumeChoice } from "../dicom/select/volumeChoice.ts";
import { makeTemporaryFolder } from "../disk/temporaryFolder.ts";
import type { Failure } from "../domain/failure.ts";
import type { Header } from "../domain/series.ts";
import { groupBySeries } from "../files/chooseVolume.ts";
import { listFolder } from "../files/listFolder.ts";
import { makeLog } from "../processes/log.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import { listHeaders } from "../story/listing.ts";
import { settingsFor } from "./context.ts";
import { note, print, printJson, table } from "./output.ts";
import { pathOrUid } from "./paths.ts";
import { makeProgressLine, type ProgressLine } from "./progress.ts";

/** What is decided about one volume of one series, for people and machines. */
type Explained = {
  readonly seriesUid: string;
  readonly number: number | null;
  readonly description: string | null;
  readonly part: string;
  readonly images: number;
  readonly verdict: "segment" | "refuse";
  readonly modelClass: string | null;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly failure: Failure | null;
};

export const describeExplain = (command: Command): void => {
  command
    .argument("<source>", "folder, zip, file or StudyInstanceUID", pathOrUid)
    .option("--json", "print one JSON array")
    .addHelpText(
      "after",
      "\nEnds with 3 where there is no series to explain.\n\nExamples:\n  panseg explain ./study\n  panseg explain 1.2.840.1 --config my.yaml --json",
    )
    .action(async (source: string, options: { readonly json?: boolean }, command: Command) => {
      const settings = settingsFor(command);
      const line = makeProgressLine(options.json === true);
      const log = makeLog("silent");
      const { settings: select } = composeTeller(settings, log);
      const isPath = existsSync(source);
      const series = await (isPath ? seriesOfPath : seriesOfStudy)(source, settings, line);
      line.end();
      const explained = series.flatMap(({ headers }) => explainSeries(headers, select));
      if (options.json) printJson(explained);
      else if (explained.length > 0) print(table(header, explained.map(rowOf)));
      if (explained.length > 0) return;
      note(isPath ? `No DICOM series in ${source}.` : `The archive holds no series of the study ${source}.`);
      process.exitCode = 3;
    });
};

type HeadersOfSeries = { readonly headers: readonly Header[] };

const seriesOfPath = async (
  path: string,
  settings: Settings,
  line: ProgressLine,
): Promise<readonly HeadersOfSeries[]> => {
  const temporary = makeTemporaryFolder();
  const unpacking = { tempFolder: temporary.path, limits: settings.input };
  try {
    const files = await listFolder(path, unpacking, (share) => line.update("open", share));
    return groupBySeries(files, (share) => line.update("reading headers", share));
  } finally {
    temporary.remove();
  }
};

const seriesOfStudy = async (
  studyUid: string,
  settings: Settings,
  line: ProgressLine,
): Promise<readonly HeadersOfSeries[]> => {
  const pacs = composePacs(settings, makeLog("silent"));
  const listed = await pacs.describeStudy(studyUid);
  const series: HeadersOfSeries[] = [];
  for (const [index, { seriesUid }] of listed.entries()) {
    line.update("reading headers", index / listed.length);
    series.push({ headers: await listHeaders({ studyUid, seriesUid }, { pacs }) });
  }
  return series;
};

const explainSeries = (headers: readonly Header[], options: SelectOptions): readonly Explained[] => {
  const [first = {}] = headers;
  const about = {
    seriesUid: text(first, "SeriesInstanceUID") ?? "",
    number: number(first, "SeriesNumber"),
    description: text(first, "SeriesDescription"),
  };
  return selectVolumes(headers, options).map((choice) => ({ ...about, ...explainChoice(choice) }));
};

const explainChoice = (choice: VolumeChoice) => {
  const { part, images, score, reasons } = choice;
  return choice.kind === "accepted"
    ? ({
        part,
        images,
        score,
        reasons,
        verdict: "segment",
        modelClass: choice.modelClass,
        failure: null,
      } as const)
    : ({
        part,
        images,
        score,
        reasons,
        verdict: "refuse",
        modelClass: null,
        failure: choice.failure,
      } as const);
};

const header = ["series", "description", "volume", "images", "verdict", "class", "score", "why"];

const rowOf = (explained: Explained): readonly string[] => [
  explained.number === null ? explained.seriesUid.slice(-12) : String(explained.number),
  explained.description ?? "",
  explained.part,
  String(explained.images),
  explained.verdict,
  explained.modelClass ?? "",
  explained.failure === null ? String(explained.score) : "",
  explained.failure === null
    ? explained.reasons.join("; ")
    : `${explained.failure.sentence} [${explained.failure.code}]`,
];
