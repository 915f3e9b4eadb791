import { failed } from "../../domain/failure.ts";
import type { Job, JobKind, JobState, JobStats } from "../../domain/job.ts";
import type { JobStore } from "../../ports/jobs.ts";
import type { Clock } from "../../ports/world.ts";
import { recordArrival } from "./arrivals.ts";
import { addSegmentation, claimOldest, endClaim, releaseAll, writeHeld } from "./claims.ts";
import { type Database, openDatabase } from "./database.ts";
import { noteDelivery, queueAgain, startDeliveries } from "./deliveries.ts";
import { withPatience } from "./patience.ts";
import * as sql from "./queries.ts";
import { toJob, toJson } from "./rows.ts";
import { migrate } from "./schema.ts";

type Options = { readonly file: string; readonly clock: Clock; readonly maxAttempts: number };

const LIST_LIMIT = 1000;

/**
 * Jobs in one SQLite file, for any number of processes of one machine. What a call has returned for is on disk. Every call
 * waits for a ledger that another process holds (a backup, a copy), and lets this process go on meanwhile; LEDGER_BUSY where
 * that takes too long. Throws SETTINGS_INVALID where the file was written by a newer version or its file system cannot hold it.
 */
export function openSqliteJobStore({ file, clock, maxAttempts }: Options): JobStore {
  const database = openDatabase(file);
  try {
    migrate(database, file);
  } catch (error) {
    database.close();
    throw error;
  }
  const now = (): number => Math.floor(clock.nowMs());
  const { page, ...store } = withPatience(database, {
    page: async (filter: Filter, before: number) => readPage(database, filter, before),
    ...watching(database, now),
    ...working(database, now),
    ...releasing(database, now, maxAttempts),
    ...reading(database, now),
    close: async () => database.close(),
  });
  return { ...store, each: (filter = {}) => pageByPage((before) => page(filter, before)) };
}

type Now = () => number;

const watching = (database: Database, now: Now): Pick<JobStore, "arrive" | "readCursor"> => ({
  arrive: async (arrivals, cursor) =>
    database.transaction(() => {
      const becameWork = arrivals.filter((arrival) => recordArrival(database, arrival, now()));
      if (cursor !== undefined) database.run(sql.SAVE_CURSOR, cursor);
      return becameWork.length;
    }),
  readCursor: async (source) => {
    const row = database.first(sql.READ_CURSOR, { source });
    return row === null ? null : String(row["value"]);
  },
});

type Working =
  | "claim"
  | "heartbeat"
  | "completeExamination"
  | "startDeliveries"
  | "noteDelivery"
  | "awaitDeliveries"
  | "complete"
  | "skip"
  | "retryLater"
  | "bury";

const working = (database: Database, now: Now): Pick<JobStore, Working> => ({
  claim: async (owner, leaseMs) => claimOldest(database, owner, leaseMs, now()),
  heartbeat: async (claim, step, progress, leaseMs) =>
    writeHeld(database, claim, sql.HEARTBEAT, { step, progress, leaseMs: Math.ceil(leaseMs), now: now() }),
  completeExamination: async (claim, outcome) =>
    database.transaction(() => {
      if ("code" in outcome) {
        endClaim(database, claim, { state: "skipped", failure: outcome }, now());
        return [];
      }
      endClaim(database, claim, { state: "done" }, now());
      return outcome.flatMap((job) => addSegmentation(database, job, now()));
    }),
  startDeliveries: async (claim, result, destinations) =>
    database.transaction(() => startDeliveries(database, claim, result, destinations, now())),
  noteDelivery: async (claim, delivery, result) =>
    database.transaction(() => noteDelivery(database, claim, delivery, result, now())),
  awaitDeliveries: async (claim) => writeHeld(database, claim, sql.AWAIT_DELIVERIES, { now: now() }),
  complete: async (claim, result) =>
    database.transaction(() => endClaim(database, claim, { state: "done", result }, now())),
  skip: async (claim, failure, result) =>
    database.transaction(() => endClaim(database, claim, { state: "skipped", failure, result }, now())),
  bury: async (claim, failure) =>
    database.transaction(() => endClaim(database, claim, { state: "dead", failure }, now())),
  retryLater: async (claim, failure, notBeforeMs, usesAttempt) =>
    writeHeld(database, claim, sql.RETRY_LATER, {
      failure: toJson(failure),
      notBefore: Math.ceil(notBeforeMs),
      attemptsBack: usesAttempt ? 0 : 1,
      now: now(),
    }),
});

const releasing = (
  database: Database,
  now: Now,
  maxAttempts: number,
): Pick<JobStore, "owners" | "releaseOwner" | "releaseExpired"> => ({
  owners: async () => [...new Set(database.all(sql.OWNERS).map((row) => String(row["lease_owner"])))],
  releaseOwner: async (owner, { usesAttempt } = { usesAttempt: true }) =>
    database.transaction(() =>
      releaseAll(database, database.all(sql.HELD_BY_OWNER, { owner }), { maxAttempts, usesAttempt }, now()),
    ),
  releaseExpired: async () =>
    database.transaction(() => {
      database.run(sql.RESTART_FUTURE_LEASES, { now: now() });
      const expired = database.all(sql.LEASES_EXPIRED, { now: now() });
      return releaseAll(database, expired, { maxAttempts, usesAttempt: true }, now());
    }),
});

const reading = (
  database: Database,
  now: Now,
): Pick<JobStore, "find" | "list" | "retry" | "retryAll" | "retract" | "stats" | "isWorkWaiting"> => ({
  isWorkWaiting: async () =>
    database.first(sql.IS_RUNNING) === null && database.first(sql.DUE, { now: now() }) !== null,
  find: async (id) => findJob(database, id),
  list: async ({ limit = LIST_LIMIT, ...filter } = {}) => {
    // SQLite takes a negative limit for none at all.
    if (!Number.isSafeInteger(limit) || limit < 0)
      throw failed("USAGE", "The number of jobs to list is a whole number of at least 0.");
    return database.all(sql.listQuery(filter), { ...filter, limit }).map(toJob);
  },
  retry: async (id) =>
    database.transaction(() => {
      const job = requireJob(database, id);
      if (job.state === "queued" || job.state === "running" || job.state === "done") return job;
      // What a person withdrew would only be found in the archive again.
      if (job.failure?.code === "RETRACTED") return job;
      queueAgain(database, job, now());
      return requireJob(database, id);
    }),
  retryAll: async (code) =>
    database.transaction(() => {
      const ended = code === null ? database.all(sql.ALL_DEAD) : database.all(sql.ENDED_WITH, { code });
      // One by one, in the order in which they came: each takes its own place in the queue.
      for (const { id } of ended) queueAgain(database, requireJob(database, Number(id)), now());
      return ended.length;
    }),
  retract: async (id, failure) =>
    database.transaction(() => {
      requireJob(database, id);
      if (database.run(sql.RETRACT, { id, failure: toJson(failure), now: now() }) === 0)
        throw failed("NOT_RETRACTABLE", `Job ${id} has no result that could be withdrawn.`, { id });
      return requireJob(database, id);
    }),
  stats: async () => {
    const stats = { examine: noJobs(), segment: noJobs() };
    for (const row of database.all(sql.COUNT)) {
      stats[row["kind"] as JobKind][row["state"] as JobState] = Number(row["jobs"]);
    }
    return stats satisfies JobStats;
  },
});

const noJobs = (): Record<JobState, number> => ({
  queued: 0,
  running: 0,
  done: 0,
  skipped: 0,
  dead: 0,
  computed: 0,
});
type Filter = { readonly state?: JobState; readonly kind?: JobKind };

const PAGE = 500;

type Page = { readonly jobs: readonly Job[]; readonly last: number | null };

const readPage = (database: Database, filter: Filter, before: number): Page => {
  const rows = database.all(sql.pageQuery(filter), { ...filter, before, limit: PAGE });
  return { jobs: rows.map(toJob), last: rows.length < PAGE ? null : Number(rows.at(-1)?.["seq"]) };
};

/** A job that becomes work anew meanwhile takes a new place in the queue, ahead of where is read: it does not come twice. */
async function* pageByPage(read: (before: number) => Promise<Page>): AsyncGenerator<Job> {
  for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null; ) {
    const { jobs, last }: Page = await read(before);
    yield* jobs;
    before = last;
  }
}

function findJob(database: Database, id: number): Job | null {
  const row = database.first(sql.FIND, { id });
  return row === null ? null : toJob(row);
}

function requireJob(database: Database, id: number): Job {
  const job = findJob(database, id);
  if (job === null) throw failed("JOB_NOT_FOUND", `There is no job ${id}.`, { id });
  return job;
}
