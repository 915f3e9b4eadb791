import { type GroupsTable, readGroupsTable } from "../cohort/groupsTable.ts";
import { wholeNumber } from "./arguments.ts";
import { bytesOfFile } from "./context.ts";

/** Label of a volume or number of a segment. */
export const maskLabel = wholeNumber({ least: 1, most: 65_535 });

/** The table that --groups names; null without it. Throws USAGE. */
export const groupsOf = (path: string | undefined): GroupsTable | null =>
  path === undefined ? null : readGroupsTable(bytesOfFile(path, "--groups"));
