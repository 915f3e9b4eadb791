import type { Failure } from "../domain/failure.ts";
import type { SoftwareIdentity } from "../domain/result.ts";
import type { CohortCase, GroupSummary, Groups } from "../evaluate/summariseCohort.ts";
import type { MethodComparison } from "./compareMethods.ts";
import type { GroupsTable } from "./groupsTable.ts";
import type { MatchedGroups } from "./matchGroups.ts";
import type { PaperRow } from "./paperTable.ts";
import type { Remark } from "./remarks.ts";

/** A case that has no numbers, and why. */
export type LeftOut = { readonly name: string; readonly groups: Groups; readonly failure: Failure };

/** What a table of groups said and how it was read. */
export type GroupsNote = Pick<GroupsTable, "columns" | "encoding" | "separator" | "notGroups"> &
  Pick<MatchedGroups, "unmatchedRows" | "unmatchedCases"> & { readonly rows: number };

/** A case shown to people: key slices with both outlines. */
export type GalleryPicture = { readonly name: string; readonly png: Uint8Array };

/** All that one evaluation found; `summary.json` holds it without the pictures. */
export type CohortReport = {
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly software: SoftwareIdentity;
  /** How people call the two sides, such as the names of the folders. */
  readonly referenceName: string;
  readonly predictionName: string;
  /** Of the surface Dice. */
  readonly toleranceMm: number;
  readonly cases: readonly CohortCase[];
  readonly leftOut: readonly LeftOut[];
  readonly groups: readonly GroupSummary[];
  /** What people should know about cases that are counted, and which files are none. */
  readonly remarks: readonly Remark[];
  /** Null where no table was given. */
  readonly groupsTable: GroupsNote | null;
  /** Another method on the same references; null where none was given. */
  readonly comparison: MethodComparison | null;
  /** The publication's table beside the user's; null where not asked for. */
  readonly paper: readonly PaperRow[] | null;
  /** The worst cases by Dice, worst first. */
  readonly gallery: readonly GalleryPicture[];
};
