import type { Command } from "commander";
import { clock, composePacs, composeQuality, software } from "../compose.ts";
import { FailureError, failed } from "../domain/failure.ts";
import { type AuditRules, type Drift, needsPerson, type Quality, withoutMemory } from "../domain/quality.ts";
import { RESEARCH_NOTICE } from "../domain/result.ts";
import type { AuditMessage } from "../processes/audits.ts";
import { asChild, tellParent } from "../processes/childSide.ts";
import { makeLog } from "../processes/log.ts";
import { auditQuality } from "../quality/auditQuality.ts";
import { type Explanation, explainStudy } from "../quality/explainStudy.ts";
import { readPancreasNames } from "../settings/pancreasNames.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import { day, uid, wholeNumber } from "./arguments.ts";
import { settingsFor } from "./context.ts";
import { toleranceMm } from "./maskOptions.ts";
import { note, print, printJson, red, table, yellow } from "./output.ts";
import { writeProblem } from "./paths.ts";
import { makeProgressLine } from "./progress.ts";
import { qualityHeader, qualityRows } from "./qualityTable.ts";

const DAY_MS = 86_400_000;

type AuditOptions = {
  readonly days?: number;
  readonly since?: string;
  readonly tolerance?: number;
  readonly baseline?: number;
  readonly includeAutomatic?: boolean;
  readonly failOnDrift?: boolean;
  readonly explain?: string;
  readonly save: boolean;
  readonly json?: boolean;
};

/** A service that started this process hears what it found. */
const tell = (message: AuditMessage): void => tellParent(message);

export const describeAuditQuality = (command: Command): void => {
  command
    .option(
      "--days <days>",
      "studies of the last days; older cases stay as an earlier audit found them",
      wholeNumber({ least: 1, most: 100_000 }),
    )
    .option("--since <date>", "studies from this date on, YYYY-MM-DD", day)
    .option("--tolerance <mm>", "surface distance that counts as agreement", toleranceMm)
    .option(
      "--baseline <cases>",
      "how many first cases say what is usual: with 50 a fall of 2 SD is found within 10 cases in 95 % of sites, with 20 in about 90 %",
      wholeNumber({ least: 5, most: 1_000_000 }),
    )
    .option("--include-automatic", "compare also with what other algorithms made without a person")
    .option("--fail-on-drift", "end with 1 when the agreement has fallen")
    .option(
      "--explain <study>",
      "say of every segmentation of this study why it counts or not, and audit nothing",
      uid,
    )
    .option("--no-save", "do not keep the result for the page and the next audit")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nA correction is a SEG of the pancreas by another writer on the same source series. Series that nobody corrected\n" +
        "say nothing and are not counted. By which codes and names the pancreas is known: quality.namesFile.\n" +
        "Ends with 1 where what may be a correction could not be read or compared.\n\n" +
        "Examples:\n  panseg audit-quality --days 90 --fail-on-drift\n  panseg audit-quality --explain 1.2.840.113619.2.55",
    )
    .action((options: AuditOptions, command: Command) =>
      asChild(async () => audit(options, settingsFor(command))),
    );
};

const audit = async (options: AuditOptions, settings: Settings): Promise<void> => {
  const order = { rules: rulesOf(options, settings), since: sinceOf(options, settings) };
  const names = readPancreasNames(settings.quality.namesFile);
  const file = composeQuality(settings);
  const world = { pacs: composePacs(settings, makeLog("silent")), clock, software, names };
  if (options.explain !== undefined)
    return showExplanations(
      await explainStudy(world, order, file.read(), options.explain),
      options.json === true,
    );
  const problem = options.save ? writeProblem(settings.dataFolder) : null;
  if (problem !== null)
    throw failed("FOLDER_UNWRITABLE", `dataFolder: ${problem}`, { folder: settings.dataFolder });
  const line = makeProgressLine(options.json === true);
  const { record, interrupted } = await auditQuality(world, order, file.read(), (share) =>
    line.update("comparing", share),
  ).finally(line.end);
  if (options.save) file.write(record);
  show(withoutMemory(record), options.json === true);
  const alarms = record.drift.filter(({ status }) => status === "alarm");
  for (const alarm of alarms)
    note(`${red("✗ DRIFT")} ${nameOf(alarm)}: ${alarm.sentence} (${alarm.cases} cases)`);
  if (interrupted !== null) throw new FailureError(interrupted);
  tell({ kind: "audited", cases: record.cases.length, alarms: alarms.map(alarmOf) });
  const isFallen = alarms.length > 0 && options.failOnDrift === true;
  if (isFallen || record.leftOut.some(needsPerson)) process.exitCode = 1;
};

const nameOf = ({ scanner }: Drift): string => scanner ?? "all scanners";

const alarmOf = ({ scanner, sentence }: Drift) => ({ scanner, sentence });

const rulesOf = (
  { tolerance, baseline, includeAutomatic }: AuditOptions,
  { quality }: Settings,
): AuditRules => ({
  toleranceMm: tolerance ?? quality.toleranceMm,
  baselineCases: baseline ?? quality.baselineCases,
  includeAutomatic: includeAutomatic ?? quality.includeAutomatic,
});

const sinceOf = ({ days, since }: AuditOptions, { quality }: Settings): string | null => {
  if (days !== undefined && since !== undefined) throw failed("USAGE", "Give --days or --since, not both.");
  if (since !== undefined) return since.replaceAll("-", "");
  const most = days ?? quality.days;
  if (most === null) return null;
  const beginMs = clock.nowMs() - most * DAY_MS;
  if (beginMs < 0) return null;
  return new Date(beginMs).toISOString().slice(0, 10).replaceAll("-", "");
};

const show = (quality: Quality, isJson: boolean): void => {
  if (isJson) printJson(quality);
  else showTable(quality);
};

const showTable = (quality: Quality): void => {
  const rows = qualityRows(quality.groups);
  print(rows.length === 0 ? "no corrected segmentation of ours was found" : table(qualityHeader, rows));
  const [overall] = quality.drift;
  if (overall !== undefined && overall.status !== "alarm") note(overall.sentence);
  const gone = quality.cases.filter(({ oursIsGone }) => oursIsGone === true);
  if (gone.length > 0)
    note(
      `${yellow("!")} ${gone.length} of ${quality.cases.length} case(s) count as an earlier audit found them: our segmentation is no longer in the archive`,
    );
  noteNames(gone.map(({ studyUid, oursSopInstanceUid }) => `study ${studyUid} SEG ${oursSopInstanceUid}`));
  for (const [code, members] of Map.groupBy(quality.leftOut, (each) => each.code)) {
    note(`${yellow("!")} ${members.length} not compared [${code}] ${members[0]?.sentence ?? ""}`);
    noteNames(members.map(({ studyUid, sopInstanceUid }) => `study ${studyUid} SEG ${sopInstanceUid}`));
  }
  note(RESEARCH_NOTICE);
};

const MOST_NAMES = 10;

const noteNames = (names: readonly string[]): void => {
  for (const name of names.slice(0, MOST_NAMES)) note(`    ${name}`);
  if (names.length > MOST_NAMES) note(`    and ${names.length - MOST_NAMES} more (--json names all)`);
};

/** Ends with 3 where there is nothing to explain, as other commands do that find nothing. */
const showExplanations = (explanations: readonly Explanation[], isJson: boolean): void => {
  if (isJson) printJson({ notice: RESEARCH_NOTICE, segmentations: explanations });
  else if (explanations.length > 0)
    print(
      table(
        ["counts", "found by", "why", "seg", "series"],
        explanations.map(({ counts, foundBy, sentence, code, sopInstanceUid, seriesUid }) => [
          counts ? "yes" : "no",
          foundBy ?? "",
          code === null ? sentence : `[${code}] ${sentence}`,
          sopInstanceUid,
          seriesUid,
        ]),
      ),
    );
  if (explanations.length > 0) return;
  note("The archive holds no segmentation of this study.");
  process.exitCode = 3;
};
