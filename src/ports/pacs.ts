/** The archive, as the story needs it; pacs/ fulfils it. */
import type { SeriesArrival } from "../domain/job.ts";
import type { SeriesRef } from "../domain/series.ts";

/** One instance as bytes on demand, so that a series is never held in memory twice. */
export type InstanceBytes = { readonly name: string; readonly read: () => Uint8Array };

/** Address of one instance. */
export type InstanceRef = SeriesRef & { readonly sopInstanceUid: string };

/** How pixels are to come: as the archive holds them, or decoded by it. */
export type Encoding = "stored" | "uncompressed";

/** A stored document: a structured report, or a Key Object Selection, which may take reports back. */
export type DocumentRef = InstanceRef & {
  readonly modality: "SR" | "KO";
  /** "" where the archive does not tell. */
  readonly sopClassUid: string;
  /** YYYYMMDD. */
  readonly studyDate: string | null;
};

/** A stored segmentation as the archive lists it. */
export type SegmentationRef = InstanceRef & {
  /** YYYYMMDD. */
  readonly studyDate: string | null;
  /** Changes, as far as the archive tells, when another object is stored under the same UID; "" where it tells nothing. */
  readonly version: string;
};

/** A series in the archive's own words. The description is free text, which may name a patient: never stored, never logged. */
export type SeriesDescription = {
  readonly seriesUid: string;
  readonly modality: string;
  readonly number: number | null;
  readonly description: string | null;
};

/** A study as the archive lists it; null for what it does not tell. */
export type StudyListing = {
  readonly studyUid: string;
  /** YYYYMMDD. */
  readonly studyDate: string | null;
  readonly modalities: readonly string[] | null;
  readonly seriesCount: number | null;
  readonly instanceCount: number | null;
};

/** Which page of a listing of studies; `modality` where the archive lists nothing without a filter. */
export type StudyPage = {
  readonly modality: "CT" | "MR" | "SEG" | null;
  readonly offset: number;
  readonly limit: number;
};

/** A DICOMweb archive. Every call has its own deadline and throws FailureError with a PACS_* or STORE_* code. */
export type Pacs = {
  /** CT and MR series of studies dated within the last `days` (all, when null), for the sweep. */
  readonly findSeries: (days: number | null) => Promise<readonly SeriesArrival[]>;
  /** One page of all studies, whatever their date; null where the archive refuses this question. */
  readonly listStudies: (page: StudyPage) => Promise<readonly StudyListing[] | null>;
  /** CT and MR series of one study; none when the archive does not hold it. */
  readonly listSeries: (studyUid: string) => Promise<readonly SeriesArrival[]>;
  /** The series of one study, for people; none when the archive does not hold the study. */
  readonly describeStudy: (studyUid: string) => Promise<readonly SeriesDescription[]>;
  /**
   * Reports and key object selections of a study, or of every study of its patient; the newest 200 of each kind. Who
   * the patient is stays on the other side: an identifier is compared exactly, and an empty one means this study alone.
   */
  readonly findDocuments: (studyUid: string, scope: "study" | "patient") => Promise<readonly DocumentRef[]>;
  /** Segmentations of the studies that hold more than one of them, dated `since` (YYYYMMDD) or later; null: all. */
  readonly findSegmentations: (since: string | null) => Promise<readonly SegmentationRef[]>;
  /** Every segmentation of one study; none when the archive does not hold it. */
  readonly findSegmentationsOf: (studyUid: string) => Promise<readonly SegmentationRef[]>;
  /** DICOM JSON of every instance of a series, without bulk data. Throws SERIES_GONE when there is none. */
  readonly seriesMetadata: (series: SeriesRef) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** SOP Instance UIDs of a series (QIDO); none where the archive does not list it. Throws PACS_TOO_LARGE. */
  readonly findInstances: (series: SeriesRef) => Promise<readonly string[]>;
  /** Fetch the named instances of a series into `folder`, a few at a time; the files in the order asked for. */
  readonly retrieveInstances: (
    series: SeriesRef,
    sopInstanceUids: readonly string[],
    folder: string,
    onProgress?: (share: number) => void,
    encoding?: Encoding,
  ) => Promise<readonly InstanceBytes[]>;
  /** Whether the archive lists this instance (QIDO). */
  readonly hasInstance: (instance: InstanceRef) => Promise<boolean>;
  /** One instance as the archive holds it (Part 10 bytes). */
  readonly retrieveInstance: (instance: InstanceRef) => Promise<Uint8Array>;
  /** Pixels of one frame, from 1, as a viewer asks for them. Throws PACS_ERROR where the archive does not serve it. */
  readonly retrieveFrame: (instance: InstanceRef, frame: number) => Promise<Uint8Array>;
  /** STOW one object and judge the answer for this very instance. Throws STORE_REJECTED, PACS_*. Call hasInstance first. */
  readonly storeInstance: (instance: InstanceRef, bytes: Uint8Array) => Promise<void>;
  /** The application entity that sent a series; "" where the archive does not know. Null: this kind of archive never tells. */
  readonly remoteAet: (series: SeriesRef) => Promise<string | null>;
  /** Name, version and round-trip of the archive, for doctor and readiness. */
  readonly ping: () => Promise<{ readonly milliseconds: number; readonly software: string }>;
};

/** Finds out about new series and reports them until stopped. */
export type Watcher = {
  /** One look now: report what came since the last look. */
  readonly look: () => Promise<void>;
  readonly stop: () => Promise<void>;
};
