import type { History } from "../domain/history.ts";
import type { SeriesRef } from "../domain/series.ts";
import type { Warning } from "../domain/warning.ts";
import type { Segmenter } from "../ports/models.ts";
import type { InstanceBytes } from "../ports/pacs.ts";

/** All that is needed to segment one series, wherever it comes from. */
export type SeriesOrder = {
  /** The study and series that the results belong to. */
  readonly series: SeriesRef;
  readonly instances: readonly InstanceBytes[];
  readonly segmenter: Segmenter;
  readonly resultKey: string;
  readonly orderedAtMs: number;
  /** Which volume of the series. */
  readonly part: string;
  readonly history: History;
  /** What was already noticed before reading, such as a forced model. */
  readonly warnings?: readonly Warning[];
};
