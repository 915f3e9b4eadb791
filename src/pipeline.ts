/**
 * The story: series found → eligible? → job → retrieve → volume → preprocess → infer → mask → measure → judge →
 * SEG + SR → spool → store → read back and compare → done. The command line tells the same story with a folder in
 * place of the archive. Every step may be the last one before the power fails; the next run goes on from the spool.
 */

import { uidOf } from "./dicom/file/uidOf.ts";
import { selectVolumes } from "./dicom/select/selectVolumes.ts";
import { refusalOf } from "./dicom/select/volumeChoice.ts";
import { readSeries } from "./dicom/series/readSeries.ts";
import { judgeSource } from "./dicom/write/judgeSource.ts";
import { isWaiting } from "./domain/delivery.ts";
import { failed, makeFailure } from "./domain/failure.ts";
import type { Stack, Volume } from "./domain/grid.ts";
import type { Claim, SegmentOrder } from "./domain/job.ts";
import { regularise } from "./geometry/regularise.ts";
import { gridPlanes, seriesStack, stackOf } from "./geometry/stack.ts";
import { measureMask } from "./measure/measureMask.ts";
import { preprocess } from "./nnunet/preprocess.ts";
import { restoreMask } from "./nnunet/restoreMask.ts";
import { slidingWindow } from "./nnunet/slidingWindow.ts";
import type { Segmenter } from "./ports/models.ts";
import type { Spooled } from "./ports/results.ts";
import type { Step, StorySettings, Teller, World } from "./ports/world.ts";
import { deliver } from "./story/deliver.ts";
import { readHistory } from "./story/history.ts";
import { encodePicture } from "./story/illustrate.ts";
import { listHeaders, requireOrigin } from "./story/listing.ts";
import { buildObjects } from "./story/objects.ts";
import { orderSegmentation } from "./story/order.ts";
import { keepsProbability, mirrors, type Segmentation, summarise } from "./story/results.ts";
import { retrieveReadable } from "./story/retrieve.ts";
import type { SeriesOrder } from "./story/seriesOrder.ts";
import { judgeGrid } from "./trust/judgeGrid.ts";
import { judgeMask } from "./trust/judgeMask.ts";
import { requireValues } from "./trust/judgeValues.ts";

/** Decide what a series is for us: a job, or the reason why not. */
export const examineSeries = async (claim: Claim, world: World, step: Step): Promise<void> => {
  const { job } = claim;
  await step("origin", () => requireOrigin(job, world));
  const headers = await step("examine", (progress) => listHeaders(job, world, progress));
  if (headers.length < (job.instanceCount ?? 0))
    throw failed("INCOMPLETE_RETRIEVAL", `${headers.length} of ${job.instanceCount} instances are listed.`);
  const choices = selectVolumes(headers, world.settings);
  const orders = choices
    .filter((choice) => choice.kind === "accepted")
    .map((choice) => orderSegmentation(job, headers, choice, world));
  const ordered = orders.filter((order) => "key" in order);
  const [refusal = refusalOf(choices)] = orders.filter((order) => "code" in order);
  const outdated = await world.jobs.completeExamination(claim, ordered.length > 0 ? ordered : refusal);
  for (const key of outdated) world.spool.remove(key);
};

/** Run one claimed job from retrieval to results that were read back from every destination, or wait for one. */
export const processJob = async (claim: Claim, world: World, step: Step): Promise<void> => {
  const { job } = claim;
  const spooled = world.spool.read(job.key) ?? (await spoolResults(claim, world, step));
  if (spooled === "superseded") return;
  world.pictures.keep(job.key, spooled.picture);
  const { result, deliveries } = await deliver(claim, spooled, world, step);
  if (deliveries.some(isWaiting)) return world.jobs.awaitDeliveries(claim);
  const refusal = deliveries.find(({ state }) => state === "failed")?.failure;
  if (refusal) return world.jobs.bury(claim, refusal);
  if (result.outcome === "segmented") await world.jobs.complete(claim, result);
  else await world.jobs.skip(claim, makeFailure("EMPTY_MASK", "The mask is empty."), result);
  world.spool.remove(job.key);
};

/** Compute the results of a job and put them on disk before anything is sent. */
const spoolResults = async (claim: Claim, world: World, step: Step): Promise<Spooled | "superseded"> => {
  const { job } = claim;
  const order = job.order as SegmentOrder;
  const headers = await step("list", (progress) => listHeaders(job, world, progress));
  const current = orderSegmentation(job, headers, order, world);
  if (!("key" in current) || current.key !== job.key) {
    await world.jobs.arrive([{ ...job, isEvent: true }]);
    await world.jobs.skip(claim, makeFailure("SERIES_CHANGED", "The order no longer describes the series."));
    return "superseded";
  }
  const uids = headers.map((header) => uidOf(header, "SOPInstanceUID")).sort();
  const instances = await step("retrieve", (progress) => retrieveReadable(job, uids, world, progress));
  const segmenter = await step("load-model", () => world.models.open(order.modelId));
  const series = { studyUid: job.studyUid, seriesUid: job.seriesUid };
  const { history, warnings } = await step("history", () => readHistory(job, order, world));
  const whole = { ...order, series, instances, segmenter, resultKey: job.key, history, warnings };
  const results = await segmentSeries(whole, world, step);
  return step("spool", () => world.spool.keep(job.key, results));
};

/** From the instances of one series to mask, measures, SEG, SR and picture. An empty mask yields no objects. */
export const segmentSeries = async (
  order: SeriesOrder,
  teller: Teller,
  step: Step,
): Promise<Spooled & { readonly segmentation: Segmentation }> => {
  const { segmenter } = order;
  const { volume, warnings, ...read } = await step("volume", (onProgress) =>
    readSeries(order.instances, { ...teller.settings, part: order.part, onProgress }),
  );
  const source = { ...read.source, ...order.series };
  const found = await segmentVolume(volume, segmenter, teller.settings, step, seriesStack(source));
  const known = [...(order.warnings ?? []), ...judgeSource(source), ...warnings];
  const segmentation = { ...found, warnings: [...known, ...found.warnings] };
  const built = await buildObjects(order, teller, step, segmentation, source, volume);
  const view = { model: segmenter.model, origin: { ...order, source, settings: teller.settings.output } };
  const picture = await step("picture", () => encodePicture(volume, segmentation, view));
  return { ...summarise(order, teller, step, segmentation, source, built), picture, segmentation };
};

/** From a volume to the mask on its own planes, measured and judged. The network sees them on a regular grid. */
export const segmentVolume = async (
  volume: Volume,
  segmenter: Segmenter,
  settings: StorySettings,
  step: Step,
  stack: Stack = stackOf(volume.grid, gridPlanes(volume.grid)),
): Promise<Segmentation> => {
  const { plan } = segmenter;
  const insisted = await step("values", () => requireValues(volume, plan.modelClass, settings));
  const { regular, input } = await step("preprocess", () => {
    const regular = regularise(volume, stack);
    return { regular, input: preprocess(regular.volume, plan) };
  });
  const probability = await step("infer", (onProgress) =>
    slidingWindow(input, plan.patchSize, segmenter.predict, {
      ...settings,
      mirror: mirrors(settings, plan),
      onProgress,
    }),
  );
  const mask = await step("mask", () =>
    regular.toStack(restoreMask(probability, input.history, plan, keepsProbability(settings)).mask),
  );
  const measures = await step("measure", () => measureMask(mask, volume, stack.planesLps));
  const warnings = await step("judge", () => [...judgeGrid(volume.grid, plan), ...judgeMask(mask, measures)]);
  return { mask, measures, warnings: [...insisted, ...warnings] };
};
