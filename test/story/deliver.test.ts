import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { buildSeg } from "../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../src/dicom/write/buildTextReport.ts";
import { isWaiting } from "../../src/domain/delivery.ts";
import { FailureError, failed, makeFailure } from "../../src/domain/failure.ts";
import type { OutputKind } from "../../src/domain/outputs.ts";
import { makeOutages } from "../../src/jobs/policy/outages.ts";
import { makeNextTry } from "../../src/jobs/policy/retryPolicy.ts";
import { openSqliteJobStore } from "../../src/jobs/sqlite/sqlite.ts";
import { measureMask } from "../../src/measure/measureMask.ts";
import { makeRefusals, SETTLING_MS } from "../../src/pacs/refusals.ts";
import type { Destination, Spooled } from "../../src/ports/results.ts";
import type { Step } from "../../src/ports/world.ts";
import { type Carrier, type Delivered, deliver } from "../../src/story/deliver.ts";
import { claimOf, HOUR, MAX_ATTEMPTS, movableClock, segmentation } from "../contract/jobStoreBench.ts";
import { asymmetricMask, makeContext, makeSource } from "../dicom/write/sources.ts";
import { privateFolder } from "../jobs/support/privateFolder.ts";

const source = makeSource({ shape: [6, 7, 8], spacingMm: [50, 7.5, 7.25] });
const context = makeContext(source);
const mask = asymmetricMask(source.grid);
const measures = measureMask(mask, { grid: mask.grid, voxels: Float32Array.from(mask.voxels) });
const seg = buildSeg(mask, context);
const sr = buildSr(measures, seg.object, context);
const text = buildTextReport(measures, seg.object, context);

const objects: Spooled["objects"] = [
  { kind: "seg", name: "seg", ...seg },
  { kind: "sr", name: "sr", ...sr },
  { kind: "text-report", name: "text-report", ...text },
];

const spooled: Spooled = {
  result: {
    outcome: "segmented",
    notice: "",
    software: context.software,
    model: context.model,
    executionProvider: "cpu",
    settingsDigest: context.settingsDigest,
    series: { studyUid: source.studyUid, seriesUid: source.seriesUid, part: "", instances: 6 },
    measures,
    warnings: [],
    objects: objects.map(({ bytes: _, ...object }) => object),
    startedAt: "2025-02-04T23:05:06.000Z",
    secondsPerStep: {},
  },
  objects,
  picture: new Uint8Array(),
};

const names: ReadonlyMap<string, string> = new Map([
  [seg.object.sopInstanceUid, "SEG"],
  [sr.object.sopInstanceUid, "SR"],
  [text.object.sopInstanceUid, "text"],
]);

type Faults = {
  readonly outputs?: readonly OutputKind[];
  /** What the archive answers to the request that brings an object, by its name. */
  readonly refuses?: Readonly<Record<string, () => Error | null>>;
  /** What it makes of an object that it took. */
  readonly changes?: (bytes: Uint8Array) => Uint8Array;
};

/** A destination that writes down every request, keeps what it takes, and fails as told. */
const recording = (name: string, { outputs, refuses = {}, changes = (bytes) => bytes }: Faults = {}) => {
  const requests: string[] = [];
  const held = new Map<string, Uint8Array>();
  const called = (uid: string): string => names.get(uid) ?? uid;
  const destination: Destination = {
    name,
    outputs: outputs ?? ["seg", "sr", "text-report"],
    pacs: {
      hasInstance: async ({ sopInstanceUid }) => held.has(sopInstanceUid),
      storeInstance: async ({ sopInstanceUid }, bytes) => {
        requests.push(`store ${called(sopInstanceUid)}`);
        const refusal = refuses[called(sopInstanceUid)]?.() ?? null;
        if (refusal !== null) throw refusal;
        held.set(sopInstanceUid, changes(bytes));
      },
      retrieveInstance: async ({ sopInstanceUid }) => {
        requests.push(`retrieve ${called(sopInstanceUid)}`);
        const bytes = held.get(sopInstanceUid);
        if (bytes === undefined) throw failed("PACS_ERROR", "There is no such instance.");
        return bytes;
      },
    },
  };
  return {
    destination,
    requests,
    forget: () => held.clear(),
    holds: (): readonly string[] => [...held.keys()].map(called),
  };
};

const rejected =
  (details = {}) =>
  () =>
    failed("STORE_REJECTED", "The archive refused the object.", details);
const refusedClass = () =>
  failed("CLASS_REFUSED", "The archive does not take it.", { status: 409, failureReason: 0x0122 });

const everything = ["store SEG", "store SR", "store text", "retrieve SEG", "retrieve SR", "retrieve text"];

const plainStep: Step = Object.assign(
  async <T>(_name: string, run: (progress: (share: number) => void) => T | Promise<T>) =>
    run(() => undefined),
  { secondsPerStep: {} },
);

type Recorded = ReturnType<typeof recording>;

/** A real ledger, and destinations that are told what to do. Each result is a job of its own. */
const carrierTo = (t: TestContext, ...destinations: readonly Recorded[]) => {
  const { path, dispose } = privateFolder();
  const clock = movableClock();
  let isGone = (): boolean => false;
  const jobs = openSqliteJobStore({ file: `${path}/jobs.db`, clock, maxAttempts: MAX_ATTEMPTS });
  t.after(async () => {
    await jobs.close();
    dispose();
  });
  const lines: unknown[] = [];
  const kept: string[] = [];
  const carrier: Carrier = {
    destinations: destinations.map(({ destination }) => destination),
    refusals: makeRefusals(clock),
    pacs: {
      describeStudy: async () =>
        isGone() ? [] : [{ seriesUid: source.seriesUid, modality: "CT", number: 1, description: null }],
    },
    outages: makeOutages(),
    nextTry: makeNextTry(MAX_ATTEMPTS),
    clock,
    jobs,
    spool: {
      keep: () => spooled,
      read: () => spooled,
      remove: () => undefined,
      keepDisputed: (_key, name) => {
        kept.push(name);
        return `kept/${name}`;
      },
    },
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (event, fields) => lines.push({ event, ...fields }),
    },
  };
  const goneWhen = (holds: () => boolean): void => {
    isGone = holds;
  };
  let ordered = 0;
  /** Whose result is being delivered. */
  const inHand = { key: "" };
  /** So many more volumes that are to be segmented. */
  const order = async (count = 1): Promise<void> => {
    await jobs.arrive([{ ...source, instanceCount: 6, isEvent: true }]);
    const { seriesUid, studyUid } = source;
    const keys = Array.from({ length: count }, () => (ordered += 1));
    const orders = keys.map((n) => {
      const { order, ...job } = segmentation(n);
      return { ...job, seriesUid, studyUid, order: { ...order, part: String(n) } };
    });
    await jobs.completeExamination(await claimOf(jobs), orders);
  };
  const send = async (isNew: boolean): Promise<Delivered & { readonly id: number }> => {
    if (isNew) await order();
    const claim = await claimOf(jobs);
    inHand.key = claim.job.key;
    const delivered = await deliver(claim, spooled, carrier, plainStep);
    const refusal = delivered.deliveries.find(({ state }) => state === "failed")?.failure;
    if (delivered.deliveries.some(isWaiting)) await jobs.awaitDeliveries(claim);
    else if (refusal) await jobs.bury(claim, refusal);
    else await jobs.complete(claim, delivered.result);
    const recorded = await jobs.find(claim.job.id);
    const withoutTime = delivered.deliveries.map(({ updatedAtMs: _, notBeforeMs: __, ...rest }) => rest);
    assert.deepEqual(
      recorded?.deliveries.map(({ updatedAtMs: _, notBeforeMs: __, ...rest }) => rest),
      withoutTime,
      "the ledger says the same",
    );
    return { ...delivered, id: claim.job.id };
  };
  return {
    kept,
    lines,
    clock,
    goneWhen,
    jobs,
    sendNew: () => send(true),
    sendAgain: () => send(false),
    order,
    inHand,
    carrier,
  };
};

/** What became of each destination: state, and the code of a failure. */
const statesOf = ({ deliveries }: Delivered) =>
  Object.fromEntries(
    deliveries.map(({ destination, state, failure }) => [
      destination,
      failure === null ? state : `${state}: ${failure.code}`,
    ]),
  );

test("WEB-6: the SEG goes before the reports that refer to it, each in a request of its own; then all are read back", async (t) => {
  const archive = recording("archive");
  const second = recording("second", { outputs: ["sr"] });
  const delivered = await carrierTo(t, archive, second).sendNew();
  assert.deepEqual(delivered.result.warnings, []);
  assert.deepEqual(statesOf(delivered), { archive: "delivered", second: "delivered" });
  assert.deepEqual(archive.requests, everything);
  assert.deepEqual(second.requests, ["store SR", "retrieve SR"]);
});

test("what a destination holds already is not sent again, but read back; where all is delivered nothing is asked", async (t) => {
  const refuses: Record<string, () => Error | null> = { SR: () => failed("PACS_BUSY", "Come back later.") };
  const [archive, second] = [recording("archive"), recording("second", { refuses })];
  const { sendNew, sendAgain, clock } = carrierTo(t, archive, second);
  assert.deepEqual(statesOf(await sendNew()), { archive: "delivered", second: "waiting: PACS_BUSY" });
  assert.deepEqual(second.requests, ["store SEG", "store SR"]);
  for (const { requests } of [archive, second]) requests.length = 0;
  delete refuses["SR"];
  clock.move(HOUR);
  assert.deepEqual(statesOf(await sendAgain()), { archive: "delivered", second: "delivered" });
  assert.deepEqual(archive.requests, []);
  assert.deepEqual(second.requests, [
    "store SR",
    "store text",
    "retrieve SEG",
    "retrieve SR",
    "retrieve text",
  ]);
});

const warningsOf = ({ result }: Delivered): readonly string[] => result.warnings.map(({ code }) => code);

test("a class that a destination, asked twice, does not take is a warning; the rest arrives there and elsewhere", async (t) => {
  const archive = recording("archive", { refuses: { SEG: refusedClass } });
  const second = recording("second");
  const { sendNew, sendAgain, clock } = carrierTo(t, archive, second);
  assert.deepEqual(statesOf(await sendNew()), { archive: "waiting: CLASS_REFUSED", second: "delivered" });
  assert.deepEqual(archive.requests, ["store SEG"]);
  clock.move(HOUR);
  for (const [send, requests] of [
    [sendAgain, ["store SEG", "store SR", "store text"]],
    [sendNew, []],
  ] as const) {
    archive.requests.length = 0;
    const delivered = await send();
    assert.deepEqual(warningsOf(delivered), ["OUTPUT_REFUSED"]);
    assert.deepEqual(statesOf(delivered), { archive: "delivered", second: "delivered" });
    assert.deepEqual(archive.requests, [...requests, "retrieve SR", "retrieve text"]);
  }
  assert.deepEqual(archive.holds(), ["SR", "text"]);
  assert.deepEqual(second.holds(), ["SEG", "SR", "text"]);
});

test("D1: a series that was deleted gets nothing, at no destination, however far its delivery had come", async (t) => {
  const [archive, second] = [recording("archive"), recording("second")];
  const { goneWhen, sendNew } = carrierTo(t, archive, second);
  goneWhen(() => archive.requests.length > 0);
  await assert.rejects(sendNew(), /SERIES_GONE/);
  assert.deepEqual([archive.requests, second.requests], [["store SEG"], []]);
});

test("S8: while the archive that the series came from is away, nobody can tell that it was deleted, and others get theirs", async (t) => {
  const away = () => failed("PACS_UNREACHABLE", "It is away.");
  const [archive, second] = [recording("archive", { refuses: { SEG: away } }), recording("second")];
  const { goneWhen, sendNew } = carrierTo(t, archive, second);
  goneWhen(() => {
    throw away();
  });
  assert.deepEqual(statesOf(await sendNew()), {
    archive: "waiting: PACS_UNREACHABLE",
    second: "delivered",
  });
});

test("D3: a class that was refused once is asked for again, and what counts as refused is asked for again later", async (t) => {
  let isTaught = false;
  const refuses = { text: () => (isTaught ? null : refusedClass()) };
  const archive = recording("archive", { refuses });
  const { sendNew, sendAgain, clock } = carrierTo(t, archive);
  for (let n = 0; n < 2; n++)
    assert.deepEqual(statesOf(await sendNew()), { archive: "waiting: CLASS_REFUSED" }, "asked by each");
  clock.move(HOUR);
  for (let n = 0; n < 2; n++) assert.deepEqual(warningsOf(await sendAgain()), ["OUTPUT_REFUSED"]);
  isTaught = true;
  assert.deepEqual(warningsOf(await sendNew()), ["OUTPUT_REFUSED"]);
  clock.move(HOUR);
  assert.deepEqual(warningsOf(await sendNew()), []);
  assert.deepEqual(archive.holds(), ["SEG", "SR", "text"]);
});

test("D3: where no destination takes the SEG there is no result, whatever else was taken, until one is told to", async (t) => {
  let isTaught = false;
  const archive = recording("archive", { refuses: { SEG: () => (isTaught ? null : refusedClass()) } });
  const second = recording("second", { outputs: ["sr"] });
  const { sendNew, sendAgain, clock, jobs } = carrierTo(t, archive, second);
  const { id, ...first } = await sendNew();
  assert.deepEqual(statesOf(first), { archive: "waiting: CLASS_REFUSED", second: "delivered" });
  clock.move(HOUR);
  assert.deepEqual(statesOf(await sendAgain()), { archive: "failed: STORE_REJECTED", second: "delivered" });
  assert.equal((await jobs.find(id))?.state, "dead");
  isTaught = true;
  clock.move(HOUR);
  await jobs.retry(id);
  const last = await sendAgain();
  assert.deepEqual(statesOf(last), { archive: "delivered", second: "delivered" });
  assert.deepEqual(warningsOf(last), [], "what was refused and is there now is no warning any more");
});

for (const [title, refusal, state] of [
  ["for want of conformance", rejected({ status: 409, failureReason: 0xa900 }), "failed: STORE_REJECTED"],
  ["without a reason", rejected({ status: 400, failureReason: null }), "failed: STORE_REJECTED"],
  ["for want of rights", () => failed("PACS_UNAUTHORIZED", "Status 401."), "waiting: PACS_UNAUTHORIZED"],
  ["by not answering", () => failed("PACS_UNREACHABLE", "It does not answer."), "waiting: PACS_UNREACHABLE"],
] as const)
  test(`S8: a destination that refuses the SEG ${title} gets no report on it, and holds no other`, async (t) => {
    const [archive, second, third] = [
      recording("archive"),
      recording("second", { refuses: { SEG: refusal } }),
      recording("third"),
    ];
    const { sendNew, lines } = carrierTo(t, archive, second, third);
    const delivered = await sendNew();
    assert.deepEqual(statesOf(delivered), { archive: "delivered", second: state, third: "delivered" });
    assert.equal(delivered.deliveries[1]?.failure?.details["destination"], "second");
    assert.deepEqual(second.requests, ["store SEG"]);
    assert.deepEqual(third.requests, everything);
    const [line] = lines as { event: string; destination: string }[];
    assert.deepEqual([line?.event, line?.destination], ["destination failed", "second"]);
  });

test("a destination that changes what it stores keeps no other from getting theirs, and its file is kept by its name", async (t) => {
  const changes = (bytes: Uint8Array): Uint8Array => {
    const copy = Buffer.from(bytes);
    const at = copy.indexOf("cm3");
    if (at > 0) copy.write("mm3", at);
    return new Uint8Array(copy);
  };
  const [archive, second, third] = [
    recording("archive", { changes }),
    recording("second", { changes }),
    recording("third"),
  ];
  const { sendNew, kept } = carrierTo(t, archive, second, third);
  assert.deepEqual(statesOf(await sendNew()), {
    archive: "failed: STORED_DIFFERS",
    second: "failed: STORED_DIFFERS",
    third: "delivered",
  });
  assert.deepEqual(kept, ["sr", "sr@second"]);
  assert.deepEqual(third.requests, everything);
});

test("S8: of several destinations that fail each has its own end: one is tried again, one waits for a person", async (t) => {
  const archive = recording("archive", { refuses: { SEG: rejected() } });
  const second = recording("second", { refuses: { SR: () => failed("PACS_BUSY", "Come back later.") } });
  assert.deepEqual(statesOf(await carrierTo(t, archive, second).sendNew()), {
    archive: "failed: STORE_REJECTED",
    second: "waiting: PACS_BUSY",
  });
  assert.deepEqual(second.holds(), ["SEG"]);
});

test("S8: an answer of one destination that is too large fails there, and holds neither the job nor another destination", async (t) => {
  const tooLarge = () => failed("PACS_TOO_LARGE", "The answer is longer than 10 bytes.", { maxBytes: 10 });
  for (const away of ["archive", "second"]) {
    const recorded = ["archive", "second"].map((name) => {
      const each = recording(name);
      const hasInstance = async () => {
        throw tooLarge();
      };
      const { destination } = each;
      if (name !== away) return each;
      return { ...each, destination: { ...destination, pacs: { ...destination.pacs, hasInstance } } };
    });
    const { sendNew, jobs } = carrierTo(t, ...recorded);
    const { id, ...delivered } = await sendNew();
    const expected = { archive: "delivered", second: "delivered", [away]: "failed: PACS_TOO_LARGE" };
    assert.deepEqual(statesOf(delivered), expected);
    assert.equal((await jobs.find(id))?.state, "dead", "a person can have it tried again");
  }
});

test("where none takes any class, the delivery has failed", async (t) => {
  const refuses = { SEG: refusedClass, SR: refusedClass, text: refusedClass };
  const { sendNew, sendAgain, clock } = carrierTo(t, recording("archive", { refuses }));
  let delivered: Delivered = await sendNew();
  for (const _ of ["SEG", "SR", "text"]) {
    assert.deepEqual(statesOf(delivered), { archive: "waiting: CLASS_REFUSED" });
    clock.move(HOUR / 4 - SETTLING_MS);
    delivered = await sendAgain();
  }
  assert.deepEqual(statesOf(delivered), { archive: "failed: STORE_REJECTED" });
});

test("a job that is ours no longer, or a defect, ends the delivery at once", async (t) => {
  for (const error of [
    new FailureError(makeFailure("LEASE_LOST", "Another took it.")),
    new FailureError(makeFailure("SERIES_GONE", "It was deleted.")),
    new TypeError("bug"),
  ]) {
    const [archive, second] = [recording("archive", { refuses: { SR: () => error } }), recording("second")];
    const { order, carrier, jobs } = carrierTo(t, archive, second);
    await order();
    const claim = await claimOf(jobs);
    await assert.rejects(deliver(claim, spooled, carrier, plainStep), (thrown) => thrown === error);
    assert.deepEqual(second.requests, []);
  }
});

test("S8: a destination that is away is asked by one result at a time, later and later; when it answers all arrive", async (t) => {
  const refuses: Record<string, () => Error | null> = {
    SEG: () => failed("PACS_UNREACHABLE", "It is away."),
  };
  const [archive, second] = [recording("archive"), recording("second", { refuses })];
  const { sendNew, sendAgain, clock, jobs } = carrierTo(t, archive, second);
  for (let n = 0; n < 5; n++)
    assert.deepEqual(statesOf(await sendNew()), {
      archive: "delivered",
      second: "waiting: PACS_UNREACHABLE",
    });
  assert.equal(second.requests.length, 1, "the others know");
  assert.equal((await jobs.stats()).segment.computed, 5);
  const waits: number[] = [];
  for (let round = 0; round < 40; round++) {
    const computed = await jobs.list({ state: "computed" });
    const next = Math.min(...computed.map(({ notBeforeMs }) => notBeforeMs));
    waits.push(next - clock.nowMs());
    clock.move(next - clock.nowMs());
    await sendAgain();
  }
  assert.ok(second.requests.length < 25, `${second.requests.length} questions in 40 claims`);
  assert.ok(Math.max(...waits) > 120_000, "it waits for minutes in the end");
  delete refuses["SEG"];
  clock.move(HOUR);
  for (let n = 0; n < 5; n++) assert.equal(statesOf(await sendAgain())["second"], "delivered");
  assert.equal((await jobs.stats()).segment.done, 5);
});

test("S8: what a person has tried again is asked for at once, while the destination counts as away", async (t) => {
  const refuses: Record<string, () => Error | null> = {
    SEG: () => failed("PACS_UNREACHABLE", "It is away."),
  };
  const archive = recording("archive", { refuses });
  const { sendNew, sendAgain, clock, jobs } = carrierTo(t, archive);
  const { id } = await sendNew();
  await sendNew();
  assert.deepEqual(archive.requests, ["store SEG"], "the second knows");
  for (const { id } of await jobs.list({ state: "computed" })) {
    clock.move(1);
    await jobs.retry(id);
  }
  await sendAgain();
  assert.deepEqual(archive.requests, ["store SEG", "store SEG"]);
  await sendAgain();
  assert.deepEqual(archive.requests, ["store SEG", "store SEG"], "the first of them asked for both");
  delete refuses["SEG"];
  clock.move(1);
  await jobs.retry(id);
  assert.deepEqual(statesOf(await sendAgain()), { archive: "delivered" });
});

test("S8: what a person has tried again is asked for at once, while its class counts as refused", async (t) => {
  let isTaught = false;
  const archive = recording("archive", { refuses: { SEG: () => (isTaught ? null : refusedClass()) } });
  const { sendNew, sendAgain, clock, jobs } = carrierTo(t, archive);
  const { id } = await sendNew();
  clock.move(HOUR);
  assert.deepEqual(statesOf(await sendAgain()), { archive: "failed: STORE_REJECTED" });
  isTaught = true;
  clock.move(1);
  await jobs.retry(id);
  assert.deepEqual(statesOf(await sendAgain()), { archive: "delivered" });
  assert.deepEqual(archive.holds().toSorted(), ["SEG", "SR", "text"]);
});

test("S8: a result that a destination cannot take, as if it were away, keeps no other from it for ever", async (t) => {
  let poisoned = "";
  const second = recording("second");
  const { sendNew, sendAgain, clock, jobs } = carrierTo(t, {
    ...second,
    destination: {
      ...second.destination,
      pacs: {
        ...second.destination.pacs,
        hasInstance: async (ref) => {
          if ((await jobs.list({ state: "running" }))[0]?.key === poisoned)
            throw failed("PACS_TIMEOUT", "It hangs.");
          return second.destination.pacs.hasInstance(ref);
        },
      },
    },
  });
  poisoned = "key-1";
  for (let n = 0; n < 4; n++) await sendNew();
  for (let n = 0; n < 12 && (await jobs.stats()).segment.computed > 1; n++) {
    clock.move(HOUR);
    await sendAgain();
  }
  const { done, computed } = (await jobs.stats()).segment;
  assert.deepEqual({ done, computed }, { done: 3, computed: 1 });
});

test("S8: a result that alone fails at a destination, while others pass, has failed there after all attempts", async (t) => {
  const archive = recording("archive", {
    refuses: {
      SR: () => (inHand.key === "key-1" ? failed("PACS_ERROR", "Status 500.", { status: 500 }) : null),
    },
  });
  const { order, sendAgain, jobs, clock, inHand } = carrierTo(t, archive);
  await order(2);
  const statesOfFirst: string[] = [];
  for (let n = 0; n < 60; n++) {
    const open = (await jobs.list({ kind: "segment" })).filter(({ state }) =>
      ["queued", "computed"].includes(state),
    );
    if (!open.some(({ key }) => key === "key-1")) break;
    // Series go on coming, also while the first waits.
    if (open.length === 1) await order();
    clock.move(Math.max(0, Math.min(...open.map(({ notBeforeMs }) => notBeforeMs)) - clock.nowMs()));
    // Every result has the same objects here: the archive forgets what it has.
    archive.forget();
    const [state] = Object.values(statesOf(await sendAgain()));
    if (inHand.key === "key-1") statesOfFirst.push(String(state));
  }
  const { segment } = await jobs.stats();
  assert.deepEqual([segment.dead, segment.computed], [1, 0]);
  assert.ok(segment.done >= MAX_ATTEMPTS);
  // The first could have been an outage, as far as anyone knew.
  assert.deepEqual(statesOfFirst, [
    ...new Array<string>(MAX_ATTEMPTS).fill("waiting: PACS_ERROR"),
    "failed: PACS_ERROR",
  ]);
});
