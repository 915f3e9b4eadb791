import assert from "node:assert/strict";
import { describe } from "node:test";
import { type Delivery, isDue } from "../../src/domain/delivery.ts";
import { makeFailure } from "../../src/domain/failure.ts";
import type { Claim, Job, NewSegmentJob, SeriesArrival } from "../../src/domain/job.ts";
import type { JobStore } from "../../src/ports/jobs.ts";
import {
  arrival,
  away,
  claimOf,
  gone,
  HOUR,
  hasCode,
  LEASE,
  MAX_ATTEMPTS,
  type MakeJobStoreBench,
  type MakeScene,
  only,
  result,
  SECOND,
  sceneMaker,
  segmentation,
  YEAR,
} from "./jobStoreBench.ts";
import { jobStoreModel } from "./jobStoreModel.ts";

/** One suite for every engine behind the JobStore contract. */
export function jobStoreContract(makeBench: MakeJobStoreBench): void {
  const scene = sceneMaker(makeBench);
  describe("arrivals", () => arrivals(scene));
  describe("claims", () => claims(scene));
  describe("ends of a claim", () => endings(scene));
  describe("deliveries", () => deliveries(scene));
  describe("releases", () => releases(scene));
  describe("pages", () => pages(scene));
  describe("clock", () => clockJumps(scene));
  describe("people", () => people(scene));
  describe("model", () => jobStoreModel(makeBench));
}

function arrivals(scene: MakeScene): void {
  scene(
    "an unknown series becomes one queued examination, with the cursor in the same call",
    async ({ store }) => {
      assert.equal(await store.readCursor("orthanc"), null);
      const cursor = { source: "orthanc", value: "17" };
      assert.equal(await store.arrive([arrival(1), arrival(2, { instanceCount: null })], cursor), 2);
      assert.equal(await store.readCursor("orthanc"), "17");
      assert.equal(await store.arrive([], { source: "orthanc", value: "18" }), 0);
      assert.equal(await store.readCursor("orthanc"), "18");
      assert.equal(await store.readCursor("other"), null);
      const [second, first] = await store.list();
      assert.equal(first?.key, "1.2.3.1");
      assert.equal(first?.instanceCount, 20);
      assert.deepEqual(
        { ...second, id: 0, createdAtMs: 0, updatedAtMs: 0, notBeforeMs: 0 },
        {
          id: 0,
          kind: "examine",
          key: "1.2.3.2",
          studyUid: "1.2.3",
          seriesUid: "1.2.3.2",
          state: "queued",
          step: "",
          progress: 0,
          attempts: 0,
          order: null,
          instanceCount: null,
          failure: null,
          result: null,
          deliveries: [],
          createdAtMs: 0,
          updatedAtMs: 0,
          notBeforeMs: 0,
        },
      );
    },
  );

  scene("neither the series nor the cursor is saved where one arrival cannot be saved", async ({ store }) => {
    const broken = { ...arrival(2), studyUid: null } as unknown as SeriesArrival;
    await assert.rejects(store.arrive([arrival(1), broken], { source: "orthanc", value: "9" }));
    assert.deepEqual(await store.list(), []);
    assert.equal(await store.readCursor("orthanc"), null);
  });

  scene("F11 the same news ten times, in any order, is one job", async ({ store }) => {
    const news = [arrival(1), arrival(1, { isEvent: true }), arrival(2, { isEvent: true })];
    let becameWork = 0;
    for (let i = 0; i < 10; i++) becameWork += await store.arrive(i % 2 === 0 ? news : news.toReversed());
    assert.equal(becameWork, 2);
    assert.equal((await store.list()).length, 2);
  });

  for (const end of ["done", "skipped", "dead"] as const) {
    scene(
      `F14 an event makes a ${end} examination due again, a sweep only when the count changed`,
      async ({ store }) => {
        await store.arrive([arrival(1)]);
        const claim = await claimOf(store);
        if (end === "done") await store.completeExamination(claim, [segmentation(1)]);
        if (end === "skipped") await store.completeExamination(claim, gone);
        if (end === "dead") await store.bury(claim, gone);
        assert.equal(await store.arrive([arrival(1)]), 0, "seen, same count");
        assert.equal(await store.arrive([arrival(1, { instanceCount: null })]), 0, "seen, count unknown");
        assert.equal((await only(store, { kind: "examine" })).state, end);
        assert.equal(await store.arrive([arrival(1, { isEvent: true })]), 1);
        const again = await only(store, { kind: "examine" });
        assert.deepEqual([again.state, again.attempts, again.failure], ["queued", 0, null]);
      },
    );
  }

  scene(
    "a series that moved to another study is examined there, with the count that is known",
    async ({ store }) => {
      await store.arrive([arrival(1)]);
      await store.completeExamination(await claimOf(store), gone);
      await store.arrive([arrival(1, { studyUid: "1.2.4", instanceCount: null, isEvent: true })]);
      const { job } = await claimOf(store);
      assert.deepEqual([job.studyUid, job.instanceCount], ["1.2.4", 20]);
    },
  );

  scene("F14 late slices: a sweep that counts more makes a new examination, once", async ({ store }) => {
    await store.arrive([arrival(1)]);
    await store.completeExamination(await claimOf(store), gone);
    assert.equal(await store.arrive([arrival(1, { instanceCount: 25 })]), 1);
    assert.equal(await store.arrive([arrival(1, { instanceCount: 25 })]), 0);
    assert.equal((await only(store)).instanceCount, 25);
  });

  scene("F14 news during an examination are examined after it, not lost with it", async ({ store }) => {
    await store.arrive([arrival(1)]);
    const claim = await claimOf(store);
    assert.equal(await store.arrive([arrival(1, { instanceCount: 25 })]), 1);
    assert.equal(await store.arrive([arrival(1, { isEvent: true })]), 0, "one more look is enough");
    assert.equal(await store.claim("worker-2", LEASE), null, "not while it runs");
    await store.completeExamination(claim, [segmentation(1)]);
    assert.equal((await only(store, { kind: "segment" })).state, "queued");
    assert.equal((await only(store, { kind: "examine" })).state, "queued");
    const second = await claimOf(store);
    assert.equal(second.job.kind, "examine");
    await store.completeExamination(second, [segmentation(1, "key-with-late-slices")]);
    assert.equal((await only(store, { kind: "examine" })).state, "done", "the mark is used up");
    assert.equal((await store.list({ kind: "segment" })).length, 2);
  });
}

function claims(scene: MakeScene): void {
  scene("the oldest job comes first, in the order in which jobs became work", async ({ store }) => {
    assert.equal(await store.claim("worker-1", LEASE), null);
    await store.arrive([arrival(3), arrival(1), arrival(2)]);
    const order = [];
    for (let i = 0; i < 3; i++) order.push((await claimOf(store)).job.key);
    assert.deepEqual(order, ["1.2.3.3", "1.2.3.1", "1.2.3.2"]);
    assert.equal(await store.claim("worker-1", LEASE), null, "what runs is not claimed twice");
  });

  scene(
    "a claimed job runs, counts the attempt and differs in its token from every other claim",
    async ({ store }) => {
      await store.arrive([arrival(1), arrival(2)]);
      const first = await claimOf(store);
      const second = await claimOf(store);
      assert.deepEqual([first.job.state, first.job.attempts], ["running", 1]);
      assert.notEqual(first.token, second.token);
      assert.deepEqual(await store.find(first.job.id), first.job);
    },
  );

  scene("a heartbeat tells where the job is", async ({ store, clock }) => {
    await store.arrive([arrival(1)]);
    const claim = await claimOf(store);
    clock.move(10 * SECOND);
    await store.heartbeat(claim, "retrieve", 0.25, LEASE);
    const job = await only(store);
    assert.deepEqual([job.step, job.progress, job.updatedAtMs], ["retrieve", 0.25, clock.nowMs()]);
  });

  scene("a heartbeat prolongs the lease", async ({ store, clock }) => {
    await store.arrive([arrival(1)]);
    const claim = await claimOf(store);
    for (let i = 0; i < 5; i++) {
      clock.move(LEASE - 1);
      await store.heartbeat(claim, "infer", 0.5, LEASE);
    }
    clock.move(LEASE - 1);
    assert.equal(await store.releaseExpired(), 0);
    clock.move(1);
    assert.equal(await store.releaseExpired(), 1);
  });

  scene("the last step is still told after the job was given to another worker", async ({ store, clock }) => {
    await store.arrive([arrival(1)]);
    await store.heartbeat(await claimOf(store), "infer", 0.5, LEASE);
    clock.move(LEASE);
    await store.releaseExpired();
    const { job } = await claimOf(store, "worker-2");
    assert.deepEqual([job.step, job.progress, job.attempts], ["infer", 0, 2]);
  });

  scene("a second connection sees and claims what the first one wrote", async ({ store, open }) => {
    await store.arrive([arrival(1)]);
    const other = await open();
    const claim = await claimOf(other);
    assert.equal(await store.claim("worker-2", LEASE), null);
    await other.completeExamination(claim, gone);
    assert.equal((await only(store)).state, "skipped");
  });

  scene("F32 a stale token changes nothing, whatever it tries", async ({ store, clock }) => {
    await store.arrive([arrival(1)]);
    await store.completeExamination(await claimOf(store), [segmentation(1)]);
    const stale = await claimOf(store, "worker-1");
    clock.move(LEASE);
    assert.equal(await store.releaseExpired(), 1);
    const current = await claimOf(store, "worker-2");
    const before = await store.list();
    const attempts = [
      () => store.heartbeat(stale, "store", 1, LEASE),
      () => store.complete(stale, result("1.2.3.1")),
      () => store.completeExamination(stale, [segmentation(2)]),
      () => store.completeExamination(stale, gone),
      () => store.skip(stale, gone),
      () => store.bury(stale, gone),
      () => store.retryLater(stale, away, 0, true),
    ];
    for (const attempt of attempts) await assert.rejects(attempt, hasCode("LEASE_LOST"));
    assert.deepEqual(await store.list(), before);
    await store.complete(current, result("1.2.3.1"));
    await assert.rejects(store.complete(current, result("1.2.3.1")), hasCode("LEASE_LOST"));
  });
}

function endings(scene: MakeScene): void {
  scene(
    "an eligible series ends its examination and brings one segmentation, order and all",
    async ({ store }) => {
      await store.arrive([arrival(1)]);
      await store.completeExamination(await claimOf(store), [segmentation(1)]);
      const done = await only(store, { kind: "examine" });
      assert.deepEqual([done.state, done.failure], ["done", null]);
      const job = await only(store, { kind: "segment" });
      assert.deepEqual([job.state, job.key, job.attempts, job.instanceCount], ["queued", "key-1", 0, 20]);
      assert.deepEqual(job.order, segmentation(1).order);
      assert.deepEqual([job.studyUid, job.seriesUid], ["1.2.3", "1.2.3.1"]);
    },
  );

  scene("an examination whose job cannot be saved has not ended", async ({ store }) => {
    await store.arrive([arrival(1)]);
    const claim = await claimOf(store);
    const broken = { ...segmentation(1), key: null } as unknown as NewSegmentJob;
    await assert.rejects(store.completeExamination(claim, [segmentation(2), broken]));
    assert.deepEqual(await store.list(), [claim.job]);
    await store.completeExamination(claim, [segmentation(1)]);
  });

  scene("a series of several volumes becomes as many jobs, each with its part", async ({ store }) => {
    await store.arrive([arrival(1)]);
    const jobs = ["ImageType=WATER", "ImageType=IN_PHASE"].map((part) => ({
      ...segmentation(1, `key of ${part}`),
      order: { ...segmentation(1).order, part },
    }));
    await store.completeExamination(await claimOf(store), jobs);
    const parts = (await store.list({ kind: "segment" })).map(({ order }) => order?.part);
    assert.deepEqual(parts.toSorted(), ["ImageType=IN_PHASE", "ImageType=WATER"]);
  });

  scene("an ineligible series ends skipped, with its reason", async ({ store }) => {
    await store.arrive([arrival(1)]);
    await store.completeExamination(await claimOf(store), gone);
    const job = await only(store);
    assert.deepEqual([job.state, job.failure], ["skipped", gone]);
  });

  for (const end of ["done", "skipped", "dead", "running"] as const) {
    scene(
      `F11 a key that was ever seen is no new work: its ${end} segmentation stays as it is`,
      async ({ store }) => {
        await store.arrive([arrival(1)]);
        await store.completeExamination(await claimOf(store), [segmentation(1)]);
        const claim = await claimOf(store);
        if (end === "done") await store.complete(claim, result("1.2.3.1"));
        if (end === "skipped") await store.skip(claim, gone);
        if (end === "dead") await store.bury(claim, gone);
        const before = await only(store, { kind: "segment" });
        assert.equal(before.state, end);
        await store.arrive([arrival(1, { isEvent: true })]);
        await store.completeExamination(await claimOf(store), [
          { ...segmentation(1), order: segmentation(2).order },
        ]);
        assert.deepEqual(await only(store, { kind: "segment" }), before);
      },
    );
  }

  scene("F11 a key that waits in the queue keeps its first order and its place", async ({ store }) => {
    await store.arrive([arrival(1), arrival(2)]);
    await store.completeExamination(await claimOf(store), [segmentation(1)]);
    const before = await only(store, { kind: "segment" });
    await store.completeExamination(await claimOf(store), [
      { ...segmentation(1), order: segmentation(2).order },
    ]);
    assert.deepEqual(await only(store, { kind: "segment" }), before);
  });

  scene("a segmentation ends done with its result, or skipped with reason and result", async ({ store }) => {
    await store.arrive([arrival(1), arrival(2)]);
    for (const n of [1, 2]) await store.completeExamination(await claimOf(store), [segmentation(n)]);
    await store.complete(await claimOf(store), result("1.2.3.1"));
    await store.skip(await claimOf(store), gone, result("1.2.3.2"));
    const [second, first] = await store.list({ kind: "segment" });
    assert.deepEqual([first?.state, first?.result, first?.failure], ["done", result("1.2.3.1"), null]);
    assert.deepEqual([second?.state, second?.result, second?.failure], ["skipped", result("1.2.3.2"), gone]);
  });

  scene("F6 an absent archive uses up no attempt, other failures do", async ({ store, clock }) => {
    await store.arrive([arrival(1)]);
    for (let i = 0; i < 10; i++) {
      const claim = await claimOf(store);
      assert.equal(claim.job.attempts, 1);
      await store.retryLater(claim, away, clock.nowMs(), false);
    }
    await store.retryLater(await claimOf(store), away, clock.nowMs(), true);
    const job = await only(store);
    assert.deepEqual([job.state, job.attempts, job.failure], ["queued", 1, away]);
  });

  scene("a job given back waits until its time and lets younger jobs pass", async ({ store, clock }) => {
    await store.arrive([arrival(1), arrival(2)]);
    const due = clock.nowMs() + 5 * SECOND;
    await store.retryLater(await claimOf(store), away, due, true);
    assert.equal((await store.list()).at(-1)?.notBeforeMs, due);
    assert.equal((await claimOf(store)).job.key, "1.2.3.2");
    clock.move(5 * SECOND - 1);
    assert.equal(await store.claim("worker-1", LEASE), null);
    clock.move(1);
    const { job } = await claimOf(store);
    assert.deepEqual([job.key, job.attempts], ["1.2.3.1", 2]);
  });
}

/** A job whose result is computed, with a delivery for each of these destinations. */
async function computed(store: JobStore, n: number, destinations = ["archive", "second"]) {
  await store.arrive([arrival(n)]);
  await store.completeExamination(await claimOf(store), [segmentation(n)]);
  const claim = await claimOf(store);
  const deliveries = await store.startDeliveries(claim, result(`1.2.3.${n}`), destinations);
  return { claim, deliveries };
}

const delivered = { state: "delivered", failure: null } as const;

/** One try that found the destination away. */
const later = (delivery: Delivery, notBeforeMs: number) => ({
  ...delivery,
  state: "waiting" as const,
  attempts: delivery.attempts + 1,
  failure: away,
  notBeforeMs,
});

const statesOf = (job: Job | null): readonly string[] =>
  (job?.deliveries ?? []).map(({ destination, state }) => `${destination} ${state}`);

/** The worker that holds a job dies, in each of its attempts. */
async function dieOfIt(store: JobStore): Promise<void> {
  for (let n = 1; n < MAX_ATTEMPTS; n++) {
    await store.releaseOwner("worker-1");
    await claimOf(store);
  }
  await store.releaseOwner("worker-1");
}

function deliveries(scene: MakeScene): void {
  scene(
    "S8 a computed result waits for the first of its destinations that is due, with each one's own state",
    async ({ store, clock }) => {
      const { claim, deliveries } = await computed(store, 1);
      assert.deepEqual(
        deliveries.map(({ destination, state, attempts }) => [destination, state, attempts]),
        [
          ["archive", "waiting", 0],
          ["second", "waiting", 0],
        ],
      );
      const [archive, second] = deliveries as [Delivery, Delivery];
      const told = { ...result("1.2.3.1"), warnings: [{ code: "OUTPUT_REFUSED", sentence: "No." }] } as const;
      await store.noteDelivery(claim, { ...archive, ...delivered }, told);
      await store.noteDelivery(claim, later(second, clock.nowMs() + HOUR), told);
      await store.awaitDeliveries(claim);
      const job = await only(store, { kind: "segment", state: "computed" });
      assert.deepEqual(statesOf(job), ["archive delivered", "second waiting"]);
      assert.deepEqual(job.deliveries[1]?.failure, away);
      assert.deepEqual([job.result, job.failure, job.attempts], [told, null, 0]);
      assert.deepEqual(
        [job.notBeforeMs, job.deliveries[1]?.notBeforeMs],
        [clock.nowMs() + HOUR, clock.nowMs() + HOUR],
      );
      const { segment } = await store.stats();
      assert.deepEqual([segment.queued, segment.computed], [0, 1]);
      assert.equal(await store.claim("worker-1", LEASE), null, "not before its time");
      clock.move(HOUR);
      const again = await claimOf(store);
      assert.deepEqual(statesOf(again.job), ["archive delivered", "second waiting"]);
      await store.noteDelivery(again, { ...second, ...delivered }, told);
      await store.complete(again, told);
      assert.deepEqual(statesOf(await only(store, { state: "done", kind: "segment" })), [
        "archive delivered",
        "second delivered",
      ]);
    },
  );

  scene(
    "S8 the next series is claimed while a computed one waits, and the computed one first when it is due",
    async ({ store, clock }) => {
      const { claim, deliveries } = await computed(store, 1, ["archive"]);
      await store.noteDelivery(
        claim,
        later(deliveries[0] as Delivery, clock.nowMs() + HOUR),
        result("1.2.3.1"),
      );
      await store.awaitDeliveries(claim);
      await store.arrive([arrival(2), arrival(3)]);
      assert.equal((await claimOf(store)).job.seriesUid, "1.2.3.2");
      clock.move(HOUR);
      assert.equal((await claimOf(store)).job.id, claim.job.id);
      assert.equal((await claimOf(store)).job.seriesUid, "1.2.3.3");
    },
  );

  scene(
    "F2 what a dead worker was delivering is computed still, whatever was recorded of it",
    async ({ store }) => {
      const { claim, deliveries } = await computed(store, 1);
      await store.noteDelivery(claim, { ...(deliveries[0] as Delivery), ...delivered }, result("1.2.3.1"));
      assert.equal(await store.releaseOwner("worker-1"), 1);
      const job = await only(store, { kind: "segment" });
      assert.deepEqual([job.state, ...statesOf(job)], ["computed", "archive delivered", "second waiting"]);
      assert.deepEqual(job.result, result("1.2.3.1"));
      const again = await claimOf(store);
      assert.deepEqual(statesOf(again.job), ["archive delivered", "second waiting"]);
      await store.retryLater(again, away, 0, false);
      assert.equal((await only(store, { kind: "segment" })).state, "computed");
    },
  );

  scene("F32 a claim that was lost can neither start, note nor await a delivery", async ({ store }) => {
    const { claim, deliveries } = await computed(store, 1);
    await store.releaseOwner("worker-1");
    const lost = hasCode("LEASE_LOST");
    await assert.rejects(store.startDeliveries(claim, result("9"), ["other"]), lost);
    const note = { ...(deliveries[0] as Delivery), ...delivered };
    await assert.rejects(store.noteDelivery(claim, note, result("9")), lost);
    await assert.rejects(store.awaitDeliveries(claim), lost);
    const job = await only(store, { kind: "segment" });
    assert.deepEqual([statesOf(job), job.result], [["archive waiting", "second waiting"], result("1.2.3.1")]);
  });

  scene(
    "started again, deliveries stay as they are; one to a place that is no destination any more is dropped",
    async ({ store }) => {
      const { claim, deliveries } = await computed(store, 1, ["archive", "old", "second"]);
      await store.noteDelivery(claim, { ...(deliveries[2] as Delivery), ...delivered }, result("1.2.3.1"));
      const again = await store.startDeliveries(claim, result("1.2.3.1"), ["second", "archive", "new"]);
      assert.deepEqual(
        again.map(({ destination, state }) => `${destination} ${state}`),
        ["second delivered", "archive waiting", "new waiting"],
      );
    },
  );

  scene(
    "a person's retry tries at once what waits or has failed, and computes nothing anew",
    async ({ store, clock }) => {
      const { claim, deliveries } = await computed(store, 1);
      const [archive, second] = deliveries as [Delivery, Delivery];
      await store.noteDelivery(claim, { ...archive, ...delivered }, result("1.2.3.1"));
      await store.noteDelivery(claim, later(second, clock.nowMs() + HOUR), result("1.2.3.1"));
      await store.awaitDeliveries(claim);
      assert.equal((await store.retry(claim.job.id)).state, "computed");
      const again = await claimOf(store);
      await store.noteDelivery(again, { ...second, state: "failed", failure: gone }, result("1.2.3.1"));
      await store.bury(again, gone);
      const dead = await only(store, { state: "dead" });
      assert.deepEqual(
        [dead.result, ...statesOf(dead)],
        [result("1.2.3.1"), "archive delivered", "second failed"],
      );
      const retried = await store.retry(claim.job.id);
      assert.deepEqual([retried.state, retried.failure], ["computed", null]);
      assert.deepEqual(statesOf(retried), ["archive delivered", "second waiting"]);
      assert.deepEqual(
        retried.deliveries.map(({ attempts, failure }) => [attempts, failure]),
        [
          [0, null],
          [0, null],
        ],
      );
      assert.equal((await claimOf(store)).job.id, claim.job.id);
    },
  );

  for (const [end, state, bring] of [
    ["skipped", "skipped", (store: JobStore, claim: Claim) => store.skip(claim, gone)],
    ["dead", "dead", (store: JobStore, claim: Claim) => store.bury(claim, gone)],
    ["of its worker's death", "dead", dieOfIt],
  ] as const)
    scene(`S8 a job that ends ${end} waits for no destination any more, and says why`, async ({ store }) => {
      const { claim, deliveries } = await computed(store, 1);
      await store.noteDelivery(claim, { ...(deliveries[0] as Delivery), ...delivered }, result("1.2.3.1"));
      await bring(store, claim);
      const job = await only(store, { kind: "segment" });
      assert.deepEqual([job.state, ...statesOf(job)], [state, "archive delivered", "second failed"]);
      assert.ok(job.failure);
      assert.deepEqual(
        job.deliveries.map(({ failure }) => failure),
        [null, job.failure],
      );
    });

  scene("S8 what a worker died of is brought after all when a person says so", async ({ store }) => {
    const { claim } = await computed(store, 1);
    await dieOfIt(store);
    const retried = await store.retry(claim.job.id);
    assert.deepEqual(
      [retried.state, ...statesOf(retried)],
      ["computed", "archive waiting", "second waiting"],
    );
    assert.equal((await claimOf(store)).job.id, claim.job.id);
  });

  for (const [title, destination, state] of [
    ["of which nothing is delivered is ended", null, "skipped"],
    ["that is delivered somewhere goes on", "archive", "computed"],
  ] as const)
    scene(`F14 a late slice makes a new job; the result of the fewer ${title}`, async ({ store }) => {
      const { claim, deliveries } = await computed(store, 1);
      for (const delivery of deliveries) {
        const told =
          delivery.destination === destination ? { ...delivery, ...delivered } : later(delivery, 0);
        await store.noteDelivery(claim, told, result("1.2.3.1"));
      }
      await store.arrive([arrival(1, { instanceCount: 21, isEvent: true })]);
      const examination = await claimOf(store);
      await store.awaitDeliveries(claim);
      const other = { ...segmentation(1, "other"), order: { ...segmentation(1, "other").order, part: "B" } };
      const ended = await store.completeExamination(examination, [segmentation(1, "whole"), other]);
      const job = await store.find(claim.job.id);
      assert.deepEqual([job?.state, ended], [state, state === "skipped" ? [job?.key] : []]);
      if (state === "computed") return;
      assert.equal(job?.failure?.code, "SERIES_CHANGED");
      assert.deepEqual(statesOf(job), ["archive failed", "second failed"]);
    });

  scene(
    "F14 a result of another part, or of the same slices, is not ended by a new job",
    async ({ store }) => {
      const { claim } = await computed(store, 1);
      await store.arrive([arrival(1, { isEvent: true })]);
      const examination = await claimOf(store);
      await store.awaitDeliveries(claim);
      const { order } = segmentation(1);
      const others = [
        { ...segmentation(1, "part"), order: { ...segmentation(1, "part").order, part: "B" } },
        { ...segmentation(1, "model"), order: { ...order, modelId: "ct-2" } },
      ];
      assert.deepEqual(await store.completeExamination(examination, others), []);
      assert.equal((await store.find(claim.job.id))?.state, "computed");
    },
  );

  scene("F27 a delivery whose time was set before the clock went back is due", async ({ store, clock }) => {
    const { claim, deliveries } = await computed(store, 1, ["archive"]);
    await store.noteDelivery(
      claim,
      later(deliveries[0] as Delivery, clock.nowMs() + HOUR),
      result("1.2.3.1"),
    );
    await store.awaitDeliveries(claim);
    clock.move(-YEAR);
    const [delivery] = (await claimOf(store)).job.deliveries;
    assert.ok(delivery && isDue(delivery, clock.nowMs()));
  });
}

function pages(scene: MakeScene): void {
  scene("every job comes once, the newest first, also where the list grows meanwhile", async ({ store }) => {
    const count = 1203;
    await store.arrive(Array.from({ length: count }, (_, n) => arrival(n)));
    const seen: string[] = [];
    for await (const { seriesUid } of store.each()) {
      seen.push(seriesUid);
      if (seen.length === 600) await store.arrive([arrival(5000)]);
    }
    assert.deepEqual(
      seen,
      Array.from({ length: count }, (_, n) => arrival(count - 1 - n).seriesUid),
    );
  });

  scene("what is queued anew on the way does not come twice, and the filter holds", async ({ store }) => {
    const count = 510;
    await store.arrive(Array.from({ length: count }, (_, n) => arrival(n)));
    for (let n = 0; n < count; n++) await store.skip(await claimOf(store), gone);
    await store.arrive([arrival(9000)]);
    let seen = 0;
    for await (const { id } of store.each({ kind: "examine", state: "skipped" })) {
      seen++;
      await store.retry(id);
    }
    assert.equal(seen, count);
    for await (const job of store.each({ kind: "examine", state: "skipped" })) assert.fail(job.key);
    for await (const job of store.each({ kind: "segment" })) assert.fail(job.key);
  });
}

function releases(scene: MakeScene): void {
  scene("F3 everybody who holds a job is named once, and nobody who holds none", async ({ store }) => {
    assert.deepEqual(await store.owners(), []);
    await store.arrive([arrival(1), arrival(2), arrival(3), arrival(4)]);
    const [first] = [await claimOf(store, "a"), await claimOf(store, "b"), await claimOf(store, "b")];
    assert.deepEqual((await store.owners()).toSorted(), ["a", "b"]);
    await store.skip(first, gone);
    assert.deepEqual(await store.owners(), ["b"]);
    await store.releaseOwner("b");
    assert.deepEqual(await store.owners(), []);
  });

  scene(
    "S4 what a worker held that ended with its service is claimable again, and no attempt is used up",
    async ({ store }) => {
      await store.arrive([arrival(1)]);
      for (let n = 0; n < 40; n++) {
        assert.equal((await claimOf(store, "orphan")).job.attempts, 1);
        assert.equal(await store.releaseOwner("orphan", { usesAttempt: false }), 1);
      }
      assert.deepEqual((await only(store)).attempts, 0);
    },
  );

  scene(
    "F3 what a dead worker held is claimable again, what others hold is not touched",
    async ({ store }) => {
      await store.arrive([arrival(1), arrival(2), arrival(3)]);
      const dead = [await claimOf(store, "dead"), await claimOf(store, "dead")];
      const alive = await claimOf(store, "alive");
      assert.equal(await store.releaseOwner("dead"), 2);
      assert.equal(await store.releaseOwner("dead"), 0);
      await store.heartbeat(alive, "examine", 0, LEASE);
      for (const { job } of dead) assert.equal((await claimOf(store)).job.id, job.id);
      assert.equal(await store.claim("worker-1", LEASE), null);
    },
  );

  for (const how of ["death", "silence"] as const) {
    scene(
      `F4 a job whose worker ends by ${how} three times is dead, the others flow`,
      async ({ store, clock }) => {
        await store.arrive([arrival(1), arrival(2)]);
        for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
          const { job } = await claimOf(store);
          assert.deepEqual([job.key, job.attempts], ["1.2.3.1", attempt]);
          if (how === "silence") clock.move(LEASE);
          assert.equal(
            how === "death" ? await store.releaseOwner("worker-1") : await store.releaseExpired(),
            1,
          );
        }
        const dead = await only(store, { state: "dead" });
        assert.deepEqual([dead.key, dead.failure?.code], ["1.2.3.1", "WORKER_DIED"]);
        assert.equal((await claimOf(store)).job.key, "1.2.3.2");
      },
    );
  }

  scene(
    "F4 F14 news that came while a series killed its worker for the last time bring it back",
    async ({ store }) => {
      await store.arrive([arrival(1)]);
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        await claimOf(store);
        if (attempt === MAX_ATTEMPTS) await store.arrive([arrival(1, { isEvent: true })]);
        await store.releaseOwner("worker-1");
      }
      const job = await only(store);
      assert.deepEqual([job.state, job.attempts], ["queued", 0]);
    },
  );
}

function clockJumps(scene: MakeScene): void {
  for (const jump of [2 * HOUR, 10 * YEAR]) {
    const hours = jump / HOUR;
    scene(
      `F27 a clock that goes back ${hours} h keeps no waiting job from its turn`,
      async ({ store, clock }) => {
        await store.arrive([arrival(1)]);
        await store.retryLater(await claimOf(store), away, clock.nowMs() + 60 * SECOND, false);
        clock.move(-jump);
        await store.arrive([arrival(1, { isEvent: true, instanceCount: 21 })]);
        assert.equal((await claimOf(store)).job.attempts, 1);
      },
    );

    scene(
      `F27 a clock that goes back ${hours} h neither takes a lease away nor keeps it for ever`,
      async ({ store, clock }) => {
        await store.arrive([arrival(1)]);
        const claim = await claimOf(store);
        clock.move(-jump);
        assert.equal(await store.releaseExpired(), 0, "the worker may be alive");
        await store.heartbeat(claim, "retrieve", 0, LEASE);
        clock.move(LEASE - 1);
        assert.equal(await store.releaseExpired(), 0);
        clock.move(-jump);
        assert.equal(await store.releaseExpired(), 0);
        clock.move(LEASE);
        assert.equal(await store.releaseExpired(), 1, "silent for a whole lease");
      },
    );

    scene(
      `F27 a clock that goes back ${hours} h does not keep a dead owner's jobs`,
      async ({ store, clock }) => {
        await store.arrive([arrival(1)]);
        await claimOf(store);
        clock.move(-jump);
        assert.equal(await store.releaseOwner("worker-1"), 1);
        await claimOf(store, "worker-2");
      },
    );

    scene(`F27 jobs keep their order over a jump of ${hours} h either way`, async ({ store, clock }) => {
      await store.arrive([arrival(1)]);
      clock.move(-jump);
      await store.arrive([arrival(2)]);
      clock.move(2 * jump);
      await store.arrive([arrival(3)]);
      clock.move(-jump);
      const order = [];
      for (let i = 0; i < 3; i++) order.push((await claimOf(store)).job.key);
      assert.deepEqual(order, ["1.2.3.1", "1.2.3.2", "1.2.3.3"]);
    });
  }
}

function people(scene: MakeScene): void {
  for (const end of ["skipped", "dead"] as const) {
    scene(`a person queues a ${end} job anew, with all its attempts`, async ({ store }) => {
      await store.arrive([arrival(1), arrival(2)]);
      const claim = await claimOf(store);
      if (end === "skipped") await store.skip(claim, gone);
      else await store.bury(claim, gone);
      const job = await store.retry(claim.job.id);
      assert.deepEqual([job.state, job.attempts, job.failure], ["queued", 0, null]);
      assert.equal((await claimOf(store)).job.key, "1.2.3.2", "last in the queue");
      assert.equal((await claimOf(store)).job.id, job.id);
    });
  }

  scene(
    "D2: after an outage a person queues all that ended with one code, or all that is dead",
    async ({ store }) => {
      const rejected = makeFailure("STORE_REJECTED", "The archive refused it.");
      const withdrawn = makeFailure("RETRACTED", "The result was withdrawn.");
      await store.arrive([1, 2, 3, 4, 5].map((n) => arrival(n)));
      for (const failure of [gone, rejected, gone]) await store.bury(await claimOf(store), failure);
      for (const failure of [gone, withdrawn]) await store.skip(await claimOf(store), failure);
      assert.equal(await store.retryAll("RETRACTED"), 0);
      assert.equal(await store.retryAll("SERIES_GONE"), 3);
      assert.deepEqual(
        (await store.list({ state: "queued" })).map(({ key }) => key),
        ["1.2.3.4", "1.2.3.3", "1.2.3.1"],
      );
      assert.equal(await store.retryAll(null), 1);
      assert.equal((await claimOf(store)).job.key, "1.2.3.1");
      assert.deepEqual(
        (await store.list({ state: "skipped" })).map(({ failure }) => failure),
        [withdrawn],
      );
    },
  );

  scene("a withdrawn result stays withdrawn, and its job is never queued again", async ({ store }) => {
    await store.arrive([arrival(1)]);
    await store.completeExamination(await claimOf(store), [segmentation(1)]);
    const claim = await claimOf(store);
    const withdrawn = makeFailure("RETRACTED", "The result was withdrawn.");
    await assert.rejects(store.retract(claim.job.id, withdrawn), hasCode("NOT_RETRACTABLE"));
    const segmented = result(claim.job.seriesUid);
    await store.complete(claim, segmented);
    const job = await store.retract(claim.job.id, withdrawn);
    assert.deepEqual([job.state, job.failure, job.result], ["skipped", withdrawn, segmented]);
    assert.deepEqual(await store.retry(job.id), job);
    await store.arrive([arrival(1)].map((each) => ({ ...each, isEvent: true })));
    await store.completeExamination(await claimOf(store), [segmentation(1)]);
    assert.equal(await store.claim("worker-1", 60 * SECOND), null);
    const examination = await only(store, { kind: "examine" });
    await assert.rejects(store.retract(examination.id, withdrawn), hasCode("NOT_RETRACTABLE"));
    await assert.rejects(store.retract(987_654, withdrawn), hasCode("JOB_NOT_FOUND"));
  });

  scene(
    "a job that is queued, running or done is left alone by retry; an unknown one is refused",
    async ({ store }) => {
      await store.arrive([arrival(1)]);
      const queued = await only(store);
      assert.deepEqual(await store.retry(queued.id), queued);
      const { job } = await claimOf(store);
      assert.deepEqual(await store.retry(job.id), job);
      await store.releaseOwner("worker-1");
      await store.completeExamination(await claimOf(store), [segmentation(1)]);
      const done = await only(store, { kind: "examine" });
      assert.deepEqual(await store.retry(done.id), done);
      await assert.rejects(store.retry(987_654), hasCode("JOB_NOT_FOUND"));
      assert.equal(await store.find(987_654), null);
    },
  );

  scene("jobs are listed newest first, by kind and state, and counted by both", async ({ store }) => {
    await store.arrive([arrival(1), arrival(2), arrival(3)]);
    await store.completeExamination(await claimOf(store), [segmentation(1)]);
    await store.completeExamination(await claimOf(store), gone);
    const keys = async (filter: Parameters<typeof store.list>[0]): Promise<string[]> =>
      (await store.list(filter)).map((job) => job.key);
    assert.deepEqual(await keys({ kind: "examine" }), ["1.2.3.3", "1.2.3.2", "1.2.3.1"]);
    assert.deepEqual(await keys({ kind: "examine", limit: 2 }), ["1.2.3.3", "1.2.3.2"]);
    assert.deepEqual(await keys({ state: "queued" }), ["key-1", "1.2.3.3"]);
    assert.deepEqual(await keys({ state: "queued", kind: "segment" }), ["key-1"]);
    assert.deepEqual(await store.stats(), {
      examine: { queued: 1, running: 0, done: 1, skipped: 1, dead: 0, computed: 0 },
      segment: { queued: 1, running: 0, done: 0, skipped: 0, dead: 0, computed: 0 },
    });
  });

  scene("hostile text is stored as text", async ({ store }) => {
    const seriesUid = `1'; DROP TABLE job; -- "\u0000\\ \u{1F600}`;
    await store.arrive([arrival(1, { seriesUid })], { source: "x'", value: "'; --" });
    assert.equal((await only(store)).key, seriesUid);
    assert.equal(await store.readCursor("x'"), "'; --");
  });
}
