import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { describe as group, test } from "node:test";
import { makeFailure } from "../../src/domain/failure.ts";
import { startArchive } from "../pacs/fakeArchive.ts";
import {
  begin,
  compute,
  describe,
  examine,
  finish,
  getJson,
  getText,
  localizer,
  refuse,
  seriesOf,
  somePng,
  startWorld,
  type World,
} from "./world.ts";

group("machines", () => {
  test("/livez says that the process answers, and nothing more", async (t) => {
    const { url } = await startWorld(t);
    const { status, json } = await getJson(`${url}/livez`);
    assert.deepEqual([status, json], [200, { status: "ok" }]);
  });

  test("/readyz names what is missing; an absent archive degrades and does not unready", async (t) => {
    const { url, ready } = await startWorld(t);
    const away = makeFailure("PACS_UNREACHABLE", "The archive does not answer.");
    const reason = { code: away.code, sentence: away.sentence, remedy: away.remedy };
    ready.now = { problems: [], degraded: [reason] };
    const { status, json } = await getJson(`${url}/readyz`);
    assert.deepEqual([status, json], [200, { status: "degraded", ...ready.now }]);
    ready.now = { problems: [makeFailure("DISK_LOW", "No disk.")], degraded: [] };
    assert.equal((await getJson(`${url}/readyz`)).status, 503);
  });

  test("R1 GET /api/jobs shows every series with its verdict and bears the research notice", async (t) => {
    const world = await startWorld(t);
    const { url } = world;
    const series = seriesOf("s", "scout");
    const { id } = await refuse(world, series, localizer);
    const { status, json } = await getJson(`${url}/api/jobs?state=skipped`);
    assert.equal(status, 200);
    assert.match(String(json["notice"]), /Research use only/);
    const [job] = json["jobs"] as Record<string, unknown>[];
    assert.equal(job?.["seriesUid"], series.seriesUid);
    assert.equal((job?.["failure"] as { code: string } | undefined)?.code, "LOCALIZER");
    assert.deepEqual((await getJson(`${url}/api/jobs?state=dead`)).json["jobs"], []);
    const one = await getJson(`${url}/api/jobs/${id}`);
    assert.deepEqual(one.json, { notice: json["notice"], ...job });
  });

  test("D10 wrong questions get a code and a sentence, no page and no stack", async (t) => {
    const { url } = await startWorld(t);
    assert.equal((await getJson(`${url}/api/jobs?state=odd`)).json["code"], "USAGE");
    for (const id of ["999", "x'--", "1e0", "-1", "1".repeat(20)])
      for (const file of ["", "/picture.png", "/seg.dcm", "/sr.dcm"]) {
        const { status, json } = await getJson(`${url}/api/jobs/${id}${file}`);
        assert.deepEqual([status, json["code"]], [404, "JOB_NOT_FOUND"], `${id}${file}`);
      }
    for (const path of ["/nothing", "/assets/page.js", "/..%2fapp.ts", "/%2e%2e/app.ts", "/page.js/"])
      assert.deepEqual((await getJson(url + path)).json, {
        code: "NOT_FOUND",
        sentence: "There is nothing at this address.",
      });
  });

  test("D10 a defect is answered by a code alone", async (t) => {
    const world = await startWorld(t);
    const { job } = await finish(world, seriesOf("s", "ct"));
    await world.jobs.close();
    for (const path of ["/", "/api/jobs", `/api/jobs/${job.id}/picture.png`, `/api/jobs/${job.id}/seg.dcm`]) {
      const { status, json } = await getJson(world.url + path);
      const { id, ...rest } = json;
      assert.deepEqual(
        [status, rest],
        [500, { code: "INTERNAL", sentence: "The request could not be answered; see the log." }],
      );
      assert.match(String(id), /^[0-9a-f-]{36}$/);
    }
  });
});

group("doors", () => {
  test("a request under another host's name is refused, so that no web page can read the service", async (t) => {
    const world = await startWorld(t);
    const { job } = await finish(world, seriesOf("s", "ct"));
    for (const path of ["/", "/page.js", "/api/jobs", `/api/jobs/${job.id}/picture.png`]) {
      const status = await new Promise((resolve) => {
        request(world.url + path, { headers: { host: "evil.example" } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).end();
      });
      assert.equal(status, 403);
    }
  });

  test("D8 every answer forbids inline script, framing, embedding elsewhere and keeping", async (t) => {
    const world = await startWorld(t);
    const { job } = await finish(world, seriesOf("s", "ct"));
    const strict =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    const picture = `/api/jobs/${job.id}/picture.png`;
    const files = ["", "/seg.dcm", "/sr.dcm"].map((file) => `/api/jobs/${job.id}${file}`);
    for (const path of [
      "/",
      "/page.js",
      "/page.css",
      "/icon.svg",
      "/api/jobs",
      "/livez",
      "/nothing",
      ...files,
      picture,
    ]) {
      const { headers } = await getText(world.url + path);
      const policy = headers.get("content-security-policy");
      if (path !== picture) assert.equal(policy, strict, path);
      else
        assert.match(policy ?? "", /^default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'$/);
      assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("cache-control"), "no-store");
      assert.equal(headers.get("x-powered-by"), null);
    }
  });

  test("no method but reading is answered, at any address, and nothing changes", async (t) => {
    const world = await startWorld(t);
    const { job } = await finish(world, seriesOf("s", "ct"));
    const before = await world.jobs.find(job.id);
    for (const path of ["/", "/api/jobs", `/api/jobs/${job.id}`, `/api/jobs/${job.id}/retry`, "/page.js"])
      for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
        const response = await fetch(world.url + path, { method });
        assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
        assert.equal(((await response.json()) as { code: string }).code, "METHOD_NOT_ALLOWED");
      }
    assert.deepEqual(await world.jobs.find(job.id), before);
  });
});

group("files", () => {
  test("the picture of a job is a PNG, and 404 with a code when it is gone", async (t) => {
    const world = await startWorld(t);
    const { job } = await finish(world, seriesOf("s", "ct"));
    const response = await fetch(`${world.url}/api/jobs/${job.id}/picture.png`);
    assert.equal(response.headers.get("content-type"), "image/png");
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(somePng()));
    assert.match(
      (await getText(world.url)).text,
      /<img src="\/api\/jobs\/2\/picture.png" alt="Key slices[^"]+84\.2 ml"/,
    );
    world.pictures.removeOlder(Date.now() + 1000);
    const gone = await getJson(`${world.url}/api/jobs/${job.id}/picture.png`);
    assert.deepEqual([gone.status, gone.json["code"]], [404, "PICTURE_GONE"]);
  });

  test("a page shows no picture where it is gone, so that no image is broken", async (t) => {
    const world = await startWorld(t);
    await finish(world, seriesOf("s", "ct"));
    rmSync(world.folder, { recursive: true });
    const { text } = await getText(world.url);
    assert.doesNotMatch(text, /<img/);
    assert.match(text, /The picture is no longer kept/);
  });

  test("SEG and SR are what the archive holds at this moment, to be saved under a fixed name", async (t) => {
    const world = await startWorld(t);
    const { job, seg, sr } = await finish(world, seriesOf("s", "ct"));
    for (const [name, { bytes }] of Object.entries({ seg, sr, "text-report": sr, "key-image-1": seg })) {
      const response = await fetch(`${world.url}/api/jobs/${job.id}/${name}.dcm`);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), "application/dicom");
      assert.equal(response.headers.get("content-disposition"), `attachment; filename=${name}.dcm`);
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(bytes));
    }
    const refused = await refuse(world, seriesOf("s", "scout"), localizer);
    const none = await getJson(`${world.url}/api/jobs/${refused.id}/seg.dcm`);
    assert.deepEqual([none.status, none.json["code"]], [404, "NO_OBJECT"]);
    const further = await getJson(`${world.url}/api/jobs/${job.id}/key-image-3.dcm`);
    assert.deepEqual([further.status, further.json["code"]], [404, "NO_OBJECT"]);
  });

  test("an archive that lost the object, or is away, is 502 with its code and a sentence", async (t) => {
    const world = await startWorld(t);
    const { job } = await finish(world, seriesOf("s", "ct"), { isStored: false });
    const lost = await getJson(`${world.url}/api/jobs/${job.id}/seg.dcm`);
    assert.equal(lost.status, 502);
    assert.equal(lost.json["code"], "INCOMPLETE_RETRIEVAL");
    assert.match(String(lost.json["sentence"]), /does not hold/);
    const away = await startWorld(t, { ...world.archive, url: "http://127.0.0.1:9/dicom-web" });
    const running = await finish(away, seriesOf("s", "ct"), { isStored: false });
    const { status, json } = await getJson(`${away.url}/api/jobs/${running.job.id}/sr.dcm`);
    assert.deepEqual([status, json["code"]], [502, "PACS_UNREACHABLE"]);
  });
});

group("deliveries", () => {
  test("S8: a result that the archive holds is shown as segmented, with the destination that it waits for and why", async (t) => {
    const world = await startWorld(t);
    const job = await compute(world, seriesOf("s", "ct"), { has: ["archive"], waitsFor: ["reading-room"] });
    const { text } = await getText(world.url);
    assert.match(text, /class="card segmented wide"/);
    assert.match(text, /<div class="waiting none">/);
    assert.match(text, /<div class="segmented">.*<dd>1<\/dd>/);
    assert.match(text, /<li class="delivered">delivered to archive<\/li>/);
    assert.match(
      text,
      /<li class="waiting">waiting for reading-room \(next try \d\d:\d\d\)\. The archive does not answer\. <code>PACS_UNREACHABLE<\/code><\/li>/,
    );
    assert.match(text, new RegExp(`/api/jobs/${job.id}/seg\\.dcm`));
    const { json } = await getJson(`${world.url}/api/jobs/${job.id}`);
    assert.equal(json["state"], "computed");
    const [archive, second] = json["deliveries"] as readonly Record<string, unknown>[];
    assert.deepEqual([archive?.["state"], archive?.["nextTryAt"]], ["delivered", null]);
    assert.deepEqual([second?.["state"], second?.["attempts"]], ["waiting", 1]);
    assert.ok(Date.parse(String(second?.["nextTryAt"])) > Date.now());
    const { json: list } = await getJson(`${world.url}/api/jobs?state=computed`);
    assert.equal((list["jobs"] as unknown[]).length, 1);
  });

  test("S8: a computed result that the archive does not hold yet has no links to its objects", async (t) => {
    const world = await startWorld(t);
    await compute(world, seriesOf("s", "ct"), { has: ["backup"], waitsFor: ["archive"] });
    const { text } = await getText(world.url);
    assert.match(text, /class="card segmented wide"/);
    assert.match(text, /waiting for archive \(next try/);
    assert.doesNotMatch(text, /seg\.dcm/);
  });
});

/** One series of each verdict in two studies. */
const fill = async (world: World): Promise<void> => {
  await finish(world, seriesOf("a", "portal"), {
    isPhantomModel: true,
    warnings: [{ code: "MASK_AT_EDGE", sentence: "The mask touches the last slice." }],
  });
  await refuse(world, seriesOf("a", "scout"), localizer);
  await finish(world, seriesOf("a", "empty"), { volumeMl: 0 });
  const dead = await begin(world, seriesOf("b", "dead"));
  await world.jobs.bury(dead, makeFailure("WORKER_DIED", "Attempt 3 of 3 ended in step infer."));
  const running = await begin(world, seriesOf("b", "running"));
  await world.jobs.heartbeat(running, "infer", 0.42, 60_000);
  const later = await examine(world, seriesOf("b", "later"));
  const away = makeFailure("PACS_UNREACHABLE", "No connection to the archive (ECONNREFUSED).");
  await world.jobs.retryLater(later, away, Date.now() + 60_000, false);
  await world.jobs.arrive([{ ...seriesOf("b", "new"), instanceCount: 1, isEvent: true }]);
};

/** Text of the page's part with this id, without its markup. */
const partOf = (text: string, id: string): string => {
  const start = text.indexOf(`id="${id}"`);
  assert.ok(start > 0, id);
  const end = text.slice(start).search(id === "counts" ? /<\/dl>/ : /<\/article>/);
  return text
    .slice(start, start + end)
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
};

group("the page", () => {
  test("R1 an empty one bears the notice and says what will come", async (t) => {
    const { url } = await startWorld(t);
    const { status, headers, text } = await getText(url);
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
    assert.match(text, /Research use only\. Not a medical device; not for diagnosis\./);
    assert.match(text, /No series yet/);
  });

  test("every series stands on it once with its verdict, the reason and what to do, or its results", async (t) => {
    const world = await startWorld(t);
    await fill(world);
    const { text } = await getText(world.url);
    const card = (study: string, series: string) =>
      partOf(text, `series-${seriesOf(study, series).seriesUid}`);
    assert.match(
      card("a", "portal"),
      /Segmented .* 84\.2 ml .* panseg-ct PHANTOM DEMO MODEL .* 3 min 12 s .*The mask touches the last slice\. MASK_AT_EDGE .*SEG SR/,
    );
    assert.match(
      card("a", "scout"),
      /Not segmented .* 3 images lie in 3 orientations\. LOCALIZER .* send the axial/,
    );
    assert.match(card("a", "empty"), /No pancreas found .* The mask is empty\. EMPTY_MASK /);
    assert.doesNotMatch(card("a", "empty"), / ml |SEG SR/);
    assert.match(card("b", "dead"), /Needs a person .* WORKER_DIED .* panseg jobs retry \d+/);
    assert.match(card("b", "running"), /Working .* running the network 42 %/);
    assert.match(card("b", "later"), /Waiting .* PACS_UNREACHABLE .* Tried again after/);
    assert.match(card("b", "new"), /Waiting to be looked at/);
    assert.equal(text.match(/<article/g)?.length, 7);
    assert.match(partOf(text, "counts"), /Working 1 Waiting 2 Segmented 1 Not segmented 2 Needs a person 1/);
    const [newest, older] = ["b", "a"].map((study) =>
      text.indexOf(`id="study-${seriesOf(study, "x").studyUid}"`),
    );
    assert.ok((newest ?? 0) < (older ?? 0), "the newest study comes first");
    assert.match(text, /<progress max="100" value="42" aria-label="[^"]+">/);
  });

  test("a series that is looked at again keeps its result in sight", async (t) => {
    const world = await startWorld(t);
    const series = seriesOf("s", "ct");
    await finish(world, series);
    await begin(world, series, "another key");
    const { text } = await getText(world.url);
    assert.match(
      partOf(text, `series-${series.seriesUid}`),
      /Working .* Being looked at again\. Result so far: .* 84\.2 ml .*SEG SR/,
    );
    assert.match(text, /picture\.png/);
  });

  test("D8 what the archive calls a series is text and nothing else, and series stand in their numbers' order", async (t) => {
    const world = await startWorld(t);
    const hostile = `</h3><img src=x onerror="alert(1)"><script>&'`;
    await refuse(world, seriesOf("s", "hostile"), localizer);
    await refuse(world, seriesOf("s", "portal"), localizer);
    await describe(world, { study: "s", series: "hostile" }, 12, hostile);
    await describe(world, { study: "s", series: "portal", modality: "MR" }, 3, "Portalvenös 2.0");
    const { text } = await getText(world.url);
    assert.ok(
      text.includes(
        "<bdi>&lt;/h3&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&lt;script&gt;&amp;&#39;</bdi>",
      ),
    );
    assert.doesNotMatch(text, /<img/);
    assert.match(
      partOf(text, `series-${seriesOf("s", "portal").seriesUid}`),
      /MR Series 3 · Portalvenös 2\.0/,
    );
    assert.ok(text.indexOf("Portalvenös") < text.indexOf("onerror"));
    assert.doesNotMatch(text, /by their UIDs/);
  });

  test("P1 what the archive calls a series is neither kept nor told to machines", async (t) => {
    const world = await startWorld(t);
    const { job } = await finish(world, seriesOf("s", "ct"));
    await describe(world, { study: "s", series: "ct" }, 1, "Canary^Patient");
    assert.match((await getText(world.url)).text, /Canary\^Patient/);
    for (const path of ["/api/jobs", `/api/jobs/${job.id}`])
      assert.doesNotMatch((await getText(world.url + path)).text, /canary/i);
    assert.doesNotMatch(JSON.stringify(await world.jobs.list()), /canary/i);
  });

  test("without the archive series stand by their UIDs, and a silent archive delays the page by 2 s and once", async (t) => {
    const silent = await startArchive(t, () => {});
    const world = await startWorld(t, { ...silent, restUrl: silent.url, headers: {} });
    const series = seriesOf("s", "ct");
    await refuse(world, series, localizer);
    const start = performance.now();
    const { status, text } = await getText(world.url);
    const first = performance.now() - start;
    assert.equal(status, 200);
    assert.ok(first > 1500, `${first} ms`);
    assert.match(text, /by their UIDs/);
    assert.match(partOf(text, `series-${series.seriesUid}`), new RegExp(`Series ${series.seriesUid}`));
    await getText(world.url);
    const second = performance.now() - start - first;
    assert.ok(second < first - 1000, `${second} ms after ${first} ms`);
    assert.equal(silent.asked.length, 1);
  });

  test("an open page asks the archive for each study once in a minute", async (t) => {
    const archive = await startArchive(t, (_, response) => response.writeHead(204).end());
    const world = await startWorld(t, { ...archive, restUrl: archive.url, headers: {} });
    for (const study of ["a", "b"]) await refuse(world, seriesOf(study, "ct"), localizer);
    for (let look = 0; look < 5; look++) await getText(world.url);
    assert.equal(archive.asked.length, 2);
  });

  test("the latest 50 studies are shown, whatever lies in the ledger", async (t) => {
    const world = await startWorld(t);
    for (let study = 0; study < 60; study++) await refuse(world, seriesOf(`${study}`, "ct"), localizer);
    const { text } = await getText(world.url);
    assert.equal(text.match(/<section/g)?.length, 50);
    assert.ok(text.includes(seriesOf("59", "ct").studyUid));
    assert.ok(!text.includes(seriesOf("9", "ct").studyUid));
    assert.match(partOf(text, "counts"), /Not segmented 60/);
  });

  test("script, style and icon come as files of their kinds, and the page has nothing inline", async (t) => {
    const world = await startWorld(t);
    await fill(world);
    const { text } = await getText(world.url);
    assert.doesNotMatch(text, /<style|style=|\son\w+=|<script(?! type="module" src="\/page\.js"><\/script>)/);
    for (const [name, type] of [
      ["page.js", "text/javascript; charset=utf-8"],
      ["page.css", "text/css; charset=utf-8"],
      ["icon.svg", "image/svg+xml"],
    ] as const) {
      const file = await getText(`${world.url}/${name}`);
      assert.equal(file.headers.get("content-type"), type);
      assert.equal(
        file.text,
        readFileSync(new URL(`../../src/http/assets/${name}`, import.meta.url), "utf8"),
      );
    }
    assert.equal((await getText(`${world.url}/favicon.ico`)).status, 204);
  });
});
