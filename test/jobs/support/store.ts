import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Job } from "../../../src/domain/job.ts";
import { openSqliteJobStore } from "../../../src/jobs/sqlite/sqlite.ts";
import type { JobStore } from "../../../src/ports/jobs.ts";
import { LEASE, result, segmentation } from "../../contract/jobStoreBench.ts";

export const wallClock = { nowMs: () => Date.now() };

/** Deaths are the point of these tests: only those that count them set a limit. */
export const openStore = (file: string, maxAttempts = 1_000_000): JobStore =>
  openSqliteJobStore({ file, clock: wallClock, maxAttempts });

export const allJobs = (store: JobStore, kind?: Job["kind"]): Promise<readonly Job[]> =>
  store.list(kind === undefined ? { limit: 1_000_000 } : { kind, limit: 1_000_000 });

/** One round of an ideal worker, key = series; the key of what it completed, "" for an examination, null when nothing was due. */
export async function workOnce(store: JobStore, owner: string): Promise<string | null> {
  const claim = await store.claim(owner, LEASE);
  if (claim === null) return null;
  const { seriesUid, studyUid, kind, key } = claim.job;
  if (kind === "segment") {
    await store.complete(claim, result(seriesUid));
    return key;
  }
  await store.completeExamination(claim, [{ ...segmentation(0, `key-${seriesUid}`), seriesUid, studyUid }]);
  return "";
}

export async function drain(store: JobStore, owner = "last"): Promise<void> {
  while ((await workOnce(store, owner)) !== null);
}

export function assertIntegrity(file: string): void {
  const sqlite = new DatabaseSync(file);
  assert.deepEqual({ ...sqlite.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
  sqlite.close();
}

/** After a drain: every series ended in exactly one verified result, none twice. */
export async function assertOneResultPerSeries(store: JobStore): Promise<void> {
  const examinations = await allJobs(store, "examine");
  const segmentations = await allJobs(store, "segment");
  assert.ok([...examinations, ...segmentations].every(({ state }) => state === "done"));
  assert.deepEqual(
    segmentations.map(({ key }) => key).toSorted(),
    examinations.map(({ key }) => `key-${key}`).toSorted(),
  );
}
