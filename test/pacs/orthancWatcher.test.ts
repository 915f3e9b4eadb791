import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { makeFailure } from "../../src/domain/failure.ts";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import { makeOrthancWatcher } from "../../src/pacs/orthancWatcher.ts";
import { sweep } from "../../src/pacs/sweep.ts";
import type { JobStore } from "../../src/ports/jobs.ts";
import type { Watcher } from "../../src/ports/pacs.ts";
import { eventually } from "../support/eventually.ts";
import { type Orthanc, startOrthanc } from "../support/orthanc.ts";
import { needsTool } from "../support/shared.ts";
import { bytesOf, isFailure, keepLog, openJobs, sendJson, startArchive } from "./fakeArchive.ts";
import { makeSlices, uidOf } from "./objects.ts";

const watch = (orthanc: Orthanc, jobs: JobStore, pageSize = 3): Watcher =>
  makeOrthancWatcher(
    {
      restUrl: orthanc.restUrl,
      headers: orthanc.headers,
      pageSize,
      onReplaced: () => sweep(pacsOf(orthanc), jobs, { days: null }, keepLog()),
    },
    jobs,
    keepLog(),
  );

const pacsOf = (orthanc: Orthanc) =>
  makeDicomwebPacs({ url: orthanc.url, headers: orthanc.headers }, keepLog());

const queued = async (jobs: JobStore): Promise<readonly string[]> =>
  (await jobs.list({ state: "queued" })).map((job) => job.seriesUid);

/** Look again and again until the condition holds. */
const lookUntil = async (watcher: Watcher, holds: () => Promise<boolean>): Promise<void> => {
  await eventually(`a look after which holds: ${holds}`, async () => {
    await watcher.look();
    return await holds();
  });
};

/** Take every queued job and end it, as a worker would. */
const finishAll = async (jobs: JobStore): Promise<void> => {
  for (let claim = await jobs.claim("test", 60_000); claim !== null; claim = await jobs.claim("test", 60_000))
    await jobs.completeExamination(claim, makeFailure("LOCALIZER", "A test ends it."));
};

test("WEB-1 WEB-2 Orthanc's changes become jobs, each series once for each change", {
  skip: needsTool("Orthanc"),
}, async (t) => {
  const orthanc = await startOrthanc(t, { stableAgeSeconds: 1 });
  const jobs = openJobs(t);
  const watcher = watch(orthanc, jobs);
  const series = (name: string, modality = "CT") => ({ study: `study of ${name}`, series: name, modality });
  const uid = (name: string) => uidOf(`study of ${name}/${name}`);

  await t.test("the first look begins at the present; the sweep brings what was there before", async () => {
    await orthanc.stow(bytesOf(makeSlices(series("before"), ["1", "2"])));
    await watcher.look();
    await watcher.look();
    assert.deepEqual(await queued(jobs), []);
    assert.equal(await sweep(pacsOf(orthanc), jobs, { days: null }, keepLog()), 1);
    assert.deepEqual(await queued(jobs), [uid("before")]);
    // Its own event follows, as the series becomes stable only now; that is a change like any other.
    await finishAll(jobs);
    await lookUntil(watcher, async () => (await queued(jobs)).length > 0);
    await finishAll(jobs);
  });

  await t.test("F16 a CT and an MR series are reported when stable; our own SEG and SR never", async () => {
    await orthanc.stow(
      bytesOf([
        ...makeSlices(series("seg", "SEG"), ["1"]),
        ...makeSlices(series("ct"), ["1", "2", "3"]),
        ...makeSlices(series("mr", "MR"), ["1", "2"]),
      ]),
    );
    await lookUntil(watcher, async () => (await queued(jobs)).length === 2);
    const found = await jobs.list({ state: "queued" });
    assert.deepEqual(
      new Map(found.map((job) => [job.seriesUid, [job.studyUid, job.instanceCount]])),
      new Map([
        [uid("ct"), [uidOf("study of ct"), 3]],
        [uid("mr"), [uidOf("study of mr"), 2]],
      ]),
    );
    const changes = (await orthanc.rest("/changes?since=0&limit=1000")) as {
      Changes: { ChangeType: string }[];
    };
    const stable = changes.Changes.filter((change) => change.ChangeType === "StableSeries");
    assert.equal(stable.length, 4, "the SEG series became stable too");
    await finishAll(jobs);
  });

  await t.test(
    "F11 the same events, from the beginning and over eight watchers at once, add no job",
    async () => {
      const known = (await jobs.list()).length;
      const replaying = { ...jobs, readCursor: async () => "0" };
      await Promise.all(Array.from({ length: 8 }, () => watch(orthanc, replaying, 2).look()));
      assert.equal((await jobs.list()).length, known);
      await finishAll(jobs);
      await watcher.look();
      assert.deepEqual(await queued(jobs), []);
    },
  );

  await t.test("WEB-1 a page whose series could not be queued is read again", async () => {
    await orthanc.stow(bytesOf(makeSlices(series("unlucky"), ["1"])));
    const refusing = watch(
      orthanc,
      {
        ...jobs,
        arrive: async (arrivals, cursor) => {
          if (arrivals.length > 0) throw new Error("disk full");
          return jobs.arrive(arrivals, cursor);
        },
      },
      1000,
    );
    const refused = lookUntil(refusing, async () => false);
    await assert.rejects(refused, /disk full/);
    await watcher.look();
    assert.deepEqual(await queued(jobs), [uid("unlucky")]);
    await finishAll(jobs);
  });

  await t.test("F14 WEB-2 a late slice reports the series once more, with its new count", async () => {
    await orthanc.stow(bytesOf(makeSlices(series("ct"), ["1", "2", "3", "late"])));
    await lookUntil(watcher, async () => (await queued(jobs)).length === 1);
    const [job] = await jobs.list({ state: "queued" });
    assert.deepEqual([job?.seriesUid, job?.instanceCount], [uid("ct"), 4]);
    await finishAll(jobs);
  });

  await t.test(
    "F6 a look at a stopped Orthanc fails and loses nothing; a new watcher goes on after its return",
    async () => {
      await orthanc.stow(bytesOf(makeSlices(series("outage"), ["1"])));
      await untilStable(orthanc, uid("outage"));
      await orthanc.stop();
      await assert.rejects(watcher.look(), isFailure("PACS_UNREACHABLE"));
      await orthanc.restart();
      const successor = watch(orthanc, jobs);
      await successor.look();
      assert.deepEqual(await queued(jobs), [uid("outage")]);
      await finishAll(jobs);
      await orthanc.stow(bytesOf(makeSlices(series("afterwards"), ["1"])));
      await lookUntil(successor, async () => (await queued(jobs)).length === 1);
      assert.deepEqual(await queued(jobs), [uid("afterwards")]);
      await finishAll(jobs);
    },
  );

  await t.test(
    "WEB-3 F12 a series that Orthanc's end kept from becoming stable is swept up, once",
    async () => {
      await orthanc.stow(bytesOf(makeSlices(series("unstable"), ["1", "2"])));
      await orthanc.kill();
      await orthanc.restart();
      await sweep(pacsOf(orthanc), jobs, { days: null }, keepLog());
      assert.deepEqual(await queued(jobs), [uid("unstable")]);
      assert.equal(await sweep(pacsOf(orthanc), jobs, { days: null }, keepLog()), 0);
      await finishAll(jobs);
    },
  );

  await t.test("a stopped watcher looks no more", async () => {
    await watcher.stop();
    await orthanc.kill();
    await watcher.look();
  });

  await t.test(
    "F13 another database behind the same address is noticed, swept and then watched",
    async () => {
      const known = (await jobs.list()).length;
      await orthanc.replace();
      await orthanc.stow(bytesOf(makeSlices(series("restored"), ["1"])));
      await orthanc.stow(bytesOf(makeSlices(series("ct"), ["1", "2", "3", "late"])));
      const successor = watch(orthanc, jobs);
      await successor.look();
      assert.deepEqual(
        await queued(jobs),
        [uid("restored")],
        "swept; the known series did not become work again",
      );
      await finishAll(jobs);
      await orthanc.stow(bytesOf(makeSlices(series("newest"), ["1"])));
      await lookUntil(successor, async () => (await queued(jobs)).includes(uid("newest")));
      assert.equal((await jobs.list()).length, known + 2);
    },
  );
});

/** Until the change log says so: after that, an end of Orthanc cannot keep the event back. */
const untilStable = async (orthanc: Orthanc, seriesUid: string): Promise<void> => {
  await eventually("the series is stable", async () => {
    const { Changes } = (await orthanc.rest("/changes?since=0&limit=1000")) as {
      Changes: { ChangeType: string; ID: string }[];
    };
    for (const { ID } of Changes.filter((change) => change.ChangeType === "StableSeries")) {
      const { MainDicomTags } = (await orthanc.rest(`/series/${ID}`)) as {
        MainDicomTags: { SeriesInstanceUID: string };
      };
      if (MainDicomTags.SeriesInstanceUID === seriesUid) return true;
    }
    return false;
  });
};

describe("an Orthanc that answers oddly", () => {
  const ids = Array.from({ length: 4 }, (_, index) => `0000000${index}-00000000-00000000-00000000-00000000`);
  const options = (restUrl: string) => ({ restUrl, onReplaced: async () => {} });
  const started = (jobs: JobStore, restUrl: string) =>
    jobs.arrive([], { source: `orthanc ${restUrl}`, value: "0" });

  test("F15 series that are gone, nameless or addressed by something else are passed over", async (t) => {
    const gone = ids[0];
    const changes = [...ids, "../system", "", 7, null].map((ID) => ({ ChangeType: "StableSeries", ID }));
    const archive = await startArchive(t, ({ path }, response) => {
      if (path === "/changes")
        return sendJson(response, { Changes: [...changes, null, 5], Done: true, Last: 9 });
      const [, , id, study] = path.split("/");
      if (id === gone) return response.writeHead(404).end();
      const index = ids.indexOf(id ?? "");
      if (study !== undefined)
        return index === 1
          ? response.writeHead(404).end()
          : sendJson(response, { MainDicomTags: { StudyInstanceUID: "1.2.3" } });
      return sendJson(response, {
        Instances: ["a"],
        MainDicomTags: { Modality: "CT", SeriesInstanceUID: index === 2 ? "../x" : "1.2.4" },
      });
    });
    const jobs = openJobs(t);
    await started(jobs, archive.url);
    await makeOrthancWatcher(options(archive.url), jobs, keepLog()).look();
    assert.deepEqual(await queued(jobs), ["1.2.4"]);
    assert.equal(await jobs.readCursor(`orthanc ${archive.url}`), "9");
    assert.ok(archive.asked.every(({ path }) => /^\/(changes|series\/[0-9a-f-]{44}(\/study)?)$/.test(path)));
  });

  test("changes that never end and never go on are PACS_BAD_ANSWER", async (t) => {
    const archive = await startArchive(t, (_, response) =>
      sendJson(response, { Changes: [], Done: false, Last: 0 }),
    );
    const jobs = openJobs(t);
    await started(jobs, archive.url);
    await assert.rejects(
      makeOrthancWatcher(options(archive.url), jobs, keepLog()).look(),
      isFailure("PACS_BAD_ANSWER"),
    );
  });

  for (const body of [
    "<html>",
    "[]",
    "{}",
    '{"Changes":[],"Done":true}',
    '{"Changes":7,"Done":true,"Last":1}',
  ])
    test(`${body} is no page of changes`, async (t) => {
      const archive = await startArchive(t, (_, response) => response.end(body));
      const jobs = openJobs(t);
      await assert.rejects(
        makeOrthancWatcher(options(archive.url), jobs, keepLog()).look(),
        isFailure("PACS_BAD_ANSWER"),
      );
      assert.equal(await jobs.readCursor(`orthanc ${archive.url}`), null);
    });

  test("who asks during a look gets that one, and stop waits for it", async (t) => {
    const { promise: asked, resolve: answerNow } = Promise.withResolvers<void>();
    const archive = await startArchive(t, async (_, response) => {
      await asked;
      sendJson(response, { Changes: [], Done: true, Last: 5 });
    });
    const jobs = openJobs(t);
    const watcher = makeOrthancWatcher(options(archive.url), jobs, keepLog());
    const looks = [watcher.look(), watcher.look(), watcher.look()];
    const stopped = watcher.stop();
    answerNow();
    await stopped;
    assert.equal(await jobs.readCursor(`orthanc ${archive.url}`), "5");
    await Promise.all(looks);
    assert.equal(archive.asked.length, 1);
  });

  test("F13 the new database's end is kept only after the sweep succeeded", async (t) => {
    const archive = await startArchive(t, (_, response) =>
      sendJson(response, { Changes: [], Done: true, Last: 3 }),
    );
    const jobs = openJobs(t);
    await jobs.arrive([], { source: `orthanc ${archive.url}`, value: "500" });
    let sweeps = 0;
    const watcher = makeOrthancWatcher(
      {
        restUrl: archive.url,
        onReplaced: async () => {
          sweeps++;
          if (sweeps === 1) throw new Error("the archive went away");
        },
      },
      jobs,
      keepLog(),
    );
    await assert.rejects(watcher.look(), /went away/);
    assert.equal(await jobs.readCursor(`orthanc ${archive.url}`), "500");
    await watcher.look();
    await watcher.look();
    assert.equal(sweeps, 2);
    assert.equal(await jobs.readCursor(`orthanc ${archive.url}`), "3");
  });
});
