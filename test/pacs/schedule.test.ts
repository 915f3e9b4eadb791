import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import { makeQidoWatcher } from "../../src/pacs/qidoWatcher.ts";
import { type ScheduleOptions, startSchedule } from "../../src/pacs/schedule.ts";
import { eventually, inTime } from "../support/eventually.ts";
import { slowly } from "../support/slowly.ts";
import {
  type Asked,
  dicomJson,
  isFailure,
  keepLog,
  openJobs,
  sendJson,
  startArchive,
} from "./fakeArchive.ts";
import { uidOf } from "./objects.ts";

const ct = dicomJson({
  "0020000D": uidOf("study"),
  "0020000E": uidOf("series"),
  "00080060": "CT",
  "00201209": 10,
});

const listOne = (asked: Asked, response: ServerResponse): void =>
  sendJson(response, asked.query.get("Modality") === "CT" && asked.query.get("offset") === "0" ? [ct] : []);

/** Everything as in the service, around an archive that answers as the test says. */
const start = async (
  t: Parameters<typeof startArchive>[0],
  answer: Parameters<typeof startArchive>[1],
  changed: Partial<ScheduleOptions> = {},
) => {
  const archive = await startArchive(t, answer);
  const log = keepLog();
  const jobs = openJobs(t);
  const pacs = makeDicomwebPacs({ url: archive.url }, log);
  const clock = { nowMs: () => Date.now() };
  // Series count as stable only after an hour here, so that every job is the sweep's.
  const watcher = makeQidoWatcher(pacs, { stableMs: 3_600_000, days: null }, jobs, log, clock);
  const options = {
    watcher,
    pacs,
    jobs,
    everySeconds: 1,
    sweepCron: "0 0 1 1 *",
    sweepDays: null,
    ...changed,
  };
  const schedule = startSchedule(options, log);
  t.after(() => schedule.stop());
  return { archive, log, jobs, schedule };
};

const until = (holds: () => boolean | Promise<boolean>): Promise<boolean> => eventually(String(holds), holds);

test("WEB-3 looks and sweeps at the start without waiting for the clock", async (t) => {
  const { jobs } = await start(t, listOne, { everySeconds: 59 });
  await until(async () => (await jobs.list()).length === 1);
});

test("looks follow every second, a slow one is not overlapped, and stop waits for it", async (t) => {
  let underWay = 0;
  let most = 0;
  let looks = 0;
  const slow = {
    look: async () => {
      looks++;
      most = Math.max(most, ++underWay);
      // The clock comes round in the middle of it.
      await slowly(1500);
      underWay--;
    },
    stop: async () => {},
  };
  const { schedule } = await start(t, listOne, { watcher: slow });
  await until(() => looks >= 3 && underWay > 0);
  await schedule.stop();
  assert.equal(underWay, 0);
  assert.equal(most, 1);
  const after = looks;
  // The clock has come round twice where nobody stopped it.
  let others = 0;
  const quick = { look: async () => void others++, stop: async () => {} };
  await start(t, listOne, { watcher: quick });
  await until(() => others >= 3);
  assert.equal(looks, after);
});

const RealDate = Date;

/** The time of day as the machine tells it from now on, until the test ends. */
const setClock = (t: { after: (end: () => void) => void }, byMs: number): void => {
  class MovedDate extends RealDate {
    constructor(value: number | string | Date = RealDate.now() + byMs) {
      super(value);
    }
    static override now(): number {
      return RealDate.now() + byMs;
    }
  }
  globalThis.Date = MovedDate as DateConstructor;
  t.after(() => {
    globalThis.Date = RealDate;
  });
};

for (const [title, byMs] of [
  ["back two hours", -7_200_000],
  ["forward two hours", 7_200_000],
] as const)
  test(`S3: the clock is set ${title}: looks and sweeps go on`, async (t) => {
    let looks = 0;
    const counting = { look: async () => void looks++, stop: async () => {} };
    const { log } = await start(t, listOne, { watcher: counting, sweepCron: "* * * * * *" });
    const sweeps = (): number => log.lines.filter(({ event }) => event === "sweep.done").length;
    await until(() => looks >= 2 && sweeps() >= 2);
    setClock(t, byMs);
    const [looksBefore, sweepsBefore] = [looks, sweeps()];
    await eventually("looks and sweeps go on", () => looks > looksBefore + 2 && sweeps() > sweepsBefore + 2, {
      limitMs: 60_000,
    });
  });

test("a sweep that waits for series to settle holds up no look", async (t) => {
  let looks = 0;
  const counting = { look: async () => void looks++, stop: async () => {} };
  const { jobs } = await start(t, listOne, { watcher: counting, sweepStableMs: 3_600_000 });
  await until(() => looks >= 3);
  assert.deepEqual(await jobs.list(), []);
});

test("F6 an archive that is down is one warning each of watch and sweep; its return likewise, and the sweep is made up for", async (t) => {
  let isUp = false;
  const { archive, log, jobs } = await start(t, (asked, response) =>
    isUp ? listOne(asked, response) : response.writeHead(500).end("Canary^Patient"),
  );
  await until(() => archive.asked.length >= 6);
  const failure = {
    code: "PACS_ERROR",
    sentence: "The archive answered with status 500.",
    details: { status: 500 },
  };
  assert.deepEqual(log.lines, [
    { level: "warn", event: "watch.trouble", fields: failure },
    { level: "warn", event: "sweep.trouble", fields: failure },
  ]);
  isUp = true;
  await until(async () => (await jobs.list()).length === 1);
  await until(() => log.lines.length === 5);
  assert.deepEqual(log.lines.map((line) => line.event).sort(), [
    "sweep.done",
    "sweep.recovered",
    "sweep.trouble",
    "watch.recovered",
    "watch.trouble",
  ]);
});

test("F12 the sweep goes on where looking fails", async (t) => {
  const failing = { look: () => Promise.reject(new Error("no change log here")), stop: async () => {} };
  const { jobs, log } = await start(t, listOne, { watcher: failing });
  await until(async () => (await jobs.list()).length === 1);
  assert.ok(log.lines.some((line) => line.event === "watch.trouble" && line.fields["code"] === "INTERNAL"));
});

test("sweeps come by the clock too", async (t) => {
  const { log } = await start(t, listOne, { sweepCron: "* * * * * *" });
  await until(() => log.lines.filter((line) => line.event === "sweep.done").length >= 3);
});

test("a stop during a sweep's wait ends it at once", async (t) => {
  const { archive, jobs, schedule } = await start(t, listOne, { sweepStableMs: 3_600_000 });
  await until(() => archive.asked.length >= 6);
  // An hour, otherwise.
  await inTime("the schedule stops", schedule.stop());
  assert.deepEqual(await jobs.list(), []);
});

test("times that are none are refused at once", async (t) => {
  await assert.rejects(start(t, listOne, { sweepCron: "every full moon" }), isFailure("SETTINGS_INVALID"));
  await assert.rejects(start(t, listOne, { everySeconds: 61 }), isFailure("SETTINGS_INVALID"));
  await assert.rejects(start(t, listOne, { everySeconds: 0.5 }), isFailure("SETTINGS_INVALID"));
});
