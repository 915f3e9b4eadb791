/** The composition root: settings → adapters → the world that the story is told in. The only file that knows every adapter. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type OutputKind, type OutputSetting, outputKinds, outputs } from "./domain/outputs.ts";
import { makeModels, requireChosenModels } from "./inference/models.ts";
import { openPictures } from "./jobs/files/pictures.ts";
import { openSpool } from "./jobs/files/spool.ts";
import { makeOutages } from "./jobs/policy/outages.ts";
import { makeNextTry } from "./jobs/policy/retryPolicy.ts";
import { openListings } from "./jobs/sqlite/listings.ts";
import { openSqliteJobStore } from "./jobs/sqlite/sqlite.ts";
import { makeDicomwebPacs } from "./pacs/dicomweb.ts";
import { fullSweep } from "./pacs/fullSweep.ts";
import { makeOrthancWatcher } from "./pacs/orthancWatcher.ts";
import { makeQidoWatcher } from "./pacs/qidoWatcher.ts";
import { makeRefusals } from "./pacs/refusals.ts";
import { makeRest, type Rest } from "./pacs/rest.ts";
import { sweep } from "./pacs/sweep.ts";
import { makeDispatcher, readTls, type TlsFiles } from "./pacs/tls.ts";
import type { JobStore } from "./ports/jobs.ts";
import type { Pacs, Watcher } from "./ports/pacs.ts";
import type { Destination, Pictures } from "./ports/results.ts";
import type { Clock, Log, StorySettings, Teller, World } from "./ports/world.ts";
import { openQualityFile, type QualityFile } from "./quality/qualityFile.ts";
import { readSeriesRules } from "./settings/seriesRules.ts";
import type { Settings } from "./settings/settingsSchema.ts";
import { software } from "./settings/software.ts";

export const clock: Clock = { nowMs: () => Date.now() };

export { software };

/** Throws SETTINGS_INVALID, MODEL_* where the settings name a model that cannot be used. */
export const requireModels = ({ models }: Settings): void => requireChosenModels(models.folder, models);

export type ComposedTeller = Teller & { readonly models: ReturnType<typeof makeModels> };

export const composeTeller = (settings: Settings, log: Log): ComposedTeller => ({
  models: makeModels(
    settings.models.folder,
    { CT: settings.models.CT, T1: settings.models.T1, T2: settings.models.T2 },
    {
      provider: settings.inference.executionProvider,
      float16: settings.inference.float16,
      threads: settings.inference.threads,
    },
    log,
  ),
  clock,
  software,
  settings: storySettings(settings),
});

const storySettings = ({ inference, models, series, output, destinations }: Settings): StorySettings => {
  const { mirror, tileStride, float16 } = inference;
  // Only what changes the mask: another label on the objects is no reason to do the whole archive again.
  const settingsDigest = createHash("sha256")
    .update(JSON.stringify({ mirror, tileStride, float16, repairs: series.repairs }))
    .digest("hex");
  const { rulesFile, ...limits } = series;
  const wanted = [output, ...destinations].flatMap(wantedOutputs);
  return {
    ...limits,
    rules: readSeriesRules(rulesFile),
    allowPhantomModel: models.allowPhantomModel,
    allowMismatch: false,
    mirror,
    tileStride,
    settingsDigest,
    output,
    outputs: [...new Set(wanted)],
  };
};

const wantedOutputs = (wanted: Pick<Settings["output"], OutputSetting>): readonly OutputKind[] =>
  outputKinds.filter((kind) => wanted[outputs[kind].setting]);

export const composePacs = (settings: Settings, log: Log): Pacs =>
  makePacs(settings.pacs, settings.pacs.kind === "orthanc" ? settings.pacs.orthancUrl : null, settings, log);

const makePacs = (
  server: Credentials & TlsFiles & { readonly dicomwebUrl: string },
  restUrl: string | null,
  { pacs }: Settings,
  log: Log,
): Pacs =>
  makeDicomwebPacs(
    {
      url: server.dicomwebUrl,
      restUrl,
      headers: authorization(server),
      tls: readTls(server),
      parallelInstances: pacs.parallelInstances,
      maxSeriesInstances: pacs.maxSeriesInstances,
      maxInstanceBytes: pacs.maxInstanceMegabytes * 2 ** 20,
      timeoutsMs: {
        metadata: pacs.requestTimeoutSeconds * 1000,
        instance: pacs.requestTimeoutSeconds * 1000,
        store: pacs.requestTimeoutSeconds * 2000,
      },
    },
    log,
  );

/** The archive itself first: it has the images that the results are about. */
export const composeDestinations = (settings: Settings, pacs: Pacs, log: Log): readonly Destination[] => [
  { name: "archive", pacs, outputs: wantedOutputs(settings.output) },
  ...settings.destinations.map((destination) => ({
    name: destination.name,
    pacs: makePacs(destination, null, settings, log),
    outputs: wantedOutputs(destination),
  })),
];

export const jobsFile = ({ dataFolder }: Settings): string => join(dataFolder, "jobs.sqlite");

export const spoolFolder = ({ dataFolder }: Settings): string => join(dataFolder, "spool");

export const picturesFolder = ({ dataFolder }: Settings): string => join(dataFolder, "pictures");

/** Files of the job in hand. */
export const workFolder = ({ dataFolder }: Settings): string => join(dataFolder, "work");

export const listingsFile = ({ dataFolder }: Settings): string => join(dataFolder, "listings.sqlite");

/** The ledger of a data folder that is there. */
export const composeJobs = (settings: Settings): JobStore =>
  openSqliteJobStore({
    file: jobsFile(settings),
    clock,
    maxAttempts: settings.jobs.maxAttempts,
  });

export const composeWatcher = (settings: Settings, pacs: Pacs, jobs: JobStore, log: Log): Watcher =>
  settings.pacs.kind === "orthanc"
    ? makeOrthancWatcher(
        {
          restUrl: settings.pacs.orthancUrl,
          headers: authorization(settings.pacs),
          dispatcher: makeDispatcher(readTls(settings.pacs)),
          onReplaced: () => sweep(pacs, jobs, { days: settings.watch.sweepDays }, log),
        },
        jobs,
        log,
      )
    : makeQidoWatcher(
        pacs,
        { stableMs: settings.watch.stableSeconds * 1000, days: settings.watch.sweepDays },
        jobs,
        log,
        { nowMs: () => performance.now() },
      );

/** What a listing of the whole archive needs beside the service's own archive and jobs; null where there is none. */
export const composeFullSweep = (settings: Settings, pacs: Pacs, jobs: JobStore, log: Log) => {
  const { fullSweepCron: cron, fullSweepPageSize: pageSize, fullSweepPauseSeconds, since } = settings.watch;
  if (cron === null) return null;
  const listings = openListings(listingsFile(settings), settings.pacs.dicomwebUrl);
  const limits = {
    pageSize,
    pauseMs: fullSweepPauseSeconds * 1000,
    stableMs: settings.watch.stableSeconds * 1000,
    since,
  };
  return {
    cron,
    run: (signal: AbortSignal) => fullSweep({ pacs, jobs, listings, log }, { ...limits, signal }),
    close: listings.close,
  };
};

/** Orthanc's own API; null for an archive of another kind. */
export const composeRest = ({ pacs }: Settings): Rest | null =>
  pacs.kind === "orthanc"
    ? makeRest({
        restUrl: pacs.orthancUrl,
        headers: authorization(pacs),
        dispatcher: makeDispatcher(readTls(pacs)),
      })
    : null;

export const composePictures = (settings: Settings): Pictures => openPictures(picturesFolder(settings));

export const composeQuality = ({ dataFolder }: Settings): QualityFile =>
  openQualityFile(join(dataFolder, "quality.json"));

export type ComposedWorld = World & { readonly models: ReturnType<typeof makeModels> };

export const composeWorld = (settings: Settings, log: Log): ComposedWorld => {
  const pacs = composePacs(settings, log);
  return {
    ...composeTeller(settings, log),
    pacs,
    destinations: composeDestinations(settings, pacs, log),
    refusals: makeRefusals(clock),
    outages: makeOutages(),
    nextTry: makeNextTry(settings.jobs.maxAttempts),
    log,
    jobs: composeJobs(settings),
    spool: openSpool(spoolFolder(settings)),
    pictures: composePictures(settings),
    workFolder: workFolder(settings),
  };
};

type Credentials = Pick<Settings["pacs"], "username" | "password" | "bearerToken">;

const authorization = ({ username, password, bearerToken }: Credentials): Record<string, string> => {
  if (bearerToken !== null) return { Authorization: `Bearer ${bearerToken}` };
  if (username === null) return {};
  return { Authorization: `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}` };
};
