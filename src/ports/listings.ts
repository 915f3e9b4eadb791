/** What listings of a whole archive remember; jobs/ keeps it. */
import type { StudyListing } from "./pacs.ts";

export type ListedSeries = { readonly instanceCount: number | null; readonly isWork: boolean };

/** What was remembered of a study. */
export type ListedStudy = Pick<StudyListing, "studyUid" | "seriesCount" | "instanceCount"> & {
  /** Number of the listing that saw it last. */
  readonly listing: number;
  /** Its CT and MR series by UID; null while they were not asked for. */
  readonly series: ReadonlyMap<string, ListedSeries> | null;
};

/** Listings of the whole archive are numbered from 1. Where the one in hand goes on; null: the last one came to its end. */
export type ListingProgress = {
  readonly listing: number;
  readonly place: { readonly modality: "CT" | "MR" | null; readonly offset: number } | null;
};

/** What listings of the whole archive have found, on disk: an archive may hold a million studies. */
export type Listings = {
  readonly readProgress: () => Promise<ListingProgress>;
  readonly find: (studyUid: string) => Promise<ListedStudy | null>;
  /** Remember studies and, in the same transaction, how far the listing has come. */
  readonly keep: (studies: readonly ListedStudy[], progress: ListingProgress) => Promise<void>;
  readonly close: () => Promise<void>;
};
