import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { encode } from "fast-png";
import { type Failure, makeFailure } from "../../src/domain/failure.ts";
import type { Claim } from "../../src/domain/job.ts";
import { outputName } from "../../src/domain/outputs.ts";
import { RESEARCH_NOTICE, type ResultSummary, type StoredObject } from "../../src/domain/result.ts";
import type { SeriesRef } from "../../src/domain/series.ts";
import type { Trend } from "../../src/domain/trend.ts";
import { makeApp, type Readiness } from "../../src/http/app.ts";
import { openPictures } from "../../src/jobs/files/pictures.ts";
import type { JobStore } from "../../src/ports/jobs.ts";
import type { Log } from "../../src/ports/world.ts";
import { makeReportReader, type ReportLimits } from "../../src/processes/reports.ts";
import { openQualityFile } from "../../src/quality/qualityFile.ts";
import { firstOf, pacsOf, type Served, startDemo, stow, withElement } from "../demo/archive/requests.ts";
import { openJobs, temporaryFolder } from "../pacs/fakeArchive.ts";
import { makeSlices, type TestInstance, uidOf } from "../pacs/objects.ts";

/** The HTTP surface on the real job store, real pictures and an archive. */
export const hintSecret = "a secret of the archive";

export const startWorld = async (
  owner: TestContext,
  archive?: Served,
  limits: Partial<ReportLimits> = {},
) => {
  const served = archive ?? (await startDemo(owner));
  const jobs = openJobs(owner);
  const home = temporaryFolder(owner);
  const folder = join(home, "pictures");
  const pictures = openPictures(folder);
  const ready: { now: Readiness } = { now: { problems: [], degraded: [] } };
  const readMeasurements = makeReportReader(
    { program, arguments: ["--config", settingsFor(served, home)] },
    limits,
  );
  const pacs = pacsOf(served);
  const hints = { secret: hintSecret, looks: 0, look: () => void hints.looks++ };
  const quality = openQualityFile(join(home, "quality.json"));
  const defects: Readonly<Record<string, unknown>>[] = [];
  const ignore = (): void => {};
  const log: Log = {
    info: ignore,
    warn: ignore,
    error: (event, fields = {}) => void defects.push({ event, ...fields }),
  };
  const app = makeApp({
    jobs,
    pictures,
    pacs,
    readMeasurements,
    readQuality: quality.read,
    readiness: async () => ready.now,
    hints,
    limits: { maxBodyBytes: 64 * 1024 },
    log,
  });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  owner.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    archive: served,
    jobs,
    pictures,
    quality,
    folder,
    ready,
    hints,
    server,
    /** What was logged as an error. */
    defects,
  };
};

const program = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** A settings file with which the program itself finds the archive. */
const settingsFor = ({ url, restUrl, headers }: Served, folder: string): string => {
  const credentials = Buffer.from(headers["authorization"]?.split(" ")[1] ?? "", "base64").toString();
  const [username = "", password = null] = credentials.split(":");
  const file = join(folder, "settings.json");
  const pacs = { dicomwebUrl: url, orthancUrl: restUrl, username: username || null, password };
  writeFileSync(file, JSON.stringify({ pacs }));
  return file;
};

export type World = Awaited<ReturnType<typeof startWorld>>;

export const getText = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

export const getJson = async (url: string) => {
  const { text, ...rest } = await getText(url);
  return { ...rest, json: JSON.parse(text) as Record<string, unknown> };
};

export const seriesOf = (study: string, series: string): SeriesRef => ({
  studyUid: uidOf(study),
  seriesUid: uidOf(`${study}/${series}`),
});

/** Let the archive hold one image of the series, with what it is called. */
export const describe = async (
  { archive }: World,
  { study, series, modality = "CT" }: { study: string; series: string; modality?: string },
  number: number,
  text: string,
): Promise<void> => {
  const image = firstOf(makeSlices({ study, series, modality }, ["1"]));
  const named = withElement(withElement(image, "00200011", "IS", [number]), "0008103E", "LO", [text]);
  assert.equal((await stow(archive, [named.bytes])).status, 200);
};

const claim = async (jobs: JobStore): Promise<Claim> => {
  const claimed = await jobs.claim("worker", 60_000);
  assert.ok(claimed);
  return claimed;
};

/** A new series, claimed for examination. */
export const examine = async ({ jobs }: { jobs: JobStore }, series: SeriesRef): Promise<Claim> => {
  await jobs.arrive([{ ...series, instanceCount: 120, isEvent: true }]);
  return claim(jobs);
};

export const refuse = async (world: { jobs: JobStore }, series: SeriesRef, failure: Failure) => {
  const examined = await examine(world, series);
  await world.jobs.completeExamination(examined, failure);
  return examined.job;
};

export const localizer = makeFailure("LOCALIZER", "3 images lie in 3 orientations.");

/** A series that was found eligible and is claimed for segmentation. */
export const begin = async (world: { jobs: JobStore }, series: SeriesRef, key = series.seriesUid) => {
  const order = {
    modelId: "panseg-ct",
    modelClass: "CT",
    part: "",
    instancesDigest: "aa",
    settingsDigest: "bb",
    orderedAtMs: 0,
  } as const;
  const examined = await examine(world, series);
  await world.jobs.completeExamination(examined, [
    { ...series, key: `key ${key}`, order, instanceCount: 120 },
  ]);
  return claim(world.jobs);
};

type ResultOptions = {
  readonly volumeMl?: number;
  readonly isPhantomModel?: boolean;
  readonly modelId?: string;
  readonly warnings?: ResultSummary["warnings"];
  readonly seg?: TestInstance;
  readonly sr?: TestInstance;
  readonly text?: TestInstance;
  readonly images?: readonly TestInstance[];
  readonly trend?: Trend;
};

export const resultOf = (options: ResultOptions = {}): ResultSummary => {
  const {
    volumeMl = 84.24,
    isPhantomModel = false,
    modelId = "panseg-ct",
    warnings = [],
    seg,
    sr,
    text,
    images = [],
    trend,
  } = options;
  return {
    outcome: volumeMl === 0 ? "no-pancreas-found" : "segmented",
    notice: RESEARCH_NOTICE,
    software: { name: "panseg", version: "0.1.0" },
    model: {
      id: modelId,
      modelClass: "CT",
      trainer: "a trainer",
      weightsSha256: "00",
      planSha256: "11",
      isPhantomModel,
    },
    executionProvider: "cpu",
    settingsDigest: "bb",
    series: null,
    measures: {
      voxels: Math.round(volumeMl * 500),
      volumeMl,
      intensity: null,
      centroidLps: null,
      extent: null,
    },
    warnings,
    objects: [
      ...(seg ? [{ kind: "seg" as const, name: "seg", object: objectOf(seg) }] : []),
      ...(sr ? [{ kind: "sr" as const, name: "sr", object: objectOf(sr) }] : []),
      ...(text ? [{ kind: "text-report" as const, name: "text-report", object: objectOf(text) }] : []),
      ...images.map((each, n) => ({
        kind: "key-image" as const,
        name: outputName("key-image", n),
        object: objectOf(each),
      })),
    ],
    ...(trend && { trend, replaces: ["1.2.3"] }),
    startedAt: "2026-01-01T00:00:00.000Z",
    secondsPerStep: { retrieve: 4.2, infer: 180.4, mask: 7 },
  };
};

const objectOf = ({ seriesUid, sopInstanceUid }: TestInstance): StoredObject => ({
  sopClassUid: "1.2.840.10008.5.1.4.1.1.66.4",
  seriesUid,
  sopInstanceUid,
  sha256: "22",
});

/** A series with a result, its picture kept, and its SEG and SR in the archive unless told otherwise. */
export const finish = async (
  world: World,
  series: SeriesRef,
  { isStored = true, ...options }: ResultOptions & { isStored?: boolean } = {},
) => {
  const study = `results of ${series.seriesUid}`;
  const [seg, sr] = ["seg", "sr"].map((name) => ({
    ...firstOf(makeSlices({ study, series: name, modality: "SEG" }, ["1"])),
    studyUid: series.studyUid,
  }));
  assert.ok(seg && sr);
  const [inSeg, inSr] = [seg, sr].map((each) => withElement(each, "0020000D", "UI", [series.studyUid]));
  assert.ok(inSeg && inSr);
  if (isStored) assert.equal((await stow(world.archive, [inSeg.bytes, inSr.bytes])).status, 200);
  const running = await begin(world, series);
  world.pictures.keep(running.job.key, somePng());
  const result = resultOf({ seg: inSeg, sr: inSr, text: inSr, images: [inSeg, inSr], ...options });
  if (result.outcome === "segmented") await world.jobs.complete(running, result);
  else {
    const empty = { ...result, objects: [] };
    await world.jobs.skip(running, makeFailure("EMPTY_MASK", "The mask is empty."), empty);
  }
  return { job: running.job, seg: inSeg, sr: inSr };
};

const away = makeFailure("PACS_UNREACHABLE", "The archive does not answer.", {}, "It is tried again.");

/** A series with a computed result that these destinations have, and for which those are away; both in this order. */
export const compute = async (
  world: World,
  series: SeriesRef,
  { has, waitsFor }: { readonly has: readonly string[]; readonly waitsFor: readonly string[] },
) => {
  const [seg] = makeSlices({ study: "results", series: series.seriesUid, modality: "SEG" }, ["1"]);
  assert.ok(seg);
  const running = await begin(world, series);
  const result = resultOf({ seg });
  const deliveries = await world.jobs.startDeliveries(running, result, [...has, ...waitsFor]);
  for (const delivery of deliveries)
    await world.jobs.noteDelivery(
      running,
      has.includes(delivery.destination)
        ? { ...delivery, state: "delivered" }
        : { ...delivery, attempts: 1, failure: away, notBeforeMs: Date.now() + 600_000 },
      result,
    );
  await world.jobs.awaitDeliveries(running);
  return running.job;
};

/** Grey with a bright ring, of the size of a small montage. */
export const somePng = (width = 480, height = 320): Uint8Array => {
  const data = new Uint8Array(width * height);
  for (let index = 0; index < data.length; index++) {
    const [x, y] = [(index % width) - width / 2, Math.floor(index / width) - height / 2];
    data[index] = Math.abs(Math.hypot(x, y) - 60) < 2 ? 255 : 40 + (index % 7);
  }
  return encode({ width, height, data, channels: 1 });
};
