import { join } from "node:path";
import { composeWorld, jobsFile } from "../../src/compose.ts";
import { startArchive } from "../../src/demo/archive/startArchive.ts";
import type { Job } from "../../src/domain/job.ts";
import { whyDiskLow } from "../../src/jobs/files/diskReserve.ts";
import { openSqliteJobStore } from "../../src/jobs/sqlite/sqlite.ts";
import { makeRefusals } from "../../src/pacs/refusals.ts";
import type { JobStore } from "../../src/ports/jobs.ts";
import { makeBell } from "../../src/processes/bell.ts";
import { runWorker } from "../../src/processes/work.ts";
import { readSettings } from "../../src/settings/readSettings.ts";
import { type MovableClock, movableClock } from "../contract/jobStoreBench.ts";
import { keepLog } from "../pacs/fakeArchive.ts";
import { eventually } from "../support/eventually.ts";
import { stow } from "../support/orthanc.ts";
import { type ProxyHook, startProxy } from "../support/proxy.ts";
import { demoWorld } from "./world.ts";

type Owner = { readonly after: (end: () => Promise<void> | void) => void };

/**
 * A real worker and a real archive behind a proxy, in a time of their own: while nothing is due the clock goes to where
 * something is, so that hours of waiting pass at once.
 */
export const simulate = async (
  owner: Owner,
  hook: (clock: MovableClock) => ProxyHook,
  {
    dataFolder,
    reserveMegabytes = 0,
  }: { readonly dataFolder?: string; readonly reserveMegabytes?: number } = {},
) => {
  const { folder, models, data: usual } = await demoWorld(owner);
  const data = dataFolder ?? usual;
  const archive = await startArchive({ folder: join(folder, "archive"), stableMs: 1000 });
  owner.after(archive.stop);
  const clock = movableClock();
  const proxy = await startProxy(archive.restUrl, hook(clock));
  owner.after(proxy.stop);
  const settings = readSettings(null, {
    PANSEG__DATAFOLDER: data,
    PANSEG__MODELS__FOLDER: models,
    PANSEG__PACS__ORTHANCURL: proxy.url,
    PANSEG__PACS__DICOMWEBURL: `${proxy.url}/dicom-web`,
    PANSEG__INFERENCE__MIRROR: "false",
  });
  const log = keepLog();
  const open = (): JobStore =>
    openSqliteJobStore({ file: jobsFile(settings), clock, maxAttempts: settings.jobs.maxAttempts });
  const jobs = open();
  const composed = composeWorld(settings, log);
  await composed.jobs.close();
  const world = { ...composed, clock, jobs, refusals: makeRefusals(clock) };
  const stopping = new AbortController();
  let looks = 0;
  let working: Promise<void> | null = null;
  owner.after(async () => {
    stopping.abort();
    await working;
    await composed.models.close();
    await jobs.close();
  });

  /** Let time pass to where a job is due, where none is. */
  const skipIdleTime = async (): Promise<readonly Job[]> => {
    const all = await jobs.list();
    const queued = all.filter(({ state }) => state === "queued" || state === "computed");
    const isIdle = all.every(({ state }) => state !== "running");
    const next = Math.min(...queued.map(({ notBeforeMs }) => notBeforeMs));
    if (isIdle && queued.length > 0 && next > clock.nowMs()) clock.move(next - clock.nowMs());
    return all;
  };

  return {
    archive,
    clock,
    jobs,
    log,
    /** How often the worker has looked whether it may claim. */
    looks: (): number => looks,
    stow: (files: readonly Uint8Array[]) => stow(archive.url, {}, files),
    /** Work until no job is open, at most for this long in its own time; all jobs. */
    untilDone: async ({ mostMs = Number.POSITIVE_INFINITY } = {}): Promise<readonly Job[]> => {
      const endMs = clock.nowMs() + mostMs;
      working ??= runWorker(world, {
        owner: "worker",
        leaseMs: 1e12,
        signal: stopping.signal,
        log,
        maxAttempts: settings.jobs.maxAttempts,
        executionProvider: () => "cpu",
        lost: async () => null,
        looking: () => {},
        // The clock jumps to where a job is due, and nobody rings.
        wait: (_longestMs, signal) => makeBell().wait(50, signal),
        lowDisk: async () => {
          looks++;
          return whyDiskLow(data, reserveMegabytes);
        },
      });
      return eventually("no job is open", async () => {
        const all = await skipIdleTime();
        const isOpen = all.some(({ state }) => ["queued", "running", "computed"].includes(state));
        return !isOpen || clock.nowMs() > endMs ? all : null;
      });
    },
  };
};

/** Modality and number of everything in the archive. */
export const heldBy = async ({
  restUrl,
}: {
  readonly restUrl: string;
}): Promise<Readonly<Record<string, number>>> => {
  const found = (await (await fetch(`${restUrl}/dicom-web/instances`)).json()) as readonly Readonly<
    Record<string, { readonly Value?: readonly unknown[] } | undefined>
  >[];
  const counts: Record<string, number> = {};
  for (const instance of found) {
    const modality = String(instance["00080060"]?.Value?.[0]);
    counts[modality] = (counts[modality] ?? 0) + 1;
  }
  return counts;
};
