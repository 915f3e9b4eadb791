import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { voxelCount } from "../../src/domain/axes.ts";
import { type FailureCode, FailureError } from "../../src/domain/failure.ts";
import { importModel } from "../../src/importer/importModel.ts";
import { cudaFilesArePresent } from "../../src/inference/executionProvider.ts";
import { listModelIds, readModel } from "../../src/inference/modelFolder.ts";
import { makeModels } from "../../src/inference/models.ts";
import { openSegmenter } from "../../src/inference/onnxruntimeSegmenter.ts";
import type { Log } from "../../src/ports/world.ts";
import { checkpointInfo, planEntries, tinyNetwork, writeResultsFolder } from "../importer/syntheticModel.ts";

const root = mkdtempSync(join(tmpdir(), "panseg-models-"));
const folder = join(root, "models");
after(() => rmSync(root, { recursive: true }));

before(async () => {
  const source = join(root, "results");
  for (const [id, trainer] of [
    ["a-phantom", "nnTransUNetTrainerV2_noMirroring_PhantomDemo"],
    ["b-real", "nnTransUNetTrainerV2"],
  ] as const) {
    writeResultsFolder(join(source, id), { info: checkpointInfo(planEntries(), trainer) });
    await importModel({
      source: join(source, id),
      modelsFolder: folder,
      id,
      modelClass: "T1",
      softwareVersion: "test",
    });
  }
});

const keepLog = () => {
  const events: string[] = [];
  const keep = (event: string): void => void events.push(event);
  const log: Log = { info: keep, warn: keep, error: keep };
  return { events, log };
};

const cpu = { provider: "cpu", float16: false, threads: 1 } as const;
const none = { CT: null, T1: null, T2: null } as const;

const failsWith = (code: FailureCode) => (error: unknown) =>
  error instanceof FailureError && error.failure.code === code;

test("a class is served by a real model before a phantom's, by the one that is named, or by none", () => {
  const { log } = keepLog();
  assert.deepEqual(listModelIds(folder), ["a-phantom", "b-real"]);
  assert.equal(makeModels(folder, none, cpu, log).forClass("T1")?.id, "b-real");
  assert.equal(
    makeModels(folder, { ...none, T1: "a-phantom" }, cpu, log).forClass("T1")?.isPhantomModel,
    true,
  );
  assert.equal(makeModels(folder, none, cpu, log).forClass("CT"), null);
  assert.equal(makeModels(join(root, "absent"), none, cpu, log).forClass("T1"), null);
});

test("an opened model gives one finite probability for every voxel of a patch, and stays open for the next job", async () => {
  const models = makeModels(folder, none, cpu, keepLog().log);
  assert.equal(models.executionProvider(), null);
  const segmenter = await models.open("b-real");
  assert.equal(models.executionProvider(), "cpu");
  const voxels = voxelCount(tinyNetwork.patchSize);
  const probability = await segmenter.predict(Float32Array.from({ length: voxels }, (_, i) => Math.sin(i)));
  assert.equal(probability.length, voxels);
  assert.ok(probability.every((p) => p > 0 && p < 1));
  assert.equal(await models.open("b-real"), segmenter);
  assert.notEqual(await models.open("a-phantom"), segmenter);
  await models.close();
});

test("without CUDA's files auto runs on the CPU with one loud line, and cuda is refused", {
  skip: cudaFilesArePresent() && "CUDA files are installed",
}, async () => {
  const { events, log } = keepLog();
  const model = readModel(folder, "b-real");
  const segmenter = await openSegmenter(model, { ...cpu, provider: "auto" }, log);
  assert.equal(segmenter.executionProvider, "cpu");
  assert.deepEqual(events, ["RUNNING ON THE CPU"]);
  await segmenter.close();
  await assert.rejects(
    openSegmenter(model, { ...cpu, provider: "cuda" }, log),
    failsWith("PROVIDER_UNAVAILABLE"),
  );
});

test("weights, plan or manifest that were changed are refused before anything runs", async () => {
  for (const [name, change] of [
    ["model.onnx", (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)])],
    ["plan.json", (bytes: Buffer) => Buffer.from(bytes.toString().replace('"zscore"', '"none"'))],
    ["manifest.json", () => Buffer.from("{}")],
    ["manifest.json", () => Buffer.from("no json")],
  ] as const) {
    const path = join(folder, "b-real", name);
    const good = readFileSync(path);
    writeFileSync(path, change(good));
    await assert.rejects(
      async () => openSegmenter(readModel(folder, "b-real"), cpu, keepLog().log),
      failsWith("MODEL_CORRUPT"),
      name,
    );
    writeFileSync(path, good);
  }
});

test("what a killed import left behind is no model", () => {
  cpSync(join(folder, "b-real"), join(folder, "c.tmp-1234"), { recursive: true });
  assert.deepEqual(listModelIds(folder), ["a-phantom", "b-real"]);
});

test("S7: an id that leads elsewhere names no model", () => {
  assert.ok(existsSync(join(folder, "b-real", "manifest.json")));
  for (const id of ["../models/b-real", "b-real/", "", "."])
    assert.throws(() => readModel(folder, id), failsWith("MODEL_NOT_FOUND"), id);
});
