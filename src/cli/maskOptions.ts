import type { Command } from "commander";
import { type GroupsTable, readGroupsTable } from "../cohort/groupsTable.ts";
import type { PancreasNames } from "../domain/pancreasNames.ts";
import { readPancreasNames } from "../settings/pancreasNames.ts";
import { decimalNumber, wholeNumber } from "./arguments.ts";
import { bytesOfFile, settingsFor } from "./context.ts";

/** Label of a volume or number of a segment. */
export const maskLabel = wholeNumber({ least: 1, most: 65_535 });

/** Of the surface Dice; the bounds are those of the setting quality.toleranceMm. */
export const toleranceMm = decimalNumber({ least: 0, most: 1000 });

/** The table that --groups names; null without it. Throws USAGE. */
export const groupsOf = (path: string | undefined): GroupsTable | null =>
  path === undefined ? null : readGroupsTable(bytesOfFile(path, "--groups"));

/** By what a segment is the pancreas: the product's names and the site's (quality.namesFile). Throws SETTINGS_INVALID. */
export const namesFor = (command: Command): PancreasNames =>
  readPancreasNames(settingsFor(command).quality.namesFile);
