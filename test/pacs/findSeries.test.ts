import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, test } from "node:test";
import { makeDicomwebPacs } from "../../src/pacs/dicomweb.ts";
import { type Asked, dicomJson, isFailure, keepLog, sendJson, startArchive } from "./fakeArchive.ts";
import { uidOf } from "./objects.ts";

const STUDY_UID = "0020000D";
const SERIES_UID = "0020000E";

type Row = Readonly<Record<string, string | number>>;

const row = (name: string, changed: Row = {}): Row => ({
  "00080020": "20260101",
  "00080060": "CT",
  [STUDY_UID]: uidOf(`study ${name}`),
  [SERIES_UID]: uidOf(name),
  "00201209": 7,
  ...changed,
});

const rows = Array.from({ length: 57 }, (_, index) => row(`series ${index}`));

/** A search over rows as PS3.18 has it; `cap` is the most that it gives a page. */
const search = (
  all: readonly Row[],
  asked: Asked,
  response: ServerResponse,
  cap = Number.POSITIVE_INFINITY,
) => {
  const offset = Number(asked.query.get("offset") ?? 0);
  const limit = Math.min(Number(asked.query.get("limit") ?? Number.POSITIVE_INFINITY), cap);
  const modality = asked.query.get("Modality");
  const hits = all.filter((each) => modality === null || each["00080060"] === modality);
  sendJson(response, hits.slice(offset, offset + limit).map(dicomJson));
};

const pacsAt = (url: string, pageSize = 10, log = keepLog()) => makeDicomwebPacs({ url, pageSize }, log);

describe("WEB-8 every series is found, however an archive pages", () => {
  const archives: Readonly<Record<string, (asked: Asked, response: ServerResponse) => void>> = {
    "keeps to limit and offset": (asked, response) => search(rows, asked, response),
    "silently caps at 3": (asked, response) => search(rows, asked, response, 3),
    "ignores limit and offset": (_, response) => sendJson(response, rows.map(dicomJson)),
    "answers 204 after the last hit": (asked, response) =>
      Number(asked.query.get("offset")) >= rows.length
        ? response.writeHead(204).end()
        : search(rows, asked, response),
    "answers 404 after the last hit": (asked, response) =>
      Number(asked.query.get("offset")) >= rows.length
        ? response.writeHead(404).end()
        : search(rows, asked, response),
    "ignores the modality asked for": (asked, response) => {
      asked.query.delete("Modality");
      search([row("report", { "00080060": "SR" }), ...rows], asked, response);
    },
  };
  for (const [habit, answer] of Object.entries(archives))
    test(`an archive that ${habit}`, async (t) => {
      const archive = await startArchive(t, answer);
      const found = await pacsAt(archive.url).findSeries(null);
      assert.deepEqual(
        new Set(found.map((series) => series.seriesUid)),
        new Set(rows.map((each) => each[SERIES_UID])),
      );
      assert.equal(found.length, rows.length);
      assert.ok(found.every((series) => series.instanceCount === 7 && !series.isEvent));
    });

  for (const status of [400, 404, 405, 501])
    test(`an archive without a search for series across studies (${status}) is asked study by study`, async (t) => {
      const mr = row("mr", { "00080060": "MR", [STUDY_UID]: uidOf("mixed") });
      const all = [...rows.slice(0, 4), mr, row("ct", { [STUDY_UID]: uidOf("mixed") })];
      const archive = await startArchive(t, (asked, response) => {
        const [, level, study] = asked.path.split("/");
        if (level === "series") return response.writeHead(status).end("<html>no</html>");
        const wanted = asked.query.get("ModalitiesInStudy");
        if (study === undefined) {
          const studies = new Map(
            all.filter((each) => each["00080060"] === wanted).map((each) => [each[STUDY_UID], each]),
          );
          return search([...studies.values()], asked, response);
        }
        // Below a study nothing of the study is repeated, and no count is given.
        const series = all.filter((each) => each[STUDY_UID] === study);
        const bare = series.map((each) => ({
          [SERIES_UID]: String(each[SERIES_UID]),
          "00080060": String(each["00080060"]),
        }));
        return search(bare, asked, response);
      });
      const found = await pacsAt(archive.url).findSeries(null);
      assert.deepEqual(
        found.map((series) => [series.studyUid, series.seriesUid, series.instanceCount]).sort(),
        all.map((each) => [each[STUDY_UID], each[SERIES_UID], null]).sort(),
      );
    });

  test("an address under which there is no archive is an error and not an empty archive", async (t) => {
    const archive = await startArchive(t, (_, response) => response.writeHead(404).end());
    await assert.rejects(pacsAt(archive.url).findSeries(null), isFailure("PACS_ERROR", { status: 404 }));
    await assert.rejects(pacsAt(archive.url).ping(), isFailure("PACS_ERROR", { status: 404 }));
  });

  test("no hits are 204 or an empty list", async (t) => {
    for (const status of [200, 204]) {
      const archive = await startArchive(t, (_, response) =>
        status === 204 ? response.writeHead(204).end() : sendJson(response, []),
      );
      assert.deepEqual(await pacsAt(archive.url).findSeries(14), []);
    }
  });
});

test("the date window is asked for, and kept where the archive ignores it", async (t) => {
  const today = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const archive = await startArchive(t, (asked, response) =>
    search([row("old", { "00080020": "20010101" }), row("new", { "00080020": today })], asked, response),
  );
  const found = await pacsAt(archive.url).findSeries(14);
  assert.deepEqual(
    found.map((series) => series.seriesUid),
    [uidOf("new")],
  );
  const asked = archive.asked[0]?.query.get("StudyDate") ?? "";
  assert.match(asked, /^\d{8}-$/);
  const days =
    (Date.now() - Date.parse(`${asked.slice(0, 4)}-${asked.slice(4, 6)}-${asked.slice(6, 8)}`)) / 86_400_000;
  assert.ok(days >= 15 && days < 16, `${days}`);
  await pacsAt(archive.url).findSeries(null);
  assert.equal(archive.asked.at(-1)?.query.get("StudyDate"), null);
});

test("S7 a UID that is none is left out, said once, and never asked for", async (t) => {
  const evil = ["../../system", "1.2.3/../4", "", ".", "..", "1".repeat(65), "1.2?x=y", "１.２"];
  const archive = await startArchive(t, (asked, response) =>
    search([...evil.map((uid) => row(uid, { [SERIES_UID]: uid })), row("good")], asked, response),
  );
  const log = keepLog();
  const found = await pacsAt(archive.url, 100, log).findSeries(null);
  assert.deepEqual(
    found.map((series) => series.seriesUid),
    [uidOf("good")],
  );
  assert.equal(log.lines.length, evil.length);
  const pacs = pacsAt(archive.url);
  const before = archive.asked.length;
  for (const uid of evil) {
    const instance = { studyUid: uidOf("s"), seriesUid: uid, sopInstanceUid: uidOf("i") };
    await assert.rejects(pacs.seriesMetadata(instance), isFailure("UID_INVALID"));
    await assert.rejects(pacs.hasInstance(instance), isFailure("UID_INVALID"));
    await assert.rejects(pacs.retrieveInstance(instance), isFailure("UID_INVALID"));
    await assert.rejects(pacs.storeInstance(instance, new Uint8Array()), isFailure("UID_INVALID"));
    await assert.rejects(pacs.retrieveInstances(instance, ["1"], "nowhere"), isFailure("UID_INVALID"));
  }
  assert.equal(archive.asked.length, before);
});

test("counts as text are numbers, and padding is no part of a UID", async (t) => {
  const padded = row("padded", { "00201209": "12", [SERIES_UID]: `${uidOf("padded")}\0` });
  const archive = await startArchive(t, (asked, response) => search([padded], asked, response));
  const [series] = await pacsAt(archive.url).findSeries(null);
  assert.deepEqual([series?.seriesUid, series?.instanceCount], [uidOf("padded"), 12]);
});

describe("an answer that is no list of data sets is PACS_BAD_ANSWER", () => {
  const bodies: Readonly<Record<string, string>> = {
    "a page of HTML": "<!doctype html><title>Please log in</title>",
    "half a list": '[{"00080060":',
    nothing: "",
    "an object": '{"error":"no"}',
    "a list of something else": "[1,null]",
  };
  for (const [name, body] of Object.entries(bodies))
    test(name, async (t) => {
      const archive = await startArchive(t, (_, response) => response.writeHead(200).end(body));
      await assert.rejects(pacsAt(archive.url).findSeries(null), isFailure("PACS_BAD_ANSWER"));
    });
});

test("F9 every status has its code, and a busy archive's wait is handed on", async (t) => {
  const archive = await startArchive(t, ({ path }, response) => {
    const status = Number(path.split("/")[1]);
    response.writeHead(status, { "retry-after": "7", location: "http://127.0.0.1:1/" }).end("{}");
  });
  const table = {
    PACS_UNAUTHORIZED: [401, 403],
    PACS_BUSY: [429, 503],
    PACS_TIMEOUT: [408, 504],
    PACS_ERROR: [302, 307, 410, 413, 418, 500, 507],
    PACS_UNREACHABLE: [502],
  } as const;
  for (const [code, statuses] of Object.entries(table))
    for (const status of statuses)
      await assert.rejects(
        pacsAt(`${archive.url}/${status}`).hasInstance({
          studyUid: "1.2",
          seriesUid: "1.3",
          sopInstanceUid: "1.4",
        }),
        isFailure(code as keyof typeof table, {
          status,
          ...(code === "PACS_BUSY" ? { retryAfterMs: 7000 } : {}),
        }),
      );
});
