import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Phantom } from "../../src/demo/phantom/makePhantom.ts";
import { enhancedCt } from "../../src/demo/phantom/multiFrame/enhancedCt.ts";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { zyx } from "../../src/domain/axes.ts";
import type { ResultSummary } from "../../src/domain/result.ts";
import { convert } from "../dicom/pixels/support.ts";
import { openEncoder } from "../support/encodeFrame.ts";
import { panseg, serve } from "../support/panseg.ts";
import { phantomOf } from "../support/phantom.ts";
import { needsTool } from "../support/shared.ts";
import { demoWorld, endedSegmentations, serviceSettings, startArchive } from "./world.ts";

const small = { shape: zyx(36, 56, 56), spacingMm: zyx(5, 6, 6), vendor: "Siemens" } as const;
const phantom = phantomOf({ seed: 19, modelClass: "CT", ...small });

const bytesOf = (files: readonly { readonly bytes: Uint8Array }[]): readonly Uint8Array[] =>
  files.map(({ bytes }) => bytes);

/** The same voxels, classic in small JPEG 2000 files and as one multi-frame object in JPEG-LS. */
const compressedSeries = async (): Promise<Readonly<Record<string, readonly Uint8Array[]>>> => {
  const encodeFrame = await openEncoder("jpeg2000");
  const coding = { transferSyntaxUid: "1.2.840.10008.1.2.4.90", encodeFrame };
  return {
    classic: bytesOf(writeSeries(phantom, { series: "classic", coding })),
    multiFrame: bytesOf(enhancedCt(phantom, "multi-frame")).map((file) => convert(file, "dcmcjpls")),
  };
};

const segment = async (folder: string, name: string, files: readonly Uint8Array[], models: string) => {
  const input = join(folder, name);
  mkdirSync(input);
  for (const [n, bytes] of files.entries()) writeFileSync(join(input, `${n}.dcm`), bytes);
  const output = join(folder, `${name}-out`);
  const { code, stdout, stderr } = await panseg(["segment", "-i", input, "-o", output, "--json"], {
    PANSEG__MODELS__FOLDER: models,
  });
  assert.equal(code, 0, stderr);
  return { result: JSON.parse(stdout) as ResultSummary, mask: readFileSync(join(output, "mask.nii.gz")) };
};

test("V1: compressed series of 36 images, classic and multi-frame, give the mask of the plain ones, by segment and by the service", {
  skip: needsTool("Orthanc", "dcmcjpls"),
}, async (t) => {
  const { folder, models, data } = await demoWorld(t);
  const plain = await segment(folder, "plain", bytesOf(writeSeries(phantom)), models);
  assert.equal(plain.result.outcome, "segmented");
  const compressed = await compressedSeries();
  for (const [name, files] of Object.entries(compressed)) {
    const { mask } = await segment(folder, name, files, models);
    assert.ok(mask.equals(plain.mask), name);
  }

  const orthanc = await startArchive(t);
  for (const files of Object.values(compressed)) await orthanc.stow(files);
  const service = await serve(serviceSettings(orthanc, models, data));
  t.after(() => service.kill());
  const ended = await endedSegmentations(service.url, 2);
  for (const { state, failure, result } of ended) {
    assert.equal(state, "done", JSON.stringify(failure));
    assert.equal(result?.measures.volumeMl, plain.result.measures.volumeMl);
    assert.equal(result?.measures.voxels, plain.result.measures.voxels);
  }
});

/** A series whose pixels are the labels of a segmentation. */
const labelMap = (): Phantom => ({
  ...phantom,
  volume: {
    grid: phantom.volume.grid,
    voxels: phantom.volume.voxels.map((hu, n) => (hu < -500 ? 0 : phantom.label.voxels[n] === 1 ? 7 : 2)),
  },
});

test("V8: a label map in the archive that calls itself CT ends with its reason, and nothing is stored", {
  skip: needsTool("Orthanc"),
}, async (t) => {
  const { models, data } = await demoWorld(t);
  const orthanc = await startArchive(t);
  await orthanc.stow(bytesOf(writeSeries(labelMap(), { series: "labels" })));
  const service = await serve(serviceSettings(orthanc, models, data));
  t.after(() => service.kill());
  const [job] = await endedSegmentations(service.url, 1);
  assert.equal(job?.state, "skipped");
  assert.equal(job.failure?.code, "SEQUENCE_MISMATCH");
  assert.equal(job.failure.details["kinds"], 3);
  assert.equal(((await orthanc.rest("/series")) as readonly string[]).length, 1);
});
