import assert from "node:assert/strict";
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openPromise } from "yauzl";
import { type Member, writeZip } from "../importer/torchZip.ts";
import { eventually } from "../support/eventually.ts";
import { startOrthanc } from "../support/orthanc.ts";
import { panseg, type RunningService, serve } from "../support/panseg.ts";
import { needsTool } from "../support/shared.ts";
import {
  countOf,
  demoWorld,
  download,
  endedSegmentations,
  lastChange,
  oneResult,
  phantomSeries,
  serviceSettings,
  startArchive,
  storedResults,
  uidOfKind,
  untilAllIsRead,
} from "./world.ts";

const skip = needsTool("Orthanc");

const inferences = ({ lines }: RunningService): number => lines.filter(({ step }) => step === "infer").length;

test("WEB-4: an archive that overwrites, and tells of everything anew, leads to no second result", {
  skip,
}, async (t) => {
  const { models, data } = await demoWorld(t);
  const orthanc = await startOrthanc(t, { stableAgeSeconds: 1, overwriteInstances: true });
  const service = await serve(serviceSettings(orthanc, models, data));
  t.after(() => service.kill());
  const files = phantomSeries();
  await orthanc.stow(files);
  await endedSegmentations(service.url, 1);
  const results = await storedResults(orthanc);
  assert.deepEqual(countOf(results), oneResult);
  const bytes = await Promise.all(results.map((result) => download(orthanc, result)));

  const before = await lastChange(orthanc);
  await orthanc.stow(files);
  await orthanc.stow(bytes);
  // Every overwritten series becomes stable once more.
  await eventually("the series are stable again", async () => {
    const { Changes } = (await orthanc.rest(`/changes?since=${before}&limit=1000`)) as {
      Changes: readonly { ChangeType: string }[];
    };
    return Changes.filter(({ ChangeType }) => ChangeType === "StableSeries").length >= 5 ? true : null;
  });
  const told = await lastChange(orthanc);
  await untilAllIsRead(orthanc, data);
  const [only, ...more] = await endedSegmentations(service.url, 1);
  assert.deepEqual([only?.state, more], ["done", []]);
  assert.equal(inferences(service), 1);
  assert.deepEqual(await storedResults(orthanc), results);
  assert.deepEqual(await Promise.all(results.map((result) => download(orthanc, result))), bytes);
  assert.equal(await lastChange(orthanc), told, "the service stored something again");
  assert.equal(await service.stop(), 0);
});

test("WEB-3: a series that the archive's death kept from becoming stable is segmented all the same, once", {
  skip,
}, async (t) => {
  const { models, data } = await demoWorld(t);
  const orthanc = await startOrthanc(t, { stableAgeSeconds: 3600 });
  await orthanc.stow(phantomSeries());
  await orthanc.kill();
  await orthanc.restart();
  const service = await serve(serviceSettings(orthanc, models, data));
  t.after(() => service.kill());
  const [only, ...more] = await endedSegmentations(service.url, 1);
  assert.deepEqual([only?.state, more], ["done", []]);
  assert.deepEqual(countOf(await storedResults(orthanc)), oneResult);
  assert.equal(inferences(service), 1);
  assert.equal(await service.stop(), 0);
});

/** The demo model with one weight changed by its last bit: other weights, the same organ. */
const otherWeights = async (folder: string): Promise<string> => {
  const copy = join(folder, "other-model");
  cpSync(fileURLToPath(new URL("../../models/phantom/ct", import.meta.url)), copy, { recursive: true });
  const names = readdirSync(copy, { recursive: true, encoding: "utf8" });
  const file = join(copy, String(names.find((name) => name.endsWith("model_best.model"))));
  const archive = await openPromise(file);
  const members: Member[] = [];
  for await (const entry of archive.eachEntry()) {
    const bytes = await buffer(await archive.openReadStreamPromise(entry));
    if (entry.fileName.endsWith("/data/4")) bytes[0] = (bytes[0] as number) ^ 1;
    members.push({ name: entry.fileName, bytes });
  }
  archive.close();
  writeZip(file, members);
  return copy;
};

test("a new model makes a new result by wish, whose report names the one that it replaces", {
  skip,
}, async (t) => {
  const { folder, models, data } = await demoWorld(t);
  const orthanc = await startArchive(t);
  const settings = serviceSettings(orthanc, models, data);
  let service = await serve(settings);
  t.after(() => service.kill());
  await orthanc.stow(phantomSeries());
  const [first] = await endedSegmentations(service.url, 1);
  assert.equal(await service.stop(), 0);

  const imported = await panseg(
    ["model", "import", await otherWeights(folder), "--modality", "CT", "--id", "phantom-ct-next"],
    settings,
  );
  assert.equal(imported.code, 0, imported.stderr);
  const next = { ...settings, PANSEG__MODELS__CT: "phantom-ct-next" };
  service = await serve(next);
  await service.waitForLine(({ message }) => message === "sweep.done");
  const rerun = await panseg(["jobs", "rerun"], next);
  assert.equal(rerun.code, 0, rerun.stderr);
  const [, second] = await endedSegmentations(service.url, 2);
  assert.equal(second?.state, "done");
  const [old, anew] = [first?.result, second.result];
  assert.equal(anew?.model.id, "phantom-ct-next");
  assert.notEqual(anew.model.weightsSha256, old?.model.weightsSha256);
  assert.deepEqual(anew.replaces, [uidOfKind(old, "sr")]);
  const uids = [old, anew].flatMap((result) => [uidOfKind(result, "seg"), uidOfKind(result, "sr")]);
  assert.equal(new Set(uids).size, 4);
  const report = await panseg(["report", String(first?.studyUid), "--format", "csv"], next);
  assert.ok(report.stdout.includes(String(uidOfKind(anew, "sr"))));
  assert.ok(!report.stdout.includes(`,${uidOfKind(old, "sr")},`));
  assert.equal(await service.stop(), 0);
});
