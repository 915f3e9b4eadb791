/** How a segmentation is described and packed for the spool, for result.json and for the archive. */
import type { Mask } from "../domain/grid.ts";
import { sayMl } from "../domain/millilitres.ts";
import type { OutputKind } from "../domain/outputs.ts";
import type { Plan } from "../domain/plan.ts";
import { type Measures, RESEARCH_NOTICE, type ResultSummary } from "../domain/result.ts";
import type { Repairs, SeriesRef, SourceSeries } from "../domain/series.ts";
import type { Trend } from "../domain/trend.ts";
import type { Warning } from "../domain/warning.ts";
import type { Segmenter } from "../ports/models.ts";
import type { InstanceRef } from "../ports/pacs.ts";
import type { Spooled, SpooledObject } from "../ports/results.ts";
import type { Step, StorySettings, Teller } from "../ports/world.ts";

/** A mask on the grid of its source, measured and judged. */
export type Segmentation = {
  readonly mask: Mask;
  readonly measures: Measures;
  readonly warnings: readonly Warning[];
};

export type BuiltObjects = {
  readonly objects: readonly SpooledObject[];
  readonly trend: Trend | null;
  readonly replaces: readonly string[];
};

/** Mirroring is worth its time only for a model that was trained with it. */
export const mirrors = (
  { mirror }: Pick<StorySettings, "mirror">,
  { mirrored }: Pick<Plan, "mirrored">,
): boolean => mirror && mirrored;

/** Probabilities cost memory, and only a FRACTIONAL segmentation holds them. */
export const keepsProbability = ({ output }: StorySettings): boolean =>
  output.segmentationType === "FRACTIONAL";

const repairWords = ({ missingSlices, gantryTilt, variableSpacing }: Repairs): readonly string[] => {
  const allowed = [
    ...(missingSlices > 0 ? [`up to ${missingSlices} missing slices`] : []),
    ...(gantryTilt ? ["gantry tilt"] : []),
    ...(variableSpacing ? ["uneven spacing"] : []),
  ];
  return allowed.length === 0 ? [] : [`repairs: ${allowed.join(", ")}`];
};

/**
 * The settings of the run in words, repairs where a site allows any: the Algorithm Parameters of SEG and SR, at most 64
 * characters each.
 */
export const algorithmParameters = (
  settings: Pick<StorySettings, "mirror" | "tileStride" | "repairs">,
  segmenter: Pick<Segmenter, "executionProvider"> & { readonly plan: Pick<Plan, "mirrored"> },
): readonly string[] => [
  `tile stride ${settings.tileStride} of a patch`,
  mirrors(settings, segmenter.plan) ? "mean of 8 mirrorings" : "no mirroring",
  `execution provider ${segmenter.executionProvider}`,
  ...repairWords(settings.repairs),
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
    volume: segmentation.measures.voxels === 0 ? null : sayMl(segmentation.measures.volumeMl),
    measures: segmentation.measures,
    warnings: segmentation.warnings,
    trend: built?.trend ?? null,
    replaces: built?.replaces ?? [],
    objects: (built?.objects ?? []).map(({ kind, name, object }) => ({ kind, name, object })),
    startedAt: new Date(orderedAtMs).toISOString(),
    secondsPerStep: { ...step.secondsPerStep },
  } satisfies ResultSummary,
  objects: built?.objects ?? [],
});

export type WrittenObject = {
  readonly name: string;
  readonly kind: OutputKind;
  readonly sopClassUid: string;
  readonly ref: InstanceRef;
  readonly bytes: Uint8Array;
};

/** The objects to store, each with its address in the study of its source. */
export const writtenObjects = ({ objects }: Spooled, { studyUid }: SeriesRef): readonly WrittenObject[] =>
  objects.map(({ kind, name, bytes, object: { sopClassUid, seriesUid, sopInstanceUid } }) => ({
    kind,
    name,
    bytes,
    sopClassUid,
    ref: { studyUid, seriesUid, sopInstanceUid },
  }));

/** The summary as it stands in the ledger: with what storing it took, and what no destination wanted. */
export const withDelivery = (
  result: ResultSummary,
  refusals: readonly Warning[],
  { secondsPerStep }: Step,
): ResultSummary => ({
  ...result,
  warnings: [...result.warnings, ...refusals],
  secondsPerStep: { ...result.secondsPerStep, ...secondsPerStep },
});
