/** The composition root: settings → adapters → the world that the story is told in. The only file that knows every adapter. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SoftwareIdentity } from "./domain/result.ts";
import { makeModels } from "./inference/models.ts";
import { openPictures } from "./jobs/pictures.ts";
import { openSpool } from "./jobs/spool.ts";
import { openSqliteJobStore } from "./jobs/sqlite.ts";
import { makeDicomwebPacs } from "./pacs/dicomweb.ts";
import { makeOrthancWatcher } from "./pacs/orthancWatcher.ts";
import { makeQidoWatcher } from "./pacs/qidoWatcher.ts";
import { sweep } from "./pacs/sweep.ts";
import type { Clock, JobStore, Log, Pacs, Pictures, StorySettings, Teller, Watcher, World } from "./ports.ts";
import { readSeriesRules } from "./seriesRules.ts";
import type { Settings } from "./settings.ts";

export const clock: Clock = { nowMs: () => Date.now() };

/** Name and version of this program, from package.json. */
export const software: SoftwareIdentity = {
  name: "panseg",
  version: (
    JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
  ).version,
};

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

const storySettings = ({ inference, models, series, output }: Settings): StorySettings => {
  const { mirror, tileStride, float16 } = inference;
  // Only what changes the mask: another label on the objects is no reason to do the whole archive again.
  const settingsDigest = createHash("sha256")
    .update(JSON.stringify({ mirror, tileStride, float16, repairs: series.repairs }))
    .digest("hex");
  const { rulesFile, ...limits } = series;
  return {
    ...limits,
    rules: readSeriesRules(rulesFile),
    allowPhantomModel: models.allowPhantomModel,
    mirror,
    tileStride,
    settingsDigest,
    output,
  };
};

export const composePacs = ({ pacs }: Settings, log: Log): Pacs =>
  makeDicomwebPacs(
    {
      url: pacs.dicomwebUrl,
      restUrl: pacs.kind === "orthanc" ? pacs.orthancUrl : null,
      headers: authorization(pacs),
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

export const jobsFile = ({ dataFolder }: Settings): string => join(dataFolder, "jobs.sqlite");

export const composeJobs = (settings: Settings): JobStore => {
  mkdirSync(settings.dataFolder, { recursive: true, mode: 0o700 });
  return openSqliteJobStore({
    file: jobsFile(settings),
    clock,
    maxAttempts: settings.jobs.maxAttempts,
  });
};

export const composeWatcher = (settings: Settings, pacs: Pacs, jobs: JobStore, log: Log): Watcher =>
  settings.pacs.kind === "orthanc"
    ? makeOrthancWatcher(
        {
          restUrl: settings.pacs.orthancUrl,
          headers: authorization(settings.pacs),
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
        clock,
      );

export const composePictures = ({ dataFolder }: Settings): Pictures =>
  openPictures(join(dataFolder, "pictures"));

export type ComposedWorld = World & { readonly models: ReturnType<typeof makeModels> };

export const composeWorld = (settings: Settings, log: Log): ComposedWorld => {
  const workFolder = join(settings.dataFolder, "work");
  mkdirSync(workFolder, { recursive: true, mode: 0o700 });
  return {
    ...composeTeller(settings, log),
    pacs: composePacs(settings, log),
    jobs: composeJobs(settings),
    spool: openSpool(join(settings.dataFolder, "spool")),
    pictures: composePictures(settings),
    workFolder,
  };
};

const authorization = ({ username, password, bearerToken }: Settings["pacs"]): Record<string, string> => {
  if (bearerToken !== null) return { Authorization: `Bearer ${bearerToken}` };
  if (username === null) return {};
  return { Authorization: `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}` };
};
