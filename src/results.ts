/** How a segmentation is described and packed for the spool, for result.json and for the archive. */
import type { Mask } from "./domain/grid.ts";
import type { Plan } from "./domain/plan.ts";
import { type Measures, RESEARCH_NOTICE, type ResultSummary, type StoredObject } from "./domain/result.ts";
import type { SeriesRef, SourceSeries } from "./domain/series.ts";
import type { Warning } from "./domain/warning.ts";
import type { InstanceRef, Segmenter, Spooled, Step, StorySettings, Teller } from "./ports.ts";

/** A mask on the grid of its source, measured and judged. */
export type Segmentation = {
  readonly mask: Mask;
  readonly measures: Measures;
  readonly warnings: readonly Warning[];
};

type BuiltObject = { readonly bytes: Uint8Array; readonly object: StoredObject };

export type BuiltObjects = { readonly seg: BuiltObject; readonly sr: BuiltObject };

/** Mirroring is worth its time only for a model that was trained with it. */
export const mirrors = (settings: StorySettings, plan: Plan): boolean => settings.mirror && plan.mirrored;

/** The settings of the run in words, for the SR's Algorithm Parameters. */
export const algorithmParameters = (settings: StorySettings, segmenter: Segmenter): readonly string[] => [
  `tile stride ${settings.tileStride} of a patch`,
  mirrors(settings, segmenter.plan) ? "mean of 8 mirrorings" : "no mirroring",
  `execution provider ${segmenter.executionProvider}`,
];

/** result.json and the bytes that it describes. */
export const summarise = (
  {
    segmenter,
    orderedAtMs,
    part = "",
  }: { readonly segmenter: Segmenter; readonly orderedAtMs: number; readonly part?: string },
  { software, settings }: Teller,
  step: Step,
  segmentation: Segmentation,
  source: SourceSeries | null,
  built: BuiltObjects | null,
): Omit<Spooled, "picture"> => ({
  result: {
    outcome: segmentation.measures.voxels === 0 ? "no-pancreas-found" : "segmented",
    notice: RESEARCH_NOTICE,
    software,
    model: segmenter.model,
    executionProvider: segmenter.executionProvider,
    settingsDigest: settings.settingsDigest,
    series: source && {
      studyUid: source.studyUid,
      seriesUid: source.seriesUid,
      part,
      instances: source.frames.length,
    },
    measures: segmentation.measures,
    warnings: segmentation.warnings,
    objects: { seg: built?.seg.object ?? null, sr: built?.sr.object ?? null },
    startedAt: new Date(orderedAtMs).toISOString(),
    secondsPerStep: { ...step.secondsPerStep },
  } satisfies ResultSummary,
  seg: built?.seg.bytes ?? null,
  sr: built?.sr.bytes ?? null,
});

export type WrittenObject = {
  readonly name: "seg" | "sr";
  readonly ref: InstanceRef;
  readonly bytes: Uint8Array;
};

/** The objects to store, SEG first because the SR refers to it; none for an empty mask. */
export const writtenObjects = (spooled: Spooled, { studyUid }: SeriesRef): readonly WrittenObject[] =>
  (["seg", "sr"] as const).flatMap((name) => {
    const object = spooled.result.objects[name];
    const bytes = spooled[name];
    if (object === null || bytes === null) return [];
    return [
      { name, bytes, ref: { studyUid, seriesUid: object.seriesUid, sopInstanceUid: object.sopInstanceUid } },
    ];
  });
