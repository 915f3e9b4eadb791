import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { type Orthanc, startOrthanc } from "../support/orthanc.ts";
import { panseg, type RunningService, serve } from "../support/panseg.ts";
import { startProxy } from "../support/proxy.ts";
import { needsTool } from "../support/shared.ts";
import {
  countOf,
  demoWorld,
  download,
  endedSegmentations,
  type JobView,
  oneResult,
  phantomSeries,
  serviceSettings,
  startArchive,
  storedResults,
} from "./world.ts";

const skip = needsTool("Orthanc");

const segmentationsOf = async (url: string): Promise<readonly JobView[]> => {
  const { jobs } = (await (await fetch(`${url}/api/jobs`)).json()) as { jobs: readonly JobView[] };
  return jobs.filter(({ kind }) => kind === "segment").toSorted((a, b) => a.id - b.id);
};

/** So many results are computed, in the archive, and wait for the other destination. */
const untilComputed = (url: string, count: number): Promise<readonly JobView[]> =>
  eventually(`${count} result(s) computed`, async () => {
    const jobs = await segmentationsOf(url);
    return jobs.filter(({ state }) => state === "computed").length === count ? jobs : null;
  });

const textOf = async (url: string): Promise<string> => (await fetch(url)).text();

/** The network ran so often in the life of this service. */
const inferencesOf = ({ lines }: RunningService): number =>
  lines.filter(({ message, step }) => message === "step done" && step === "infer").length;

/** Hashes of the files of every stored object, in an order that does not depend on the archive. */
const filesOf = async (orthanc: Orthanc): Promise<readonly string[]> => {
  const hashes: string[] = [];
  for (const instance of await storedResults(orthanc)) {
    const file = await download(orthanc, instance);
    hashes.push(`${instance.kind} ${createHash("sha256").update(file).digest("hex")}`);
  }
  return hashes.toSorted();
};

test("S8: while one destination is away a result is computed and in the other, the next series goes on, kill -9 loses nothing, and all arrives once", {
  skip,
}, async (t) => {
  const { folder, models, data } = await demoWorld(t);
  const archive = await startArchive(t);
  const readingRoom = await startOrthanc(t);
  let isAway = true;
  let refused = 0;
  const proxy = await startProxy(readingRoom.restUrl, {
    before: async () => {
      if (!isAway) return true;
      refused += 1;
      return { status: 503, headers: {}, body: Buffer.from("down for maintenance") };
    },
  });
  t.after(proxy.stop);
  const passwordFile = join(folder, "password-of-reading-room");
  writeFileSync(passwordFile, readingRoom.password, { mode: 0o600 });
  const config = join(folder, "config.yaml");
  const destination = {
    name: "reading-room",
    dicomwebUrl: readingRoom.url.replace(readingRoom.restUrl, proxy.url),
    username: readingRoom.user,
    passwordFile,
  };
  writeFileSync(config, JSON.stringify({ destinations: [destination] }));
  const settings = {
    ...serviceSettings(archive, models, data),
    PANSEG_CONFIG: config,
    PANSEG__INFERENCE__MIRROR: "false",
  };
  let service = await serve(settings);
  t.after(() => service.kill());

  await archive.stow(phantomSeries(19, "CT"));
  const [first] = await untilComputed(service.url, 1);
  assert.ok(first?.result);
  assert.deepEqual(
    first.deliveries.map((delivery) => [delivery.destination, delivery.state, delivery.failure?.code]),
    [
      ["archive", "delivered", undefined],
      ["reading-room", "waiting", "PACS_BUSY"],
    ],
  );
  assert.ok(refused > 0 && (first.deliveries[1]?.attempts ?? 0) > 0);
  assert.ok(Date.parse(String(first.deliveries[1]?.nextTryAt)) > 0);
  assert.deepEqual(countOf(await storedResults(archive)), oneResult);
  // Each try for the other destination takes a moment, in which the job is at work.
  const page = await eventually("the page shows the computed result", async () => {
    const text = await textOf(service.url);
    return text.includes('class="card segmented') ? text : null;
  });
  assert.match(page, /delivered to archive/);
  assert.match(page, /waiting for reading-room \(next try \d\d:\d\d\)/);
  assert.match(page, /<div class="waiting none">.*<dd>0<\/dd>/);
  const line = await eventually("the list says what is computed", async () => {
    const { stdout } = await panseg(["jobs", "list", "--state", "computed"], settings);
    return stdout.split("\n").find((each) => each.includes(" computed "));
  });
  assert.match(line, /waiting for reading-room \(next try \d\d:\d\d\)/);
  const { stdout, stderr } = await panseg(["jobs", "show", String(first.id)], settings);
  assert.match(stderr, /, delivered to archive, waiting for reading-room \(next try \d\d:\d\d\)/);
  const shown = JSON.parse(stdout) as JobView;
  assert.deepEqual(
    shown.deliveries.map(({ destination, state }) => [destination, state]),
    [
      ["archive", "delivered"],
      ["reading-room", "waiting"],
    ],
  );

  await archive.stow(phantomSeries(3, "T1"));
  const both = await untilComputed(service.url, 2);
  assert.equal(inferencesOf(service), 2);
  assert.deepEqual(await storedResults(readingRoom), []);

  await service.kill();
  const entries = readdirSync(join(data, "spool"));
  assert.equal(entries.length, 2);
  rmSync(join(data, "spool", String(entries[0])), { recursive: true });
  service = await serve(settings);
  isAway = false;
  const ended = await endedSegmentations(service.url, 2);
  for (const [n, { state, deliveries, result }] of ended.entries()) {
    assert.deepEqual([state, ...deliveries.map((each) => each.state)], ["done", "delivered", "delivered"]);
    assert.deepEqual(result?.objects, both[n]?.result?.objects, "the same objects, to the byte");
  }
  assert.equal(inferencesOf(service), 1, "only what the spool lost is computed again");
  const twice = Object.fromEntries(Object.entries(oneResult).map(([kind, count]) => [kind, 2 * count]));
  assert.deepEqual(countOf(await storedResults(archive)), twice);
  assert.deepEqual(await filesOf(readingRoom), await filesOf(archive));
  assert.deepEqual(readdirSync(join(data, "spool")), []);
  assert.match(await textOf(service.url), /Segmented/);
  assert.equal(await service.stop(), 0);
});

test("S8: kill -9 between computed and delivered: what is on disk is stored once, and nothing is computed again", {
  skip,
}, async (t) => {
  const { models, data } = await demoWorld(t);
  const archive = await startArchive(t);
  let strike: (() => Promise<void>) | null = null;
  const proxy = await startProxy(archive.restUrl, {
    before: async (method, path) => {
      if (method !== "POST" || !path.includes("/studies") || strike === null) return true;
      await strike();
      return false;
    },
  });
  t.after(proxy.stop);
  const settings = {
    ...serviceSettings(archive, models, data, proxy.url),
    PANSEG__INFERENCE__MIRROR: "false",
  };
  let service = await serve(settings);
  t.after(() => service.kill());
  const struck = new Promise<void>((resolve) => {
    strike = async () => {
      strike = null;
      await service.kill();
      resolve();
    };
  });
  await archive.stow(phantomSeries(19, "CT"));
  await struck;
  const { stdout } = await panseg(["jobs", "list", "--json"], settings);
  const [job] = (JSON.parse(stdout) as readonly JobView[]).filter(({ kind }) => kind === "segment");
  assert.ok(job?.result, "the ledger knows the result");
  assert.deepEqual(
    job.deliveries.map(({ destination, state }) => [destination, state]),
    [["archive", "waiting"]],
  );
  assert.deepEqual(await storedResults(archive), []);

  service = await serve(settings);
  const [ended] = await endedSegmentations(service.url, 1);
  assert.equal(ended?.state, "done");
  assert.deepEqual(ended.result?.objects, job.result.objects);
  assert.equal(inferencesOf(service), 0);
  assert.deepEqual(countOf(await storedResults(archive)), oneResult);
  assert.equal(await service.stop(), 0);
});
