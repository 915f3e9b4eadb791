import { type GroupsTable, readGroupsTable } from "../cohort/groupsTable.ts";
import { wholeNumber } from "./arguments.ts";
import { textOfFile } from "./context.ts";

/** Label of a NIfTI or number of a segment. */
export const maskLabel = wholeNumber({ least: 1, most: 65_535 });

/** The table that --groups names; an empty one without it. Throws USAGE. */
export const groupsOf = (path: string | undefined): GroupsTable =>
  path === undefined ? new Map() : readGroupsTable(textOfFile(path, "--groups"));
