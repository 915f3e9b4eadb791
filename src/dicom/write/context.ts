import type { ObjectRef } from "../../domain/history.ts";
import type { ModelIdentity, SoftwareIdentity } from "../../domain/result.ts";
import type { SourceSeries } from "../../domain/series.ts";
import type { Trend } from "../../domain/trend.ts";
import type { Warning } from "../../domain/warning.ts";
import type { SegmentationType } from "./segmentationType.ts";
import type { SrClass } from "./srClass.ts";

/** Everything besides the mask and its measures that goes into the objects of one job. Equal contexts give equal bytes. */
export type WriteContext = {
  readonly source: SourceSeries;
  readonly model: ModelIdentity;
  readonly software: SoftwareIdentity;
  /** From `resultKey`; every UID of this result follows from it. */
  readonly resultKey: string;
  /** The only clock of the objects, fixed once per job, epoch ms. */
  readonly orderedAtMs: number;
  readonly settings: WriteSettings;
  /** How the network was run, e.g. "tile stride 0.5", "mirrors 8". */
  readonly algorithmParameters: readonly string[];
  /** Of the settings that change the mask, hex. */
  readonly settingsDigest: string;
  readonly warnings: readonly Warning[];
  /** Which volume of the series; "" where it is one. */
  readonly part: string;
  /** Stored reports that this result replaces. */
  readonly predecessors: readonly ObjectRef[];
  /** Against earlier studies; null where there is nothing to compare with. */
  readonly trend: Trend | null;
};

export type WriteSettings = {
  /** How the SEG stores its voxels. */
  readonly segmentationType: SegmentationType;
  /** SOP class of the measurement report. */
  readonly srClass: SrClass;
  /** Whether series descriptions begin with the volume, which then stands in every list of series. */
  readonly volumeInDescription: boolean;
  /** `study` dates the objects like the study: a real date beside a shifted StudyDate would give the shift away. */
  readonly dates: "now" | "study";
  /** Ends every SeriesDescription, e.g. "(research)"; what exceeds 64 characters is cut. */
  readonly seriesDescriptionSuffix: string;
  /** Whether the SEG's SegmentDescription names the volume, for viewers that do not show the SR. */
  readonly volumeInLabel: boolean;
  /** SeriesNumber of the SEG is this plus the source's; those of the other objects follow in steps of a thousand. */
  readonly seriesNumberBase: number;
  /** Not empty (type 1 in the Enhanced General Equipment module). */
  readonly manufacturer: string;
};
