import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { readReport } from "../../src/dicom/report/readReport.ts";
import type { Dataset } from "../../src/dicom/write/dataset.ts";
import type { ArchivedReport } from "../../src/domain/report.ts";
import { panseg, serve } from "../support/panseg.ts";
import { phantomOf } from "../support/phantom.ts";
import { needsTool } from "../support/shared.ts";
import {
  complaintsOf,
  countOf,
  demoWorld,
  download,
  endedSegmentations,
  oneResult,
  serviceSettings,
  startArchive,
  storedResults,
  uidOfKind,
} from "./world.ts";

const patient: Dataset = { PatientName: "PHANTOM^ONE", PatientID: "PHANTOM-ONE" };

/** One patient's study on a day, as files. */
const study = (seed: number, modelClass: "CT" | "T1", date: string): readonly Uint8Array[] =>
  writeSeries(phantomOf({ seed, modelClass }), { change: () => ({ ...patient, StudyDate: date }) }).map(
    ({ bytes }) => bytes,
  );

const times = (n: number): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(oneResult).map(([kind, count]) => [kind, n * count]));

test("a late slice makes a new result that replaces the old one; the next study is compared with it; a person withdraws it", {
  skip: needsTool("Orthanc", "dciodvfy"),
}, async (t) => {
  const { folder, models, data } = await demoWorld(t);
  const orthanc = await startArchive(t);
  const settings = serviceSettings(orthanc, models, data);
  let service = await serve(settings);
  t.after(() => service.kill());
  const reportsOf = async (studyUid: string): Promise<readonly ArchivedReport[]> => {
    const { code, stdout, stderr } = await panseg(
      ["report", studyUid, "--format", "json", "--all"],
      settings,
    );
    assert.equal(code, 0, stderr);
    return (JSON.parse(stdout) as { reports: readonly ArchivedReport[] }).reports;
  };

  const files = study(19, "CT", "20240102");
  await orthanc.stow(files.slice(0, -1));
  const [first] = await endedSegmentations(service.url, 1);
  assert.equal(first?.state, "done");
  assert.equal(first.result?.trend, null);

  await orthanc.stow(files.slice(-1));
  const [, second] = await endedSegmentations(service.url, 2);
  assert.equal(second?.state, "done");
  assert.equal(second.result?.series?.instances, files.length);
  const oldReport = uidOfKind(first.result, "sr");
  assert.deepEqual(second.result?.replaces, [oldReport]);
  const marks = (await reportsOf(first.studyUid)).map(({ sopInstanceUid, supersededBy, predecessors }) => ({
    sopInstanceUid,
    supersededBy,
    predecessors,
  }));
  const newReport = uidOfKind(second.result, "sr");
  assert.deepEqual(marks, [
    { sopInstanceUid: oldReport, supersededBy: newReport, predecessors: [] },
    { sopInstanceUid: newReport, supersededBy: null, predecessors: [oldReport] },
  ]);

  await orthanc.stow(study(20, "CT", "20250102"));
  await orthanc.stow(study(3, "T1", "20250103"));
  const later = (await endedSegmentations(service.url, 4)).slice(2);
  const ct = later.find(({ result }) => result?.model.modelClass === "CT")?.result;
  const mr = later.find(({ result }) => result?.model.modelClass === "T1")?.result;
  assert.ok(ct?.trend && mr);
  assert.equal(mr.trend, null, "CT and MR are never mixed");
  assert.deepEqual(
    ct.trend.priors.map(({ sopInstanceUid }) => sopInstanceUid),
    [newReport],
  );
  const priorMl = Number(second.result?.measures.volumeMl);
  assert.ok(Math.abs(ct.trend.changeMl - (ct.measures.volumeMl - priorMl)) < 0.001);
  assert.ok(Math.abs((ct.trend.percentPerYear ?? 0) - (ct.trend.changePercent * 365.25) / 366) < 1e-9);
  assert.ok(ct.trend.errorMl > 0);

  const stored = await storedResults(orthanc);
  assert.deepEqual(countOf(stored), times(4));
  for (const [n, instance] of stored.entries()) {
    const bytes = await download(orthanc, instance);
    const file = join(folder, `${n}.dcm`);
    writeFileSync(file, bytes);
    assert.deepEqual(complaintsOf(file), [], instance.kind);
    if (instance.kind !== "SR") continue;
    const report = readReport(bytes);
    const isCompared: boolean = report?.sopInstanceUid === uidOfKind(ct, "sr");
    assert.equal(/^Since 2024-01-02 \(CT, /.test(report?.comment ?? ""), isCompared);
  }

  const dry = await panseg(["retract", String(second.id), "--dry-run", "--json"], settings);
  assert.deepEqual([dry.code, (JSON.parse(dry.stdout) as { told: unknown }).told], [0, []]);
  const withdrawn = await panseg(["retract", String(second.id), "--json"], settings);
  assert.equal(withdrawn.code, 0, withdrawn.stderr);
  assert.deepEqual((JSON.parse(withdrawn.stdout) as { told: unknown }).told, ["archive"]);
  const note = (await storedResults(orthanc)).find(({ kind }) => kind === "note");
  assert.ok(note !== undefined);
  writeFileSync(join(folder, "note.dcm"), await download(orthanc, note));
  assert.deepEqual(complaintsOf(join(folder, "note.dcm")), []);
  const taken = (await reportsOf(first.studyUid)).find(({ sopInstanceUid }) => sopInstanceUid === newReport);
  assert.equal(taken?.rejected?.value, "113001");
  // What replaced it was withdrawn, so the older report would stand again; none may be read out for the other.
  const current = await panseg(["report", first.studyUid, "--format", "csv"], settings);
  assert.ok(!current.stdout.includes(String(newReport)));

  assert.equal(await service.stop(), 0);
  service = await serve(settings);
  await service.waitForLine(({ message }) => message === "sweep.done");
  const rerun = await panseg(["jobs", "rerun"], settings);
  assert.equal(rerun.code, 0, rerun.stderr);
  assert.match(rerun.stdout, /^3 of \d+ series/);
  const after = await endedSegmentations(service.url, 4);
  assert.deepEqual(
    after.map(({ state, failure }) => failure?.code ?? state),
    ["done", "RETRACTED", "done", "done"],
  );
  assert.deepEqual(countOf(await storedResults(orthanc)), { ...times(4), note: 1 });
  assert.equal(await service.stop(), 0);
});
