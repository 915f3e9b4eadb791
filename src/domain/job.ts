import type { Delivery } from "./delivery.ts";
import type { Failure } from "./failure.ts";
import type { ModelClass } from "./plan.ts";
import type { ResultSummary } from "./result.ts";
import type { SeriesRef } from "./series.ts";

/** `examine` decides what a series is for us; `segment` carries one eligible series to stored and verified results. */
export type JobKind = "examine" | "segment";

/**
 * `computed` results are on disk and wait for a destination; `done` ones are verified at all of them; `skipped` ended with a
 * reason; `dead` needs a person.
 */
export type JobState = "queued" | "running" | "computed" | "done" | "skipped" | "dead";

export const jobStates = [
  "queued",
  "running",
  "computed",
  "done",
  "skipped",
  "dead",
] as const satisfies readonly JobState[];

/** What a segment job needs to be repeated to the byte, fixed when it is first enqueued. */
export type SegmentOrder = {
  readonly modelId: string;
  readonly modelClass: ModelClass;
  /** Which volume of the series, e.g. "ImageType=WATER"; "" where the series is one volume. */
  readonly part: string;
  /** SHA-256 over the sorted SOP Instance UIDs of the source. */
  readonly instancesDigest: string;
  readonly settingsDigest: string;
  /** Date of every object of this job: the moment of enqueueing, epoch ms. */
  readonly orderedAtMs: number;
};

export type Job = SeriesRef & {
  readonly id: number;
  readonly kind: JobKind;
  /** Unique for ever: the series UID for `examine`, the result key for `segment`. */
  readonly key: string;
  readonly state: JobState;
  /** Last step entered; survives a crash. */
  readonly step: string;
  /** Share of the running step that is done, 0..1. */
  readonly progress: number;
  /** Claims so far, those that an archive's absence ended not counted. */
  readonly attempts: number;
  readonly order: SegmentOrder | null;
  /** Instances that the archive announced when the series was last seen. */
  readonly instanceCount: number | null;
  readonly failure: Failure | null;
  readonly result: ResultSummary | null;
  /** Of a result that was computed, in the order of the settings; none where nothing is stored. */
  readonly deliveries: readonly Delivery[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly notBeforeMs: number;
};

/** A time-limited right to run a job. The token fences: a lost lease can change nothing any more. */
export type Claim = { readonly job: Job; readonly token: string };

/** A series that a watcher or a sweep saw in the archive. */
export type SeriesArrival = SeriesRef & {
  readonly instanceCount: number | null;
  /** True for a change event: look again even if the count is as before. A sweep only brings what is new. */
  readonly isEvent: boolean;
};

export type NewSegmentJob = SeriesRef & {
  readonly key: string;
  readonly order: SegmentOrder;
  readonly instanceCount: number;
};

export type JobStats = Readonly<Record<JobKind, Readonly<Record<JobState, number>>>>;
