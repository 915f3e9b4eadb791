import assert from "node:assert/strict";
import { test } from "node:test";
import { type FailureCode, FailureError, makeFailure } from "../../src/domain/failure.ts";
import type { Claim, Job, NewSegmentJob, SeriesArrival } from "../../src/domain/job.ts";
import { type OutputKind, outputKinds, outputName } from "../../src/domain/outputs.ts";
import type { ResultSummary, StoredObject } from "../../src/domain/result.ts";
import type { JobStore } from "../../src/ports/jobs.ts";
import type { Spooled } from "../../src/ports/results.ts";
import type { Clock } from "../../src/ports/world.ts";

/** Fresh data for one test: every `open` is one more connection to it. */
export type JobStoreBench = { open: () => Promise<JobStore>; dispose: () => Promise<void> };
export type MakeJobStoreBench = (options: { clock: Clock; maxAttempts: number }) => Promise<JobStoreBench>;

export type MovableClock = Clock & { move: (ms: number) => void };

export const movableClock = (startMs = Date.UTC(2026, 10, 24)): MovableClock => {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    move: (ms) => {
      nowMs += ms;
    },
  };
};

export const SECOND = 1000;
export const HOUR = 3600 * SECOND;
export const YEAR = 365 * 24 * HOUR;
export const LEASE = 30 * SECOND;
export const MAX_ATTEMPTS = 3;

export const arrival = (n: number, more: Partial<SeriesArrival> = {}): SeriesArrival => ({
  studyUid: "1.2.3",
  seriesUid: `1.2.3.${n}`,
  instanceCount: 20,
  isEvent: false,
  ...more,
});

export const segmentation = (n: number, key = `key-${n}`): NewSegmentJob => ({
  studyUid: "1.2.3",
  seriesUid: `1.2.3.${n}`,
  key,
  instanceCount: 20,
  order: {
    modelId: "ct-1",
    modelClass: "CT",
    part: "",
    instancesDigest: `digest-of-${key}`,
    settingsDigest: "settings",
    orderedAtMs: 1_795_000_000_000,
  },
});

export const result = (seriesUid: string): ResultSummary => ({
  outcome: "segmented",
  notice: "Research use only. Not a medical device; not for diagnosis.",
  software: { name: "panseg", version: "0.1.0" },
  model: {
    id: "ct-1",
    modelClass: "CT",
    trainer: "nnTransUNetTrainerV2",
    weightsSha256: "aa",
    planSha256: "bb",
    isPhantomModel: true,
  },
  executionProvider: "cpu",
  settingsDigest: "settings",
  series: { studyUid: "1.2.3", seriesUid, part: "", instances: 20 },
  measures: { voxels: 4, volumeMl: 0.25, intensity: null, centroidLps: null, extent: null },
  warnings: [],
  objects: [],
  startedAt: "2026-11-24T00:00:00.000Z",
  secondsPerStep: { infer: 1.5 },
});

export const storedObject = (n: number): StoredObject => ({
  sopClassUid: "1.2.840.10008.5.1.4.1.1.66.4",
  seriesUid: `1.2.9.${n}`,
  sopInstanceUid: `1.2.9.${n}.1`,
  sha256: "cc",
});

/** As the story puts it on disk: objects with these bytes, in the order given, and a picture. */
export const spooledOf = (
  seriesUid: string,
  contents: Readonly<Partial<Record<OutputKind, Uint8Array>>>,
  picture: Uint8Array = Buffer.from("PNG bytes"),
): Spooled => {
  const objects = outputKinds.flatMap((kind, n) => {
    const bytes = contents[kind];
    return bytes === undefined ? [] : [{ kind, name: outputName(kind, 0), object: storedObject(n), bytes }];
  });
  const listed = objects.map(({ bytes: _, ...object }) => object);
  return { result: { ...result(seriesUid), objects: listed }, objects, picture };
};

export const gone = makeFailure("SERIES_GONE", "The archive lists 0 of 20 instances.", { instances: 0 });
export const away = makeFailure("PACS_UNREACHABLE", "No connection after 10 s.", { seconds: 10 });

export async function claimOf(store: JobStore, owner = "worker-1", leaseMs = LEASE): Promise<Claim> {
  const claim = await store.claim(owner, leaseMs);
  assert.ok(claim, "something is due");
  return claim;
}

export const hasCode = (code: FailureCode) => (error: unknown) => {
  assert.ok(error instanceof FailureError, String(error));
  assert.equal(error.failure.code, code);
  return true;
};

export type Scene = { store: JobStore; clock: MovableClock; open: () => Promise<JobStore> };
export type MakeScene = (title: string, play: (scene: Scene) => Promise<void>) => void;

/** Tests with a fresh store each; every connection is closed and the data disposed of afterwards. */
export const sceneMaker =
  (makeBench: MakeJobStoreBench): MakeScene =>
  (title, play) => {
    void test(title, async () => {
      const clock = movableClock();
      const bench = await makeBench({ clock, maxAttempts: MAX_ATTEMPTS });
      const opened: JobStore[] = [];
      const open = async (): Promise<JobStore> => {
        const store = await bench.open();
        opened.push(store);
        return store;
      };
      try {
        await play({ store: await open(), clock, open });
      } finally {
        for (const store of opened) await store.close();
        await bench.dispose();
      }
    });
  };

export async function only(store: JobStore, filter: Parameters<JobStore["list"]>[0] = {}): Promise<Job> {
  const [job, ...others] = await store.list(filter);
  assert.ok(job);
  assert.equal(others.length, 0, "exactly one job");
  return job;
}
