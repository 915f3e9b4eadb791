/** What the story needs from the world, as types. Adapters in pacs/, jobs/ and inference/ fulfil them; compose.ts joins them. */
import type { Failure } from "./domain/failure.ts";
import type { Claim, Job, JobKind, JobState, JobStats, NewSegmentJob, SeriesArrival } from "./domain/job.ts";
import type { ModelClass, Plan } from "./domain/plan.ts";
import type {
  ExecutionProvider,
  ModelIdentity,
  OutputKind,
  ResultSummary,
  SoftwareIdentity,
} from "./domain/result.ts";
import type { SeriesRule } from "./domain/rules.ts";
import type { Repairs, SeriesRef } from "./domain/series.ts";

export type Clock = { readonly nowMs: () => number };

/** One JSON line per event; fields never hold patient text. */
export type Log = {
  readonly info: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly error: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
};

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
  /** Segmentations of the studies that hold more than one series of them, dated `since` (YYYYMMDD) or later; null: all. */
  readonly findSegmentations: (since: string | null) => Promise<readonly SegmentationRef[]>;
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

/** Durable jobs. Every write with a claim succeeds only while its token is current, otherwise throws LEASE_LOST. */
export type JobStore = {
  /** Record series seen and, in the same transaction, how far the watcher has read. Returns how many became work. */
  readonly arrive: (
    arrivals: readonly SeriesArrival[],
    cursor?: { source: string; value: string },
  ) => Promise<number>;
  readonly readCursor: (source: string) => Promise<string | null>;
  /** Take the oldest due job, or null. `owner` names the worker process. */
  readonly claim: (owner: string, leaseMs: number) => Promise<Claim | null>;
  /** Prolong the lease and note where the job is. */
  readonly heartbeat: (claim: Claim, step: string, progress: number, leaseMs: number) => Promise<void>;
  /** End an examination: skipped with a reason, or done with the jobs that follow, in one transaction. */
  readonly completeExamination: (claim: Claim, outcome: Failure | readonly NewSegmentJob[]) => Promise<void>;
  /** End a segmentation: results verified in the archive, or no result and why. */
  readonly complete: (claim: Claim, result: ResultSummary) => Promise<void>;
  readonly skip: (claim: Claim, failure: Failure, result?: ResultSummary) => Promise<void>;
  /** Give back for a later try at `notBeforeMs`; an archive's absence uses up no attempt. */
  readonly retryLater: (
    claim: Claim,
    failure: Failure,
    notBeforeMs: number,
    usesAttempt: boolean,
  ) => Promise<void>;
  readonly bury: (claim: Claim, failure: Failure) => Promise<void>;
  /** Make claimable again what dead workers held: all of `owner`'s claims, or every expired lease; bury what died too often. */
  readonly releaseOwner: (owner: string) => Promise<number>;
  readonly releaseExpired: () => Promise<number>;
  readonly find: (id: number) => Promise<Job | null>;
  readonly list: (filter?: { state?: JobState; kind?: JobKind; limit?: number }) => Promise<readonly Job[]>;
  /** A person's decision: queue a skipped or dead job anew. Throws JOB_NOT_FOUND. */
  readonly retry: (id: number) => Promise<Job>;
  /** A person's decision: the result of an ended segmentation does not hold any more. Throws JOB_NOT_FOUND, NOT_RETRACTABLE. */
  readonly retract: (id: number, failure: Failure) => Promise<Job>;
  readonly stats: () => Promise<JobStats>;
  readonly close: () => Promise<void>;
};

/** The objects of one job on disk, complete or absent: written before the first send, the only source of sends. */
export type Spooled = {
  readonly result: ResultSummary;
  readonly seg: Uint8Array | null;
  readonly sr: Uint8Array | null;
  /** In the order of the result's other objects. */
  readonly others: readonly Uint8Array[];
  /** PNG for people: key slices with the contour. */
  readonly picture: Uint8Array;
};

export type Spool = {
  readonly read: (key: string) => Spooled | null;
  readonly keep: (key: string, spooled: Spooled) => Spooled;
  /** Keep what an archive made of an object beside what was sent, for a person; returns the name under which it lies. */
  readonly keepDisputed: (key: string, name: string, stored: Uint8Array) => string;
  readonly remove: (key: string) => void;
};

/** An archive that gets results, and which of them. */
export type Destination = {
  /** "archive" for the one that the series came from. */
  readonly name: string;
  readonly pacs: Pick<Pacs, "hasInstance" | "storeInstance" | "retrieveInstance">;
  readonly outputs: readonly OutputKind[];
};

/** Classes of objects that a destination has refused since this process began: it is told of once, and not asked again. */
export type Refusals = {
  readonly find: (destination: string, sopClassUid: string) => Failure | null;
  readonly note: (destination: string, sopClassUid: string, failure: Failure) => void;
};

/** Pictures of finished jobs by job key, kept for a limited time: they show a patient. */
export type Pictures = {
  readonly keep: (key: string, png: Uint8Array) => void;
  readonly read: (key: string) => Promise<Uint8Array | null>;
  /** Removes what a dead process left half-written; for who alone may write here. */
  readonly removeUnfinished: () => void;
  /** Removes what was kept before `beforeMs` (epoch); returns how many. */
  readonly removeOlder: (beforeMs: number) => number;
};

/** A model ready to run, one patch at a time. */
export type Segmenter = {
  readonly model: ModelIdentity;
  readonly plan: Plan;
  readonly executionProvider: ExecutionProvider;
  /** Foreground probability of one normalised patch; both (z,y,x) float32 of the plan's patch size. */
  readonly predict: (patch: Float32Array) => Promise<Float32Array>;
  readonly close: () => Promise<void>;
};

/** The installed models: at most one in use for each class. */
export type Models = {
  readonly forClass: (modelClass: ModelClass) => ModelIdentity | null;
  /** Open, or hand back the already open one. Throws MODEL_* and PROVIDER_UNAVAILABLE. */
  readonly open: (modelId: string) => Promise<Segmenter>;
};

/**
 * Run one named step of the story: times it, reports its progress, keeps the job's lease, and stops the story when
 * the service stops. Finished steps are remembered with their seconds.
 */
export type Step = {
  <T>(name: string, run: (progress: (share: number) => void) => T | Promise<T>): Promise<T>;
  readonly secondsPerStep: Readonly<Record<string, number>>;
};

/** The settings that the story itself reads. */
export type StorySettings = {
  readonly minSlices: number;
  readonly rules: readonly SeriesRule[];
  readonly choose: "best" | "all";
  readonly repairs: Repairs;
  readonly maxVoxels: number;
  /** Application entities whose series are segmented, "" for those without one; null: all. */
  readonly allowedRemoteAets: readonly string[] | null;
  /** Whether a model that knows only phantoms may run on other series. */
  readonly allowPhantomModel: boolean;
  /** Whether an image whose values contradict its class is segmented with a warning. A person's word, never a site's. */
  readonly allowMismatch: boolean;
  readonly mirror: boolean;
  readonly tileStride: number;
  /** Changes whenever a setting that changes the mask or the objects does. */
  readonly settingsDigest: string;
  readonly output: {
    readonly manufacturer: string;
    readonly seriesDescriptionSuffix: string;
    readonly seriesNumberBase: number;
    readonly segmentationType: "BINARY" | "LABELMAP" | "FRACTIONAL";
    readonly srClass: "comprehensive3d" | "comprehensive" | "enhanced";
    readonly volumeInLabel: boolean;
    readonly volumeInDescription: boolean;
    /** Compare with earlier results of the patient that the archive holds. */
    readonly trend: boolean;
    /** Store a report also where no pancreas was found. */
    readonly emptyReport: boolean;
    readonly dates: "now" | "study";
  };
  /** What at least one destination wants. */
  readonly outputs: readonly OutputKind[];
};

/** What a story is told with, whether in a service or at the command line. */
export type Teller = {
  readonly models: Models;
  readonly clock: Clock;
  readonly software: SoftwareIdentity;
  readonly settings: StorySettings;
};

/** A teller with an archive, jobs and a spool. */
export type World = Teller & {
  readonly pacs: Pacs;
  readonly destinations: readonly Destination[];
  readonly refusals: Refusals;
  readonly log: Log;
  readonly jobs: JobStore;
  readonly spool: Spool;
  readonly pictures: Pictures;
  /** Empty folder for the files of the running job; emptied afterwards by the caller. */
  readonly workFolder: string;
};
