import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { software } from "../../src/compose.ts";
import { importDemoModels } from "../../src/demo/models.ts";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { zyx } from "../../src/domain/axes.ts";
import type { ResultSummary } from "../../src/domain/result.ts";
import { writeNifti } from "../../src/nifti/writeNifti.ts";
import { panseg } from "../support/panseg.ts";
import { needsShared, sharedFolder } from "../support/shared.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-mismatch-"));
after(() => rmSync(folder, { recursive: true }));
before(() => importDemoModels(join(folder, "models"), software.version));

const segment = (input: string, output: string, ...more: readonly string[]) =>
  panseg(["segment", "-i", input, "-o", join(folder, output), "--quiet", ...more], {
    PANSEG__MODELS__FOLDER: join(folder, "models"),
    PANSEG__OUTPUT__EMPTYREPORT: "true",
  });

const warningOf = (output: string): string => {
  const result = JSON.parse(readFileSync(join(folder, output, "result.json"), "utf8")) as ResultSummary;
  return result.warnings.find(({ code }) => code === "SEQUENCE_MISMATCH")?.sentence ?? "";
};

test("V8: a label map given as CT is refused by name before the network runs, and the result of whoever insists says so", {
  skip: needsShared("fixtures", "cases", "label-map-as-ct"),
}, async () => {
  const input = sharedFolder("fixtures", "cases", "label-map-as-ct", "labelmap.nii.gz");
  const ct = ["--modality", "CT", "--allow-phantom-model", "--no-mirror"];
  const refused = await segment(input, "labels", ...ct);
  assert.equal(refused.code, 3, refused.stderr);
  assert.match(refused.stderr, /42 different values, .* a label map, and no CT\. \[SEQUENCE_MISMATCH\]/);
  assert.match(refused.stderr, /--allow-mismatch/);
  assert.ok(!existsSync(join(folder, "labels", "mask.nii.gz")));

  const forced = await segment(input, "forced-labels", ...ct, "--allow-mismatch");
  assert.equal(forced.code, 0, forced.stderr);
  assert.match(forced.stderr, /a label map, and no CT\. It was segmented because a person asked for it\./);
  assert.match(warningOf("forced-labels"), /^42 different values/);
});

/** A CT phantom, in voxels so large that a network is done with it at once. */
const ct = () => makePhantom({ seed: 19, modelClass: "CT", shape: zyx(24, 48, 48), spacingMm: zyx(6, 7, 7) });

const niftiOf = (name: string, change: (hu: number, at: number) => number): string => {
  const { volume } = ct();
  const path = join(folder, `${name}.nii.gz`);
  writeFileSync(path, writeNifti({ ...volume, voxels: volume.voxels.map(change) }));
  return path;
};

test("V8: stored values of a CT, an inverted CT and noise are refused by name, whatever class they are called", async () => {
  const stored = niftiOf("stored", (hu) => hu + 1024);
  const inverted = niftiOf("inverted", (hu) => -hu);
  let state = 1;
  const noise = join(folder, "noise.nii.gz");
  const { grid } = ct().volume;
  const voxels = Float32Array.from({ length: 24 * 72 * 72 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round((1200 * state) / 2 ** 32) - 600;
  });
  writeFileSync(noise, writeNifti({ grid: { ...grid, shape: zyx(24, 72, 72) }, voxels }));
  const cases = [
    [stored, "T1", /a CT without its Hounsfield units, and no T1\. \[SEQUENCE_MISMATCH\]/],
    [inverted, "CT", /these are no Hounsfield units of a CT\. \[SEQUENCE_MISMATCH\]/],
    [noise, "CT", /noise without an image in it, and no CT\. \[SEQUENCE_MISMATCH\]/],
  ] as const;
  for (const [n, [input, modality, said]] of cases.entries()) {
    const refused = await segment(
      input,
      `refused-${n}`,
      "--modality",
      modality,
      "--allow-phantom-model",
      "--no-mirror",
    );
    assert.equal(refused.code, 3, refused.stderr);
    assert.match(refused.stderr, said);
  }
  const t1 = ["--modality", "T1", "--allow-phantom-model", "--no-mirror", "--allow-mismatch"];
  const forced = await segment(stored, "forced-stored", ...t1);
  assert.equal(forced.code, 0, forced.stderr);
  assert.match(warningOf("forced-stored"), /no T1\. It was segmented because a person asked for it\.$/);
});

test("V8: a CT series that lost its rescale and is called T1 is refused by name", async () => {
  const input = join(folder, "stored-ct");
  mkdirSync(input);
  const phantom = ct();
  const voxels = phantom.volume.voxels.map((hu) => hu + 1024);
  const raw = { ...phantom, volume: { ...phantom.volume, voxels } };
  const encoding = { ...phantom.encoding, intercept: 0, slopes: phantom.encoding.slopes.map(() => 1) };
  for (const { name, bytes } of writeSeries({ ...raw, encoding }, { change: () => asMr }))
    writeFileSync(join(input, name), bytes);
  const refused = await segment(input, "stored-as-t1", "--modality", "T1", "--no-mirror");
  assert.equal(refused.code, 3, refused.stderr);
  assert.match(refused.stderr, /a CT without its Hounsfield units, and no T1\. \[SEQUENCE_MISMATCH\]/);
});

/** A CT under the header of an MR series, as a wrong anonymiser writes it. */
const asMr = {
  Modality: "MR",
  SOPClassUID: "1.2.840.10008.5.1.4.1.1.4",
  RescaleType: "US",
  ImageType: ["ORIGINAL", "PRIMARY", "M"],
};

test("V8: a CT series that is called T1 is refused by name, and the report of whoever insists says so", async () => {
  const input = join(folder, "ct");
  mkdirSync(input);
  const phantom = ct();
  for (const { name, bytes } of writeSeries(phantom, { change: () => asMr }))
    writeFileSync(join(input, name), bytes);
  const t1 = ["--modality", "T1", "--no-mirror"];
  const refused = await segment(input, "ct-as-t1", ...t1);
  assert.equal(refused.code, 3, refused.stderr);
  assert.match(refused.stderr, /% soft tissue in Hounsfield units: a CT, and no T1\. \[SEQUENCE_MISMATCH\]/);

  const forced = await segment(input, "forced-ct", ...t1, "--allow-mismatch");
  assert.equal(forced.code, 0, forced.stderr);
  assert.match(warningOf("forced-ct"), /a CT, and no T1\. It was segmented because a person asked for it\.$/);
  assert.ok(readFileSync(join(folder, "forced-ct", "sr.dcm")).includes("a CT, and no T1."));
});
