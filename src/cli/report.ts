import type { Command } from "commander";
import { composePacs, software } from "../compose.ts";
import { failed, policyOf } from "../domain/failure.ts";
import { type ArchivedReport, isCurrent } from "../domain/report.ts";
import { RESEARCH_NOTICE } from "../domain/result.ts";
import { asChild, tellParent } from "../processes/childSide.ts";
import { makeLog } from "../processes/log.ts";
import type { ReportMessage } from "../processes/reports.ts";
import { toCsv } from "../readout/toCsv.ts";
import { toFhir } from "../readout/toFhir.ts";
import { tableHeader, toTable } from "../readout/toTable.ts";
import { type ReadReports, readReports } from "../story/readReports.ts";
import { choice, uid } from "./arguments.ts";
import { settingsFor } from "./context.ts";
import { note, print, printJson, table } from "./output.ts";

const formats = ["table", "json", "csv", "fhir"] as const;
type Format = (typeof formats)[number];

type ReportOptions = {
  readonly format: Format;
  readonly all?: boolean;
  readonly patient?: boolean;
  readonly includePatient?: boolean;
};

/** A service that started this process hears what does not stand in the data. */
const tell = (message: ReportMessage): void => tellParent(message);

export const describeReport = (command: Command): void => {
  command
    .argument("<study-uid>", "StudyInstanceUID", uid)
    .option("--format <format>", formats.join(", "), choice(formats), "table")
    .option("--all", "also in csv and fhir: what was taken back or replaced")
    .option("--patient", "every study of the patient")
    .option("--include-patient", "fhir: name the patient by identifier")
    .addHelpText(
      "after",
      "\nExamples:\n  panseg report 1.2.840.1 --config my.yaml\n  panseg report 1.2.840.1 --patient --format csv > volumes.csv",
    )
    .action((studyUid: string, options: ReportOptions, command: Command) =>
      asChild(() => report(studyUid, options, command)),
    );
};

const report = async (studyUid: string, options: ReportOptions, command: Command): Promise<void> => {
  const { format } = options;
  if (options.includePatient === true && format !== "fhir")
    throw failed("USAGE", "--include-patient is of --format fhir alone; no other form names a patient.");
  const settings = settingsFor(command);
  const pacs = composePacs(settings, makeLog("silent"));
  const read = await readReports(pacs, studyUid, options.patient === true ? "patient" : "study");
  for (const { sopInstanceUid, code } of read.unreadable)
    note(`! the document ${sopInstanceUid} could not be read [${code}]`);
  const shown = isComplete(format) || options.all === true ? read.reports : read.reports.filter(isCurrent);
  if (shown.length === 0) return sayNone(read);
  tell({ kind: "read", unreadable: read.unreadable.length });
  write(format, shown, read, options);
};

/** What people read, and what names everything, leaves out nothing. */
const isComplete = (format: Format): boolean => format === "table" || format === "json";

const sayNone = ({ reports }: ReadReports): void => {
  const sentence =
    reports.length === 0
      ? "The archive holds no measurement report of it."
      : `Every report of it (${reports.length}) was taken back or replaced; --all shows them.`;
  tell({ kind: "failed", code: "NO_REPORT", sentence });
  note(sentence);
  process.exitCode = policyOf("NO_REPORT").exitCode;
};

const write = (
  format: Format,
  reports: readonly ArchivedReport[],
  { unreadable, patients }: ReadReports,
  { includePatient }: ReportOptions,
): void => {
  if (format === "csv") process.stdout.write(toCsv(reports));
  else if (format === "json") printJson({ notice: RESEARCH_NOTICE, reports, unreadable });
  else if (format === "fhir")
    printJson(toFhir(reports, includePatient ? patients : new Map(), software.name));
  else {
    const rows = toTable(reports);
    print(rows.length === 0 ? "no report states a volume" : table(tableHeader, rows));
    note(RESEARCH_NOTICE);
  }
};
