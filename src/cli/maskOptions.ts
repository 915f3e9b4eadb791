import { type GroupsTable, readGroupsTable } from "../cohort/groupsTable.ts";
import { numberOf, textOfFile } from "./context.ts";

/** Label of a NIfTI or number of a segment that an option names; null without it. Throws USAGE. */
export const labelOf = (text: string | undefined, option: string): number | null =>
  text === undefined ? null : numberOf(text, option, { least: 1, isWhole: true });

/** The table that --groups names; an empty one without it. Throws USAGE. */
export const groupsOf = (path: string | undefined): GroupsTable =>
  path === undefined ? new Map() : readGroupsTable(textOfFile(path, "--groups"));
