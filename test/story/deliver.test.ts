import assert from "node:assert/strict";
import test from "node:test";
import { buildSeg } from "../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../src/dicom/write/buildTextReport.ts";
import { FailureError, failed, makeFailure } from "../../src/domain/failure.ts";
import type { OutputKind } from "../../src/domain/outputs.ts";
import { measureMask } from "../../src/measure/measureMask.ts";
import { makeRefusals, SETTLING_MS } from "../../src/pacs/refusals.ts";
import type { Destination, Spooled } from "../../src/ports/results.ts";
import type { Step } from "../../src/ports/world.ts";
import { type Carrier, deliver } from "../../src/story/deliver.ts";
import { HOUR, movableClock } from "../contract/jobStoreBench.ts";
import { asymmetricMask, makeContext, makeSource } from "../dicom/write/sources.ts";

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
  return { destination, requests, holds: (): readonly string[] => [...held.keys()].map(called) };
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

const carrierTo = (...destinations: readonly ReturnType<typeof recording>[]) => {
  const clock = movableClock();
  let isGone = (): boolean => false;
  const lines: unknown[] = [];
  const kept: string[] = [];
  const carrier: Carrier = {
    destinations: destinations.map(({ destination }) => destination),
    refusals: makeRefusals(clock),
    pacs: {
      describeStudy: async () =>
        isGone() ? [] : [{ seriesUid: source.seriesUid, modality: "CT", number: 1, description: null }],
    },
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
  return {
    clock,
    goneWhen,
    kept,
    lines,
    send: (step = plainStep) => deliver("key", spooled, source, carrier, step),
  };
};

const failsWith = (run: Promise<unknown>, code: string, destination: string): Promise<void> =>
  assert.rejects(
    run,
    (error) =>
      error instanceof FailureError &&
      error.failure.code === code &&
      error.failure.details["destination"] === destination,
  );

test("WEB-6: the SEG goes before the reports that refer to it, each in a request of its own; then all are read back", async () => {
  const archive = recording("archive");
  const second = recording("second", { outputs: ["sr"] });
  assert.deepEqual(await carrierTo(archive, second).send(), []);
  assert.deepEqual(archive.requests, everything);
  assert.deepEqual(second.requests, ["store SR", "retrieve SR"]);
});

test("what a destination holds already is not sent again, but read back", async () => {
  const archive = recording("archive");
  const { send } = carrierTo(archive);
  await send();
  archive.requests.length = 0;
  await send();
  assert.deepEqual(archive.requests, ["retrieve SEG", "retrieve SR", "retrieve text"]);
});

test("a class that a destination, asked twice, does not take is a warning; the rest arrives there and elsewhere", async () => {
  const archive = recording("archive", { refuses: { SEG: refusedClass } });
  const second = recording("second");
  const { clock, send } = carrierTo(archive, second);
  await failsWith(send(), "CLASS_REFUSED", "archive");
  assert.deepEqual(archive.requests, ["store SEG"]);
  clock.move(SETTLING_MS);
  for (const requests of [["store SEG", "store SR", "store text"], []]) {
    archive.requests.length = 0;
    const [warning, ...others] = await send();
    assert.ok(warning?.code === "OUTPUT_REFUSED" && others.length === 0);
    assert.deepEqual(archive.requests, [...requests, "retrieve SR", "retrieve text"]);
  }
  assert.deepEqual(second.holds(), ["SEG", "SR", "text"]);
});

test("D1: a series that was deleted gets nothing, at no destination, however far its delivery had come", async () => {
  const [archive, second] = [recording("archive"), recording("second")];
  const { goneWhen, send } = carrierTo(archive, second);
  goneWhen(() => archive.requests.length > 0);
  await assert.rejects(send(), /SERIES_GONE/);
  assert.deepEqual([archive.requests, second.requests], [["store SEG"], []]);
});

test("D3: a class that was refused once is asked for again, and what counts as refused is asked for again later", async () => {
  let isTaught = false;
  const refuses = { text: () => (isTaught ? null : refusedClass()) };
  const archive = recording("archive", { refuses });
  const { clock, send } = carrierTo(archive);
  await failsWith(send(), "CLASS_REFUSED", "archive");
  clock.move(1000);
  await failsWith(send(), "CLASS_REFUSED", "archive");
  clock.move(SETTLING_MS);
  assert.deepEqual(
    (await send()).map(({ code }) => code),
    ["OUTPUT_REFUSED"],
  );
  isTaught = true;
  assert.deepEqual(
    (await send()).map(({ code }) => code),
    ["OUTPUT_REFUSED"],
  );
  clock.move(HOUR);
  assert.deepEqual(await send(), []);
  assert.deepEqual(archive.holds(), ["SEG", "SR", "text"]);
});

test("D3: where no destination takes the SEG there is no result, whatever else was taken", async () => {
  const archive = recording("archive", { refuses: { SEG: refusedClass } });
  const second = recording("second", { outputs: ["sr"] });
  const { clock, send } = carrierTo(archive, second);
  await failsWith(send(), "CLASS_REFUSED", "archive");
  clock.move(SETTLING_MS);
  await assert.rejects(send(), /STORE_REJECTED/);
});

for (const [title, refusal, code] of [
  ["for want of conformance", rejected({ status: 409, failureReason: 0xa900 }), "STORE_REJECTED"],
  ["without a reason", rejected({ status: 400, failureReason: null }), "STORE_REJECTED"],
  ["for want of rights", () => failed("PACS_UNAUTHORIZED", "Status 401."), "PACS_UNAUTHORIZED"],
  ["by not answering", () => failed("PACS_UNREACHABLE", "It does not answer."), "PACS_UNREACHABLE"],
] as const)
  test(`a destination that refuses the SEG ${title} gets no report on it; the next ones get theirs before the job fails`, async () => {
    const [archive, second, third] = [
      recording("archive"),
      recording("second", { refuses: { SEG: refusal } }),
      recording("third"),
    ];
    const { send, lines } = carrierTo(archive, second, third);
    await failsWith(send(), code, "second");
    assert.deepEqual(second.requests, ["store SEG"]);
    assert.deepEqual(third.requests, everything);
    assert.deepEqual(lines, [{ event: "destination failed", destination: "second", code }]);
  });

test("a destination that changes what it stores keeps no other from getting theirs, and its file is kept by its name", async () => {
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
  const { send, kept } = carrierTo(archive, second, third);
  await failsWith(send(), "STORED_DIFFERS", "archive");
  assert.deepEqual(kept, ["sr", "sr@second"]);
  assert.deepEqual(third.requests, everything);
});

test("of several failures the one that may pass is told, so that the job is tried again", async () => {
  const archive = recording("archive", { refuses: { SEG: rejected() } });
  const second = recording("second", { refuses: { SR: () => failed("PACS_BUSY", "Come back later.") } });
  await failsWith(carrierTo(archive, second).send(), "PACS_BUSY", "second");
  assert.deepEqual(second.holds(), ["SEG"]);
});

test("where none takes any class, the job fails", async () => {
  const refuses = { SEG: refusedClass, SR: refusedClass, text: refusedClass };
  const { clock, send } = carrierTo(recording("archive", { refuses }));
  for (const _ of ["SEG", "SR", "text"]) {
    await assert.rejects(send(), /CLASS_REFUSED/);
    clock.move(SETTLING_MS);
  }
  await assert.rejects(send(), /STORE_REJECTED/);
});

test("a job that is ours no longer, or a defect, ends the delivery at once", async () => {
  for (const error of [
    new FailureError(makeFailure("LEASE_LOST", "Another took it.")),
    new TypeError("bug"),
  ]) {
    const [archive, second] = [recording("archive", { refuses: { SR: () => error } }), recording("second")];
    await assert.rejects(carrierTo(archive, second).send(), (thrown) => thrown === error);
    assert.deepEqual(second.requests, []);
  }
});
