/** All that a story is told with. compose.ts joins it. */
import type { Failure } from "../domain/failure.ts";
import type { OutputKind } from "../domain/outputs.ts";
import type { SoftwareIdentity } from "../domain/result.ts";
import type { SeriesRule } from "../domain/rules.ts";
import type { Repairs } from "../domain/series.ts";
import type { StepName } from "../domain/step.ts";
import type { JobStore } from "./jobs.ts";
import type { Models } from "./models.ts";
import type { Pacs } from "./pacs.ts";
import type { Destination, NextTry, Outages, Pictures, Refusals, Spool, Tries } from "./results.ts";

export type Clock = { readonly nowMs: () => number };

/** One JSON line per event; fields never hold patient text. */
export type Log = {
  readonly info: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly error: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
};

/**
 * Run one named step of the story: times it, reports its progress, keeps the job's lease, and stops the story when
 * the service stops. Finished steps are remembered with their seconds.
 */
export type Step = {
  <T>(name: StepName, run: (progress: (share: number) => void) => T | Promise<T>): Promise<T>;
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
  readonly outages: Outages;
  /** Null: not again without a person. */
  readonly nextTry: (failure: Failure, tries: Tries) => NextTry | null;
  readonly log: Log;
  readonly jobs: JobStore;
  readonly spool: Spool;
  readonly pictures: Pictures;
  /** Empty folder for the files of the running job; emptied afterwards by the caller. */
  readonly workFolder: string;
};
