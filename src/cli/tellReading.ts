import type { GroupsNote, LeftOut } from "../cohort/cohortReport.ts";
import { nameSome } from "../cohort/nameSome.ts";
import type { Remark } from "../cohort/remarks.ts";
import { note, yellow } from "./output.ts";

/** What an evaluation or a study of readers read, beside its numbers. */
export type ReadingNotes = {
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
  readonly groupsTable: GroupsNote | null;
};

/** More lines of one kind than a screen shows tell nothing; the files name all. */
const MOST_LINES = 10;

const separatorNames = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" } as const;

const tellGroups = ({
  rows,
  columns,
  encoding,
  separator,
  notGroups,
  unmatchedRows,
  unmatchedCases,
}: GroupsNote): void => {
  const by = columns.length === 0 ? "no groups" : `groups by ${columns.join(", ")}`;
  note(`table of groups: ${rows} rows, ${encoding}, parted by ${separatorNames[separator]}; ${by}`);
  for (const { column, why } of notGroups) note(`${yellow("!")} column ${column} makes no groups: ${why}`);
  if (unmatchedRows.length > 0)
    note(`${yellow("!")} ${unmatchedRows.length} rows name no case: ${nameSome(unmatchedRows)}`);
  if (unmatchedCases.length > 0)
    note(`${yellow("!")} ${unmatchedCases.length} cases have no row: ${nameSome(unmatchedCases)}`);
};

/** Names what is left out and why, and what else people should know, `files` being where all of it stands. */
export const tellReading = ({ leftOut, remarks, groupsTable }: ReadingNotes, files: string): void => {
  if (groupsTable !== null) tellGroups(groupsTable);
  for (const { sentence, names, needsLook } of remarks)
    note(`${needsLook ? yellow("!") : "·"} ${sentence}: ${nameSome(names)}`);
  for (const { name, failure } of leftOut.slice(0, MOST_LINES))
    note(`${yellow("!")} ${name} is left out: ${failure.sentence} [${failure.code}]`);
  if (leftOut.length > MOST_LINES)
    note(`${yellow("!")} ${leftOut.length - MOST_LINES} more are left out, each with its reason in ${files}`);
};

/** Whether a person must look: a case is missing, has no row, or counts as something else than people think. */
export const needsLook = ({ leftOut, remarks, groupsTable }: ReadingNotes): boolean =>
  leftOut.length > 0 ||
  remarks.some((remark) => remark.needsLook) ||
  (groupsTable?.unmatchedCases.length ?? 0) > 0;
