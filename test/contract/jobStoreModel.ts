import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FailureError, makeFailure } from "../../src/domain/failure.ts";
import type { Claim, Job } from "../../src/domain/job.ts";
import type { JobStore } from "../../src/ports/jobs.ts";
import {
  arrival,
  HOUR,
  LEASE,
  MAX_ATTEMPTS,
  type MakeJobStoreBench,
  type MovableClock,
  movableClock,
  result,
  SECOND,
  segmentation,
  YEAR,
} from "./jobStoreBench.ts";

/** What the contract says about one job, kept in plain memory and without any clock for the order. */
type Model = {
  kind: Job["kind"];
  key: string;
  state: Job["state"];
  attempts: number;
  count: number | null;
  place: number;
  token: string | null;
  arrivedAgain: boolean;
  setAt: number;
  due: number;
  leaseUntil: number;
  completions: number;
};

type World = { store: JobStore; clock: MovableClock; jobs: Model[]; claims: Claim[]; places: number };

type Act =
  | { do: "arrive"; series: number; count: number | null; isEvent: boolean }
  | { do: "claim" }
  | { do: "heartbeat" | "bury" | "skip" | "absent" | "complete"; claim: number; key: number }
  | { do: "releaseOwner" }
  | { do: "releaseExpired" }
  | { do: "retry"; job: number }
  | { do: "move"; ms: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    do: fc.constant("arrive" as const),
    series: fc.integer({ min: 1, max: 3 }),
    count: fc.constantFrom(null, 20, 25),
    isEvent: fc.boolean(),
  }),
  { arbitrary: fc.constant({ do: "claim" as const }), weight: 3 },
  {
    arbitrary: fc.record({
      do: fc.constantFrom("heartbeat", "bury", "skip", "absent", "complete", "complete"),
      claim: fc.nat(20),
      key: fc.integer({ min: 1, max: 4 }),
    }),
    weight: 4,
  },
  fc.constant({ do: "releaseOwner" as const }),
  fc.constant({ do: "releaseExpired" as const }),
  fc.record({ do: fc.constant("retry" as const), job: fc.nat(10) }),
  fc.record({
    do: fc.constant("move" as const),
    ms: fc.constantFrom(SECOND, LEASE, 2 * HOUR, -2 * HOUR, 10 * YEAR, -10 * YEAR),
  }),
);

const failure = makeFailure("PACS_UNREACHABLE", "No connection after 10 s.");

/** The store does what the model does, over any sequence of calls, late answers and clock jumps. */
export function jobStoreModel(makeBench: MakeJobStoreBench): void {
  const numRuns = Number(process.env["PANSEG_TEST_MODEL_RUNS"] ?? 60);
  test("F27 any sequence of calls and clock jumps leaves the jobs that the contract says, each completed at most once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60 }), async (acts) => {
        const clock = movableClock();
        const bench = await makeBench({ clock, maxAttempts: MAX_ATTEMPTS });
        const store = await bench.open();
        const world: World = { store, clock, jobs: [], claims: [], places: 0 };
        try {
          for (const step of acts) {
            await perform(world, step);
            await compare(world);
          }
          await drain(world);
        } finally {
          await store.close();
          await bench.dispose();
        }
      }),
      { numRuns },
    );
  });
}

async function compare({ store, jobs }: World): Promise<void> {
  const seen = (await store.list()).map(({ kind, key, state, attempts, instanceCount }) => ({
    ...{ kind, key, state, attempts },
    count: instanceCount,
  }));
  const expected = jobs
    .toSorted((a, b) => b.place - a.place)
    .map(({ kind, key, state, attempts, count }) => ({ kind, key, state, attempts, count }));
  assert.deepEqual(seen, expected);
  for (const job of jobs)
    assert.ok(job.completions <= 1, `${job.key} was completed ${job.completions} times`);
}

/** Nothing is stuck: once the clock stands still and workers behave, every job reaches an end. */
async function drain(world: World): Promise<void> {
  const { store, clock, jobs } = world;
  for (let i = 0; i < 100 && (await openJobs(store)) > 0; i++) {
    clock.move(LEASE);
    await perform(world, { do: "releaseExpired" });
    await perform(world, { do: "claim" });
    await perform(world, { do: "complete", claim: world.claims.length - 1, key: 1 });
  }
  await compare(world);
  assert.ok(jobs.every(({ state }) => state === "done" || state === "skipped" || state === "dead"));
}

async function openJobs(store: JobStore): Promise<number> {
  const { examine, segment } = await store.stats();
  return examine.queued + examine.running + segment.queued + segment.running;
}

async function perform(world: World, step: Act): Promise<void> {
  switch (step.do) {
    case "arrive":
      return arrive(world, step);
    case "claim":
      return claim(world);
    case "move":
      return world.clock.move(step.ms);
    case "retry":
      return retry(world, step.job);
    case "releaseOwner":
      return release(world, true);
    case "releaseExpired":
      return release(world, false);
    default:
      return useClaim(world, step);
  }
}

async function arrive(world: World, step: Act & { do: "arrive" }): Promise<void> {
  const seen = arrival(step.series, { instanceCount: step.count, isEvent: step.isEvent });
  const became = await world.store.arrive([seen]);
  const job = world.jobs.find(({ kind, key }) => kind === "examine" && key === seen.seriesUid);
  if (job === undefined) {
    assert.equal(became, 1);
    world.jobs.push(newJob(world, "examine", seen.seriesUid, step.count));
    return;
  }
  const isNews = step.isEvent || (step.count !== null && step.count !== job.count);
  job.count = step.count ?? job.count;
  const isWork = isNews && job.state !== "queued" && !(job.state === "running" && job.arrivedAgain);
  assert.equal(became, isWork ? 1 : 0);
  if (!isWork) return;
  if (job.state === "running") job.arrivedAgain = true;
  else requeue(world, job);
}

async function claim(world: World): Promise<void> {
  const now = world.clock.nowMs();
  const expected = world.jobs
    .filter(({ state, due, setAt }) => state === "queued" && (due <= now || setAt > now))
    .toSorted((a, b) => a.place - b.place)[0];
  const taken = await world.store.claim("worker-1", LEASE);
  assert.equal(taken?.job.key, expected?.key);
  assert.equal(taken?.job.kind, expected?.kind);
  if (taken === null || expected === undefined) return;
  assert.ok(world.claims.every(({ token }) => token !== taken.token));
  world.claims.push(taken);
  expected.state = "running";
  expected.attempts += 1;
  expected.token = taken.token;
  expected.arrivedAgain = false;
  expected.leaseUntil = now + LEASE;
}

async function useClaim(
  world: World,
  step: Act & { do: "heartbeat" | "bury" | "skip" | "absent" | "complete" },
): Promise<void> {
  if (world.claims.length === 0) return;
  const { store, clock } = world;
  const held = world.claims[step.claim % world.claims.length] as Claim;
  const job = world.jobs.find(({ token }) => token === held.token);
  const next = segmentation(step.key);
  const call = {
    heartbeat: () => store.heartbeat(held, "infer", 0.5, LEASE),
    bury: () => store.bury(held, failure),
    skip: () => store.skip(held, failure),
    absent: () => store.retryLater(held, failure, clock.nowMs() + 60 * SECOND, false),
    complete: () =>
      held.job.kind === "examine"
        ? store.completeExamination(held, [next])
        : store.complete(held, result(held.job.seriesUid)),
  }[step.do];
  if (job === undefined) {
    await assert.rejects(
      call,
      (error) => error instanceof FailureError && error.failure.code === "LEASE_LOST",
    );
    return;
  }
  await call();
  if (step.do === "heartbeat") job.leaseUntil = clock.nowMs() + LEASE;
  else if (step.do === "absent") giveBack(world, job, 60 * SECOND, 1);
  else end(world, job, step.do === "complete" ? "done" : step.do === "skip" ? "skipped" : "dead");
  if (step.do !== "complete") return;
  if (held.job.kind === "segment") job.completions += 1;
  else if (world.jobs.every(({ kind, key }) => kind !== "segment" || key !== next.key)) {
    world.jobs.push(newJob(world, "segment", next.key, next.instanceCount));
  }
}

async function release(world: World, isOwnerGone: boolean): Promise<void> {
  const now = world.clock.nowMs();
  const running = world.jobs.filter(({ state }) => state === "running");
  if (!isOwnerGone) for (const job of running) job.leaseUntil = Math.min(job.leaseUntil, now + LEASE);
  const gone = running.filter(({ leaseUntil }) => isOwnerGone || leaseUntil <= now);
  const released = isOwnerGone
    ? await world.store.releaseOwner("worker-1")
    : await world.store.releaseExpired();
  assert.equal(released, gone.length);
  for (const job of gone.toSorted((a, b) => a.place - b.place)) {
    if (job.attempts < MAX_ATTEMPTS) giveBack(world, job, 0, 0);
    else end(world, job, "dead");
  }
}

async function retry(world: World, index: number): Promise<void> {
  const [job] = (await world.store.list()).slice(index, index + 1);
  if (job === undefined) return;
  await world.store.retry(job.id);
  const known = world.jobs.find(({ kind, key }) => kind === job.kind && key === job.key) as Model;
  if (known.state === "skipped" || known.state === "dead") requeue(world, known);
}

const newJob = (world: World, kind: Job["kind"], key: string, count: number | null): Model => ({
  ...{ kind, key, count, state: "queued", attempts: 0, token: null, arrivedAgain: false, completions: 0 },
  ...{ place: ++world.places, setAt: world.clock.nowMs(), due: world.clock.nowMs(), leaseUntil: 0 },
});

function requeue(world: World, job: Model): void {
  Object.assign(job, { attempts: 0, place: ++world.places });
  giveBack(world, job, 0, 0);
}

function giveBack(world: World, job: Model, delayMs: number, attemptsBack: number): void {
  const now = world.clock.nowMs();
  Object.assign(job, { state: "queued", token: null, setAt: now, due: now + delayMs, arrivedAgain: false });
  job.attempts -= attemptsBack;
}

function end(world: World, job: Model, state: Job["state"]): void {
  if (job.arrivedAgain) requeue(world, job);
  else Object.assign(job, { state, token: null });
}
