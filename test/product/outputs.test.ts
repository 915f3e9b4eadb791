import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startArchive as startSecondArchive } from "../../src/demo/archive/startArchive.ts";
import { eventually } from "../support/eventually.ts";
import { panseg, serve } from "../support/panseg.ts";
import { startProxy } from "../support/proxy.ts";
import { needsShared, needsTool } from "../support/shared.ts";
import {
  complaintsOf,
  countOf,
  demoModels,
  download,
  endedSegmentations,
  importCtModel,
  type JobView,
  oneResult,
  phantomSeries,
  serviceSettings,
  startArchive,
  storedResults,
  temporaryFolder,
} from "./world.ts";

const textReportClass = "1.2.840.10008.5.1.4.1.1.88.22";

/** STOW-RS's words for a class that is not taken (PS3.18 table I.2-2). */
const refusal = (body: Buffer) => {
  const uid = /2\.25\.\d+/.exec(body.subarray(body.indexOf(textReportClass)).toString("latin1"))?.[0];
  const failed = {
    "00081150": { vr: "UI", Value: [textReportClass] },
    "00081155": { vr: "UI", Value: [uid] },
    "00081197": { vr: "US", Value: [0x0122] },
  };
  return {
    status: 409,
    headers: { "content-type": "application/dicom+json" },
    body: Buffer.from(JSON.stringify({ "00081198": { vr: "SQ", Value: [failed] } })),
  };
};

test("every destination gets what it wants, valid, and once; a class that one refuses twice is told of once", {
  skip: needsTool("Orthanc", "dciodvfy"),
}, async (t) => {
  const folder = temporaryFolder(t);
  const models = await demoModels(folder);
  const orthanc = await startArchive(t);
  const second = await startSecondArchive({ folder: join(folder, "second"), stableMs: 1000 });
  t.after(second.stop);
  let refused = 0;
  const proxy = await startProxy(second.restUrl, {
    before: async (method, _path, body) => {
      if (method !== "POST" || !body.includes(textReportClass)) return true;
      refused++;
      return refusal(body);
    },
  });
  t.after(proxy.stop);
  const data = join(folder, "data");
  mkdirSync(data);
  const config = join(folder, "config.yaml");
  const destination = {
    name: "reading-room",
    dicomwebUrl: `${proxy.url}/dicom-web`,
    seg: false,
    sr: false,
  };
  writeFileSync(config, JSON.stringify({ destinations: [destination] }));
  const settings = { ...serviceSettings(orthanc, models, data), PANSEG_CONFIG: config };
  let service = await serve(settings);
  t.after(() => service.kill());

  await orthanc.stow(phantomSeries(19, "CT"));
  await endedSegmentations(service.url, 1);
  await orthanc.stow(phantomSeries(3, "T1"));
  const jobs = await endedSegmentations(service.url, 2);
  for (const { state, result } of jobs) {
    assert.equal(state, "done");
    assert.deepEqual(
      result?.warnings.filter(({ code }) => code === "OUTPUT_REFUSED").map(({ details }) => details),
      [
        {
          destination: "reading-room",
          sopClassUid: textReportClass,
          status: 409,
          failureReason: 0x0122,
        },
      ],
    );
  }
  // Once is no refusal; the second series then does without.
  assert.equal(refused, 2);
  const told = service.lines.filter(({ message }) => message === "destination refuses a class of objects");
  assert.equal(told.length, 1);

  const stored = await storedResults(orthanc);
  const twice = Object.fromEntries(Object.entries(oneResult).map(([kind, count]) => [kind, 2 * count]));
  assert.deepEqual(countOf(stored), twice);
  for (const [n, instance] of stored.entries()) {
    const file = join(folder, `${n}.dcm`);
    writeFileSync(file, await download(orthanc, instance));
    assert.deepEqual(complaintsOf(file), [], instance.kind);
  }
  const elsewhere = await (await fetch(`${second.url}/instances`)).json();
  const modalities = (elsewhere as { "00080060": { Value: [string] } }[]).map(
    (instance) => instance["00080060"].Value[0],
  );
  assert.deepEqual(modalities, Array<string>(14).fill("OT"));

  assert.equal(await service.stop(), 0);
  service = await serve(settings);
  await service.waitForLine(({ message }) => message === "sweep.done");
  assert.deepEqual(countOf(await storedResults(orthanc)), twice);
  assert.equal(await service.stop(), 0);
});

test("a site that wants the segmentation alone gets that alone, whatever its descriptions are matched on", {
  skip: needsTool("Orthanc"),
}, async (t) => {
  const folder = temporaryFolder(t);
  const models = await demoModels(folder);
  const orthanc = await startArchive(t);
  const data = join(folder, "data");
  mkdirSync(data);
  const service = await serve({
    ...serviceSettings(orthanc, models, data),
    PANSEG__OUTPUT__SR: "false",
    PANSEG__OUTPUT__TEXTREPORT: "false",
    PANSEG__OUTPUT__KEYIMAGES: "false",
    PANSEG__OUTPUT__VOLUMEINDESCRIPTION: "false",
    PANSEG__OUTPUT__SEGMENTATIONTYPE: "FRACTIONAL",
  });
  t.after(() => service.kill());
  await orthanc.stow(phantomSeries(19, "CT"));
  const [job] = await endedSegmentations(service.url, 1);
  assert.equal(job?.state, "done");
  const [seg, ...others] = await storedResults(orthanc);
  assert.ok(seg?.kind === "SEG" && others.length === 0);
  const tags = (await orthanc.rest(`/instances/${seg.id}/simplified-tags`)) as Record<string, string>;
  assert.equal(tags["SeriesDescription"], "AI Pancreas segmentation PHANTOM DEMO MODEL (research)");
  assert.equal(tags["SegmentationType"], "FRACTIONAL");
  assert.equal(await service.stop(), 0);
  assert.equal((await panseg(["jobs", "list"], { PANSEG__DATAFOLDER: data })).code, 0);
});

test("SR-12: where no pancreas is found nothing is stored, or reports that say so where a site wants them", {
  skip: needsShared("vectors", "ct") || needsTool("Orthanc", "dciodvfy"),
}, async (t) => {
  const folder = temporaryFolder(t);
  // The demo models find something wherever they look; this one finds nothing below the kidneys.
  const models = await importCtModel(folder);
  const orthanc = await startArchive(t);
  const below = phantomSeries(19, "CT").slice(0, 6);
  for (const [n, emptyReport] of [false, true].entries()) {
    const data = join(folder, `data-${n}`);
    mkdirSync(data);
    const service = await serve({
      ...serviceSettings(orthanc, models, data),
      PANSEG__INFERENCE__MIRROR: "false",
      PANSEG__OUTPUT__EMPTYREPORT: String(emptyReport),
    });
    t.after(() => service.kill());
    if (n === 0) await orthanc.stow(below);
    const [job] = await endedSegmentations(service.url, 1);
    assert.deepEqual([job?.state, job?.failure?.code], ["skipped", "EMPTY_MASK"]);
    assert.equal(job?.result?.outcome, "no-pancreas-found");
    const stored = await storedResults(orthanc);
    assert.deepEqual(countOf(stored), emptyReport ? { SR: 1, text: 1 } : {});
    for (const instance of stored) {
      const file = join(folder, `${instance.kind}.dcm`);
      const bytes = await download(orthanc, instance);
      writeFileSync(file, bytes);
      assert.deepEqual(complaintsOf(file), []);
      assert.ok(Buffer.from(bytes).includes("found no pancreas on this series"));
    }
    assert.equal(await service.stop(), 0);
  }
});

test("WEB-13: a site that names the senders whose series it wants is not served others", {
  skip: needsTool("Orthanc"),
}, async (t) => {
  const folder = temporaryFolder(t);
  const models = await demoModels(folder);
  const orthanc = await startArchive(t);
  await orthanc.stow(phantomSeries(19, "CT"));
  for (const [n, senders] of [["SCANNER_7"], ["SCANNER_7", ""]].entries()) {
    const data = join(folder, `data-${n}`);
    mkdirSync(data);
    const config = join(folder, `config-${n}.yaml`);
    writeFileSync(config, JSON.stringify({ series: { allowedRemoteAets: senders } }));
    const service = await serve({ ...serviceSettings(orthanc, models, data), PANSEG_CONFIG: config });
    t.after(() => service.kill());
    const job = await eventually("the examination ended", async () => {
      const { jobs } = (await (await fetch(`${service.url}/api/jobs`)).json()) as {
        jobs: readonly JobView[];
      };
      return (
        jobs.find(({ kind, state }) => kind === "examine" && (state === "done" || state === "skipped")) ??
        null
      );
    });
    assert.equal(job.failure?.code ?? job.state, n === 0 ? "SITE_RULE" : "done");
    await service.kill();
  }
});
