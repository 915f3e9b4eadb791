import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { parseHeader, text } from "../../src/dicom/file/header.ts";
import { openListings } from "../../src/jobs/sqlite/listings.ts";
import { openSqliteJobStore } from "../../src/jobs/sqlite/sqlite.ts";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import { fullSweep } from "../../src/pacs/fullSweep.ts";
import type { Since } from "../../src/pacs/lookAtStudy.ts";
import { startDemo, stow } from "../demo/archive/requests.ts";
import { needsShared, sharedFolder } from "../support/shared.ts";
import { dicomJson, isFailure, keepLog, sendJson, startArchive, temporaryFolder } from "./fakeArchive.ts";
import { makeSlices, uidOf } from "./objects.ts";

type Study = {
  readonly name: string;
  readonly date?: string;
  readonly modality?: string;
  /** Instances of each series by name. */
  readonly series: Readonly<Record<string, number>>;
};

/** How an archive may answer a search for studies. */
type Manner = {
  readonly ignoresOffset?: boolean;
  readonly ignoresLimit?: boolean;
  readonly mostHits?: number;
  readonly deepest?: number;
  readonly wantsFilter?: boolean;
  readonly countsNothing?: boolean;
};

const studyJson = ({ name, date = "", modality = "CT", series }: Study, countsNothing: boolean) =>
  dicomJson({
    "0020000D": uidOf(name),
    ...(date === "" ? {} : { "00080020": date }),
    ...(countsNothing
      ? {}
      : {
          "00080061": modality,
          "00201206": Object.keys(series).length,
          "00201208": Object.values(series).reduce((sum, count) => sum + count, 0),
        }),
  });

/** An archive over HTTP that holds `studies`, newest first, and the full sweep with a real ledger and real listings. */
const setUp = async (t: TestContext, manner: Manner = {}, source = "archive") => {
  const studies: Study[] = [];
  const archive = await startArchive(t, ({ path, query }, response) => {
    const below = /studies\/([0-9.]+)\/series$/.exec(path)?.[1];
    if (below !== undefined) {
      const { modality = "CT", series = {} } = studies.find(({ name }) => uidOf(name) === below) ?? {};
      if (Number(query.get("offset")) > 0) return sendJson(response, []);
      return sendJson(
        response,
        Object.entries(series).map(([name, count]) =>
          dicomJson({
            "0020000D": below,
            "0020000E": uidOf(name),
            "00080060": name.endsWith("/sr") ? "SR" : modality,
            ...(manner.countsNothing ? {} : { "00201209": count }),
          }),
        ),
      );
    }
    const wanted = query.get("ModalitiesInStudy");
    const offset = manner.ignoresOffset ? 0 : Number(query.get("offset"));
    if ((manner.wantsFilter && wanted === null) || offset > (manner.deepest ?? Number.POSITIVE_INFINITY))
      return sendJson(response, [], 400);
    const limit = manner.ignoresLimit
      ? studies.length
      : Math.min(Number(query.get("limit")), manner.mostHits ?? Number.POSITIVE_INFINITY);
    const found = studies.filter(({ modality = "CT" }) => wanted === null || modality === wanted);
    return sendJson(
      response,
      found.slice(offset, offset + limit).map((each) => studyJson(each, manner.countsNothing === true)),
    );
  });
  const folder = temporaryFolder(t);
  const log = keepLog();
  const pacs = makeDicomwebPacs({ url: archive.url }, log);
  const jobs = openSqliteJobStore({
    file: join(folder, "jobs.sqlite"),
    clock: { nowMs: () => Date.now() },
    maxAttempts: 3,
  });
  const listings = openListings(join(folder, "listings.sqlite"), source);
  t.after(async () => {
    await jobs.close();
    await listings.close();
  });
  const sweep = (since: Since = null, pageSize = 10, signal = new AbortController().signal) =>
    fullSweep({ pacs, jobs, listings, log }, { pageSize, pauseMs: 0, stableMs: 0, since, signal });
  return {
    archive,
    log,
    folder,
    studies,
    jobs,
    listings,
    sweep,
    /** Names of the series that became jobs. */
    work: async (...names: readonly string[]) => {
      const jobsByUid = new Set((await jobs.list({ limit: 10_000 })).map(({ seriesUid }) => seriesUid));
      assert.deepEqual(jobsByUid, new Set(names.map(uidOf)));
    },
    questions: (pattern: RegExp) => archive.asked.filter(({ path }) => pattern.test(path)).length,
  };
};

const one = (name: string, more: Partial<Study> = {}): Study => ({
  name,
  series: { [`${name}/ct`]: 3 },
  ...more,
});
const many = (count: number, from = 0): readonly Study[] =>
  Array.from({ length: count }, (_, n) => one(`s${from + n}`, { date: "19990101" }));

describe("D5: what the archive holds is found whatever its date", () => {
  test("D5: what was there before us is no work; an old study, one without a date, one of the future that come later are", async (t) => {
    const { studies, sweep, work, questions } = await setUp(t);
    studies.push(...many(35));
    await sweep();
    await work();
    studies.unshift(one("old", { date: "19710203" }), one("undated"), one("ahead", { date: "29990101" }));
    studies.splice(20, 0, one("shifted", { date: "18590101" }));
    const asked = questions(/\/series$/);
    await sweep();
    await work("old/ct", "undated/ct", "ahead/ct", "shifted/ct");
    assert.equal(
      questions(/\/series$/) - asked,
      2 * 4,
      "of studies that are as before no series are asked for",
    );
  });

  test("D5: a series added to an old study is work, its older neighbour is not, until it changes itself", async (t) => {
    const { studies, sweep, work, jobs } = await setUp(t);
    studies.push({ name: "s", date: "20010101", series: { first: 10 } });
    await sweep();
    studies[0] = { name: "s", date: "20010101", series: { first: 10, second: 20 } };
    await sweep();
    await work("second");
    studies[0] = { name: "s", date: "20010101", series: { first: 11, second: 20 } };
    await sweep();
    await work("first", "second");
    assert.deepEqual((await jobs.list()).map(({ instanceCount }) => instanceCount).sort(), [11, 20]);
  });

  test("D5: a report or segmentation stored into an old study makes nothing of it work", async (t) => {
    const { studies, sweep, work } = await setUp(t);
    studies.push(one("s"), one("x-ray", { modality: "DX" }));
    await sweep();
    studies[0] = one("s", { series: { "s/ct": 3, "s/sr": 1 } });
    await sweep();
    await work();
  });

  test("D5: watch.since makes work of what the archive held before: from a day on, or all, also when it is set later", async (t) => {
    const { studies, sweep, work } = await setUp(t);
    studies.push(one("old", { date: "20190704" }), one("new", { date: "20200101" }), one("undated"));
    await sweep("2020-01-01");
    await work("new/ct");
    await sweep("2019-07-04");
    await work("new/ct", "old/ct");
    await sweep("all");
    await work("new/ct", "old/ct", "undated/ct");
  });

  test("D5: an archive that counts nothing is asked for the series of every study", async (t) => {
    const { studies, sweep, work } = await setUp(t, { countsNothing: true });
    studies.push(...many(12));
    await sweep();
    await work();
    studies[4] = one("s4", { series: { "s4/ct": 3, later: 5 } });
    studies.push(one("new"));
    await sweep();
    await work("later", "new/ct");
  });

  test("D5: a lost ledger gets again what listings found", async (t) => {
    const { studies, sweep, jobs, listings, archive } = await setUp(t);
    studies.push(one("there"));
    await sweep();
    studies.push(one("came"));
    await sweep();
    const other = openSqliteJobStore({
      file: join(temporaryFolder(t), "jobs.sqlite"),
      clock: { nowMs: () => Date.now() },
      maxAttempts: 3,
    });
    t.after(() => other.close());
    const log = keepLog();
    const options = {
      pageSize: 10,
      pauseMs: 0,
      stableMs: 0,
      since: null,
      signal: new AbortController().signal,
    };
    await fullSweep(
      { pacs: makeDicomwebPacs({ url: archive.url }, log), jobs: other, listings, log },
      options,
    );
    assert.deepEqual(
      (await other.list()).map(({ seriesUid }) => seriesUid),
      [uidOf("came/ct")],
    );
    assert.equal((await jobs.list()).length, 1);
  });

  test("D5: a study that still grows is left for the next listing", async (t) => {
    const { studies, listings, jobs, log, archive, sweep } = await setUp(t);
    await sweep();
    studies.push(one("grows"));
    const pacs = makeDicomwebPacs({ url: archive.url }, log);
    let looks = 0;
    const growing = {
      ...pacs,
      listSeries: async (studyUid: string) => {
        const listed = await pacs.listSeries(studyUid);
        if (++looks === 1) studies[0] = one("grows", { series: { "grows/ct": 4 } });
        return listed;
      },
    };
    const options = {
      pageSize: 10,
      pauseMs: 0,
      stableMs: 1,
      since: null,
      signal: new AbortController().signal,
    };
    await fullSweep({ pacs: growing, jobs, listings, log }, options);
    assert.deepEqual(await jobs.list(), []);
    await fullSweep({ pacs: growing, jobs, listings, log }, options);
    assert.deepEqual(
      (await jobs.list()).map(({ instanceCount }) => instanceCount),
      [4],
    );
  });
});

describe("D5: whatever way an archive pages", () => {
  const manners: Readonly<Record<string, Manner>> = {
    "caps its pages lower than asked": { mostHits: 3 },
    "caps its pages at one": { mostHits: 1 },
    "ignores limit": { ignoresLimit: true },
    "ignores limit and offset": { ignoresLimit: true, ignoresOffset: true },
    "wants a filter": { wantsFilter: true },
  };
  for (const [name, manner] of Object.entries(manners))
    test(`D5: an archive that ${name} is listed to its end`, async (t) => {
      const { studies, sweep, work, log } = await setUp(t, manner);
      studies.push(...many(24));
      await sweep();
      studies.push(one("last", { modality: "MR" }));
      await sweep();
      await work("last/ct");
      assert.deepEqual(
        log.lines.filter(({ level }) => level === "warn"),
        [],
      );
    });

  test("D5: one that does not turn its pages, or not so far, is listed as far as it goes, and the log says so", async (t) => {
    const stuck = await setUp(t, { ignoresOffset: true });
    stuck.studies.push(...many(24));
    await stuck.sweep();
    assert.ok(stuck.log.lines.some(({ event }) => event === "full-sweep.no-paging"));
    const shallow = await setUp(t, { deepest: 15 });
    shallow.studies.push(...many(60));
    await shallow.sweep();
    assert.ok(shallow.log.lines.some(({ event }) => event === "full-sweep.cut-off"));
    shallow.studies.unshift(one("new"));
    await shallow.sweep();
    const jobs = (await shallow.jobs.list()).map(({ seriesUid }) => seriesUid);
    assert.ok(jobs.includes(uidOf("new/ct")));
  });

  test("D5: studies that come in front and go behind while it is paged hide none", async (t) => {
    const { studies, sweep, archive, log, jobs, listings } = await setUp(t);
    studies.push(...many(80));
    await sweep();
    studies.push(one("at the end"));
    const pacs = makeDicomwebPacs({ url: archive.url }, log);
    let pages = 0;
    const restless = {
      ...pacs,
      listStudies: async (page: Parameters<typeof pacs.listStudies>[0]) => {
        pages++;
        if (pages < 12 && pages % 2 === 0) studies.unshift(...many(12, 1000 + 12 * pages));
        else if (pages < 12) studies.splice(0, 1);
        return pacs.listStudies(page);
      },
    };
    const options = {
      pageSize: 10,
      pauseMs: 0,
      stableMs: 0,
      since: null,
      signal: new AbortController().signal,
    };
    await fullSweep({ pacs: restless, jobs, listings, log }, options);
    assert.ok(studies.some(({ name }) => name === "s1121"));
    const foundAtOnce = (await jobs.list()).some(({ seriesUid }) => seriesUid === uidOf("at the end/ct"));
    assert.ok(foundAtOnce, "the course goes on to the end, whatever comes in front");
    await sweep();
    const expected = studies.filter(({ name }) => name === "at the end" || Number(name.slice(1)) >= 1000);
    const found = new Set((await jobs.list({ limit: 1000 })).map(({ seriesUid }) => seriesUid));
    for (const { name } of expected) assert.ok(found.has(uidOf(`${name}/ct`)), name);
  });

  test("D5: one that refuses every listing is a failure with words", async (t) => {
    const { sweep } = await setUp(t, { deepest: -1 });
    await assert.rejects(sweep(), isFailure("PACS_ERROR"));
  });
});

describe("D5: a listing stops and goes on", () => {
  test("D5: after a stop or an outage it goes on at its page, in another process too", async (t) => {
    const { studies, sweep, listings, archive, folder, questions, log, jobs } = await setUp(t);
    studies.push(...many(95));
    const pacs = makeDicomwebPacs({ url: archive.url }, log);
    const stop = new AbortController();
    let pages = 0;
    const stopping = {
      ...pacs,
      listStudies: async (page: Parameters<typeof pacs.listStudies>[0]) => {
        if (++pages === 6) stop.abort();
        return pacs.listStudies(page);
      },
    };
    const options = { pageSize: 10, pauseMs: 0, stableMs: 0, since: null };
    await fullSweep({ pacs: stopping, jobs, listings, log }, { ...options, signal: stop.signal });
    const place = { modality: null, offset: 45 };
    assert.deepEqual(await listings.readProgress(), { listing: 1, place });
    const again = openListings(join(folder, "listings.sqlite"), "archive");
    assert.deepEqual(await again.readProgress(), { listing: 1, place });
    await again.close();
    const asked = questions(/\/studies$/);
    await sweep();
    const offsets = archive.asked.filter(({ path }) => path.endsWith("/studies"));
    assert.equal(offsets[asked]?.query.get("offset"), "45");
    assert.deepEqual(await listings.readProgress(), { listing: 2, place: null });
  });

  test("D5: of another archive at another address nothing is known", async (t) => {
    const { studies, sweep, folder, listings, jobs, archive, log, work } = await setUp(t);
    studies.push(...many(5));
    await sweep();
    await listings.close();
    const other = openListings(join(folder, "listings.sqlite"), "elsewhere");
    t.after(() => other.close());
    assert.deepEqual(await other.readProgress(), { listing: 0, place: null });
    studies.push(...many(5, 100));
    const pacs = makeDicomwebPacs({ url: archive.url }, log);
    const options = {
      pageSize: 10,
      pauseMs: 0,
      stableMs: 0,
      since: null,
      signal: new AbortController().signal,
    };
    await fullSweep({ pacs, jobs, listings: other, log }, options);
    await work();
  });

  test("D5: one page at a time is in memory, and a page is one question", async (t) => {
    const { studies, sweep, questions, work } = await setUp(t);
    studies.push(...many(3000).map((study) => ({ ...study, modality: "DX" })));
    await sweep(null, 1000);
    assert.equal(questions(/\/series$/), 0);
    // Pages overlap by a tenth; the last ones are the rest and the empty one.
    assert.ok(questions(/\/studies$/) <= 2 * 8, `${questions(/\/studies$/)}`);
    await work();
  });
});

test("D5: the image without StudyDate that an outsider sent is found in a real archive", {
  skip: needsShared("fixtures", "cases", "old-or-empty-studydate-qido"),
}, async (t) => {
  const file = readFileSync(sharedFolder("fixtures", "cases", "old-or-empty-studydate-qido", "I0000.dcm"));
  const archive = await startDemo(t);
  const { jobs, listings, log } = await setUp(t);
  const pacs = makeDicomwebPacs({ url: archive.url }, log);
  const options = {
    pageSize: 10,
    pauseMs: 0,
    stableMs: 0,
    since: null,
    signal: new AbortController().signal,
  };
  await stow(
    archive,
    makeSlices({ study: "before", series: "us" }, ["0"]).map(({ bytes }) => bytes),
  );
  await fullSweep({ pacs, jobs, listings, log }, options);
  await stow(archive, [file]);
  await fullSweep({ pacs, jobs, listings, log }, options);
  assert.deepEqual(
    (await jobs.list()).map(({ seriesUid }) => seriesUid),
    [text(parseHeader(file), "SeriesInstanceUID")],
  );
});
