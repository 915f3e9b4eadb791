import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Quality } from "../../src/domain/quality.ts";
import { openQualityFile } from "../../src/quality/qualityFile.ts";
import { type Served, startDemo, stow } from "../demo/archive/requests.ts";
import { temporaryFolder } from "../pacs/fakeArchive.ts";
import { uidOf } from "../pacs/objects.ts";
import { correctedArchive, correctionOf, type Made, ourSeg } from "../quality/correctedStudies.ts";
import { panseg, serve } from "../support/panseg.ts";

const settingsOf = ({ url, restUrl }: Served, dataFolder: string) => ({
  PANSEG__PACS__DICOMWEBURL: url,
  PANSEG__PACS__ORTHANCURL: restUrl,
  PANSEG__DATAFOLDER: dataFolder,
});

/** By how much people moved our masks: ten usual cases, then ten of a fall. */
const fallen = [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9];

const withCorrections = async (served: Served, moves: readonly number[]): Promise<void> => {
  for (const [index, moved] of moves.entries()) {
    const made: Made = { study: `study ${index}` };
    const contentDate = `202506${String(index + 1).padStart(2, "0")}`;
    const correction = correctionOf(made, { name: "by hand", moved, header: { ContentDate: contentDate } });
    assert.equal((await stow(served, [ourSeg(made).bytes, correction])).status, 200);
  }
};

test("people get a table by month and scanner, machines JSON, and the data folder what the page shows", async (t) => {
  const served = await startDemo(t);
  assert.equal((await stow(served, correctedArchive().files)).status, 200);
  const folder = join(temporaryFolder(t), "data");
  const run = (...args: readonly string[]) => panseg(["audit-quality", ...args], settingsOf(served, folder));

  const dry = await run("--no-save");
  // Of what may be corrections, one lies beside our voxels and one is damaged: a person must look.
  assert.equal(dry.code, 1, dry.stderr);
  assert.ok(!existsSync(folder));

  const { code, stdout, stderr } = await run();
  assert.equal(code, 1, stderr);
  assert.match(stdout, /^MONTH +SCANNER +MODALITY +CASES +DICE % +MEDIAN +HD95 MM +BIAS ML$/m);
  assert.match(stdout, /^ +2 +70\.0 ± 14\.1 +70\.0 +3\.0 ± 1\.4 +0\.0 ± 0\.0$/m);
  assert.match(stdout, /^2025-07 +Scanner Works Coil 7 +1 +60\.0 +60\.0 +4\.0 +0\.0$/m);
  assert.match(stderr, /2 corrected case\(s\) are too few to judge; 25 are needed/);
  assert.match(stderr, /1 not compared \[GRIDS_DIFFER\]/);
  assert.match(stderr, /Research use only/);
  assert.doesNotMatch(stdout + stderr, /Canary|patient of/);

  const json = JSON.parse((await run("--json", "--tolerance", "1")).stdout) as Quality;
  assert.match(json.notice, /Research use only/);
  assert.deepEqual(
    json.cases.map(({ agreement }) => [agreement.dice, agreement.toleranceMm]),
    [
      [0.8, 1],
      [0.6, 1],
    ],
  );
  assert.ok(!("known" in json));
  const path = join(folder, "quality.json");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(openQualityFile(path).read()?.cases.length, 2);
  const recent = JSON.parse((await run("--json", "--since", "2025-06-01", "--no-save")).stdout) as Quality;
  assert.deepEqual([recent.since, recent.studies.found, recent.cases.length], ["20250601", 1, 2]);
});

test("E7: --explain says of each segmentation of one study why it counts, to people and machines, and audits nothing", async (t) => {
  const served = await startDemo(t);
  const { ct, files } = correctedArchive();
  assert.equal((await stow(served, files)).status, 200);
  const folder = join(temporaryFolder(t), "data");
  const run = (...args: readonly string[]) => panseg(["audit-quality", ...args], settingsOf(served, folder));
  const { code, stdout, stderr } = await run("--explain", uidOf(ct.study));
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^COUNTS +FOUND BY +WHY +SEG +SERIES$/m);
  assert.match(stdout, /^yes +code +A correction of [\d.]+: Dice 80\.0 %\. +[\d.]+ +[\d.]+$/m);
  assert.match(stdout, /^no +\[SEGMENT_NOT_FOUND\] No segment of the object is known as the pancreas/m);
  assert.match(stdout, /^no +\[PIXEL_DATA_TRUNCATED\] /m);
  assert.ok(!existsSync(folder));
  const json = JSON.parse((await run("--explain", uidOf(ct.study), "--json")).stdout) as {
    segmentations: object[];
  };
  assert.equal(json.segmentations.length, 7);
  const nothing = await run("--explain", uidOf("nothing"));
  assert.equal(nothing.code, 3);
  assert.match(nothing.stderr, /holds no segmentation of this study/);
});

test("E6: what is left out is named, and more than a few are counted", async (t) => {
  const served = await startDemo(t);
  const made: Made = { study: "s" };
  const drafts = Array.from({ length: 12 }, (_, n) => correctionOf(made, { name: `draft ${n}`, moved: 5 }));
  const final = correctionOf(made, { name: "final", moved: 1, header: { ContentDate: "20250901" } });
  assert.equal((await stow(served, [ourSeg(made).bytes, ...drafts, final])).status, 200);
  const { code, stderr } = await panseg(
    ["audit-quality", "--no-save"],
    settingsOf(served, temporaryFolder(t)),
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /12 not compared \[OTHER_CORRECTION\]/);
  assert.equal([...stderr.matchAll(/^ +study [\d.]+ SEG [\d.]+$/gm)].length, 10);
  assert.match(stderr, /and 2 more \(--json names all\)/);
});

test("a fall of the agreement is told loudly, and ends with 1 where asked", async (t) => {
  const served = await startDemo(t);
  await withCorrections(served, fallen);
  const settings = settingsOf(served, join(temporaryFolder(t), "data"));
  const run = (baseline: string, ...args: readonly string[]) =>
    panseg(["audit-quality", "--baseline", baseline, ...args], settings);
  const told = await run("10");
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stderr, /DRIFT all scanners: The weighted mean Dice is \d+\.\d % \(usual: 85\.0 %\)/);
  assert.match(told.stderr, /DRIFT Scanner Works Ring 3: /);
  assert.equal((await run("10", "--fail-on-drift")).code, 1);
  assert.equal((await run("20", "--fail-on-drift")).code, 0, "too few to judge");
});

test("an archive without corrections is no failure; wrong words end with 2, an archive that is away with 4", async (t) => {
  const served = await startDemo(t);
  const settings = settingsOf(served, join(temporaryFolder(t), "data"));
  const empty = await panseg(["audit-quality"], settings);
  assert.equal(empty.code, 0, empty.stderr);
  assert.match(empty.stdout, /no corrected segmentation of ours was found/);
  for (const wrong of [
    ["--days", "0"],
    ["--since", "yesterday"],
    ["--days", "3", "--since", "2025-01-01"],
    ["--tolerance", "-1"],
  ]) {
    const { code, stderr } = await panseg(["audit-quality", ...wrong], settings);
    assert.equal(code, 2, `${wrong.join(" ")}: ${stderr}`);
  }
  const away = { ...settings, PANSEG__PACS__DICOMWEBURL: "http://127.0.0.1:9/dicom-web" };
  const { code, stderr } = await panseg(["audit-quality"], away);
  assert.equal(code, 4);
  assert.match(stderr, /PACS_UNREACHABLE/);
});

test("the service audits by the clock in a child, warns of a fall, and its page shows it", async (t) => {
  const served = await startDemo(t);
  await withCorrections(served, fallen);
  const folder = temporaryFolder(t);
  const service = await serve({
    ...settingsOf(served, join(folder, "data")),
    PANSEG__MODELS__FOLDER: join(folder, "models"),
    PANSEG__WATCH__ENABLED: "false",
    PANSEG__QUALITY__SCHEDULE: "*/2 * * * * *",
    PANSEG__QUALITY__BASELINECASES: "10",
  });
  t.after(() => service.kill());
  const audited = await service.waitForLine(({ message }) => message === "quality.audited");
  assert.deepEqual([audited["cases"], audited["alarms"]], [20, 2]);
  const warned = await service.waitForLine(({ message }) => message === "quality.drift");
  assert.equal(warned["level"], "warn");
  assert.match(String(warned["sentence"]), /It fell below its limit/);
  assert.match(await (await fetch(`${service.url}/quality`)).text(), /Quality has fallen/);
  assert.equal(await service.stop(), 0);
});

test("an audit that the archive refuses is one warning in the service's log", async (t) => {
  const folder = temporaryFolder(t);
  const service = await serve({
    ...settingsOf(
      { url: "http://127.0.0.1:9/dicom-web", restUrl: "http://127.0.0.1:9", headers: {} },
      join(folder, "data"),
    ),
    PANSEG__MODELS__FOLDER: join(folder, "models"),
    PANSEG__WATCH__ENABLED: "false",
    PANSEG__QUALITY__SCHEDULE: "*/2 * * * * *",
  });
  t.after(() => service.kill());
  const trouble = await service.waitForLine(({ message }) => message === "quality.trouble");
  assert.deepEqual([trouble["level"], trouble["code"]], ["warn", "PACS_UNREACHABLE"]);
  assert.equal(await service.stop(), 0);
});
