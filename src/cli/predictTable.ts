import { caseName } from "../convert/volumeNames.ts";
import { roundedMl } from "../domain/millilitres.ts";
import { RESEARCH_NOTICE } from "../domain/result.ts";
import type { PredictionHead } from "../predict/predictFolder.ts";
import type { CaseRow, ImagesEnded } from "../predict/predictImages.ts";
import type { RefusedSeries } from "../predict/predictStudies.ts";
import { bold, note, print, printJson, table, yellow } from "./output.ts";

/** What is told at the end of either. */
export type Told = ImagesEnded & {
  readonly head: PredictionHead;
  /** How many were to be done, as far as it is known. */
  readonly wanted: number;
  readonly refused: readonly RefusedSeries[];
  readonly passedOver: readonly string[];
  /** What people should know beside the table. */
  readonly notes: readonly string[];
  readonly model: string;
};

/** Tells people or machines, and settles the exit code. */
export const report = (
  { rows, isStopped, head, wanted, refused, passedOver, notes, model }: Told,
  { json, output }: { readonly json?: boolean; readonly output: string },
): void => {
  const failures = rows.filter(({ outcome }) => outcome === "failed").length;
  if (isStopped) process.exitCode = 130;
  else if (failures > 0) process.exitCode = 1;
  else if (rows.length === 0) process.exitCode = 3;
  if (json) {
    printJson({ ...head, passedOver, refused, cases: rows });
    return;
  }
  print(
    table(
      ["case", "ml", "warnings", "seconds", "status"],
      [...rows.map(cellsOf), ...refused.map(refusalCells)],
    ),
  );
  for (const sentence of notes) note(yellow(sentence));
  const before = rows.filter(({ doneBefore }) => doneBefore).length;
  const ineligible = refused.length === 0 ? "" : `, ${refused.length} not eligible`;
  const counts = `${rows.length - before - failures} done, ${before} done before, ${failures} failed${ineligible}`;
  const rest = "models" in head ? "some" : wanted - rows.length;
  const left = isStopped ? `, ${rest} left: stopped, the same command goes on` : "";
  const nothing = !isStopped && before > 0 && before === wanted ? ": nothing was left to do" : "";
  note(`${bold(counts)}${left}${nothing} · model ${model} · masks and predict.json in ${output}`);
  note(RESEARCH_NOTICE);
};

const refusalCells = ({
  seriesUid,
  seriesNumber,
  part,
  code,
  sentence,
}: RefusedSeries): readonly string[] => [
  caseName(seriesNumber, seriesUid, part),
  "–",
  "–",
  "–",
  `not eligible: ${sentence} [${code}]`,
];

const cellsOf = (row: CaseRow): readonly string[] => {
  const seconds = row.seconds.toFixed(1);
  if (row.outcome === "failed") return [row.case, "–", "–", seconds, `failed: ${row.sentence} [${row.code}]`];
  const warnings = row.warnings.map(({ code }) => code).join(" ");
  const nothing = row.outcome === "no-pancreas-found" ? ", no pancreas found" : "";
  const status = `${row.doneBefore ? "done before" : "done"}${nothing}`;
  return [row.case, roundedMl(row.volumeMl), warnings === "" ? "–" : warnings, seconds, status];
};
