import type { SeriesRef } from "./series.ts";
import type { PriorVolume } from "./trend.ts";

/** Address and class of a stored object. */
export type ObjectRef = SeriesRef & { readonly sopClassUid: string; readonly sopInstanceUid: string };

/** What the archive already holds about the pancreas of one patient. */
export type History = {
  /** Our own reports on the same series that a new one replaces. */
  readonly predecessors: readonly ObjectRef[];
  /** Volumes of earlier studies, measured by this software on images of the same modality. */
  readonly priors: readonly PriorVolume[];
};

export const noHistory: History = { predecessors: [], priors: [] };
