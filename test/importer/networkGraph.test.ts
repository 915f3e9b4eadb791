import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { zyx } from "../../src/domain/axes.ts";
import type { ModelClass } from "../../src/domain/plan.ts";
import { locateModel } from "../../src/importer/nnunetV1/locate.ts";
import { fetchFile, readPlanOf } from "../../src/importer/nnunetV1/readSources.ts";
import { toHalfPrecision } from "../../src/importer/onnx/halfPrecision.ts";
import { writeOnnx } from "../../src/importer/onnx/writeOnnx.ts";
import { networkGraph } from "../../src/importer/pansegnet/networkGraph.ts";
import { type NetworkShape, networkShape } from "../../src/importer/pansegnet/networkShape.ts";
import { openSource } from "../../src/importer/source/sourceTree.ts";
import { openCheckpoint } from "../../src/importer/torch/checkpoint.ts";
import { needsShared, sharedFolder } from "../support/shared.ts";
import { largestDifference, readNpy, runOnnx } from "./onnx.ts";
import { checkpointMembers, tinyNetwork } from "./syntheticModel.ts";
import { writeZip } from "./torchZip.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-network-"));
after(() => rmSync(folder, { recursive: true }));

/** Foreground probability from both classes' logits, class 1 of the softmax. */
const softmaxForeground = (logits: Float32Array): Float32Array => {
  const voxels = logits.length / 2;
  return Float32Array.from(
    { length: voxels },
    (_, i) => 1 / (1 + Math.exp((logits[i] as number) - (logits[voxels + i] as number))),
  );
};

const references: readonly (readonly [string, ModelClass])[] = [
  ["ct", "CT"],
  ["t1", "T1"],
];

const writeReference = async (name: string, modelClass: ModelClass) => {
  const source = sharedFolder("vectors", name, "model");
  const tree = await openSource(source, () => folder);
  const sources = locateModel(tree, { source, modelClass });
  const training = { orientation: "LPS", mirrored: true } as const;
  const { network } = await readPlanOf(tree, sources, null, modelClass, training);
  const checkpoint = await openCheckpoint(await fetchFile(tree, sources.checkpoint));
  const shape = networkShape(network, (key) => checkpoint.tensors.get(key)?.shape ?? null);
  const path = (kind: string): string => join(folder, `${name}-${kind}.onnx`);
  await writeOnnx(path("logits"), networkGraph(shape, checkpoint.read, "logits"));
  await writeOnnx(path("probability"), networkGraph(shape, checkpoint.read));
  await writeOnnx(path("half"), toHalfPrecision(networkGraph(shape, checkpoint.read)));
  await checkpoint.close();
  return { shape, path };
};

for (const [name, modelClass] of references) {
  test(`the ${name} network's logits are those of the authors' code within 1e-3, and its probability is their softmax`, {
    skip: needsShared("vectors", name, "patch_logits.npy"),
  }, async (t) => {
    const { shape, path } = await writeReference(name, modelClass);
    const patch = readNpy(sharedFolder("vectors", name, "patch_input.npy"));
    const expected = readNpy(sharedFolder("vectors", name, "patch_logits.npy"));

    const logits = await runOnnx(path("logits"), patch, shape.patchSize, "logits");
    assert.deepEqual(logits.shape, [1, 2, ...shape.patchSize]);
    const logitDifference = largestDifference(logits.values, expected);
    t.diagnostic(`${name}: max |Δ logit| ${logitDifference.toExponential(2)}`);
    assert.ok(logitDifference <= 1e-3);

    const probability = await runOnnx(path("probability"), patch, shape.patchSize, "probability");
    assert.deepEqual(probability.shape, [1, 1, ...shape.patchSize]);
    const probabilityDifference = largestDifference(probability.values, softmaxForeground(logits.values));
    t.diagnostic(`${name}: max |sigmoid − softmax| ${probabilityDifference.toExponential(2)}`);
    assert.ok(probabilityDifference <= 1e-5);

    const half = await runOnnx(path("half"), patch, shape.patchSize, "probability");
    const halfDifference = largestDifference(half.values, probability.values);
    t.diagnostic(`${name}: max |Δ probability| of float16 ${halfDifference.toExponential(2)}`);
    assert.ok(halfDifference <= 5e-3);
    assert.ok(halfDifference > 0, "the float16 file does not differ at all");
  });
}

const otherShapes: readonly (readonly [string, NetworkShape])[] = [
  ["a transformer of 2 layers and width 16", tinyNetwork],
  ["three convolutions per stage", { ...tinyNetwork, convsPerStage: 3 }],
  ["one convolution per stage", { ...tinyNetwork, convsPerStage: 1 }],
  [
    "unequal feed-forward and one layer",
    { ...tinyNetwork, transformer: { ...tinyNetwork.transformer, layers: 1, feedForward: 5 } },
  ],
  [
    "a single pool and channels capped at 320",
    {
      ...tinyNetwork,
      pools: [zyx(1, 2, 2)],
      kernels: [zyx(1, 3, 3), zyx(3, 3, 3)],
      baseFeatures: 200,
      features: [200, 320],
      bottleneckGrid: zyx(4, 4, 4),
      transformer: { ...tinyNetwork.transformer, tokens: 64 },
    },
  ],
];

for (const [name, expected] of otherShapes) {
  test(`a network with ${name} is inferred from its weights and runs in both precisions`, async () => {
    const path = join(folder, "other.model");
    writeZip(path, checkpointMembers({ network: expected }));
    const checkpoint = await openCheckpoint(path);
    const shape = networkShape(expected, (key) => checkpoint.tensors.get(key)?.shape ?? null);
    assert.deepEqual({ ...shape }, { ...expected });
    const graph = networkGraph(shape, checkpoint.read);
    const patch = Float32Array.from({ length: 4 * 8 * 8 }, (_, i) => Math.sin(i * i));
    const results: Float32Array[] = [];
    for (const variant of [graph, toHalfPrecision(graph)]) {
      const target = join(folder, `other-${results.length}.onnx`);
      rmSync(target, { force: true });
      await writeOnnx(target, variant);
      results.push((await runOnnx(target, patch, shape.patchSize, "probability")).values);
    }
    await checkpoint.close();
    const [plain, half] = results as [Float32Array, Float32Array];
    assert.ok(plain.every((p) => p > 0 && p < 1));
    assert.ok(new Set(plain).size > 100, "the output does not depend on the input");
    assert.ok(largestDifference(plain, half) < 5e-3);
  });
}

test("the written file is exactly as long as announced, and its digest is the file's", async () => {
  const path = join(folder, "digest.model");
  writeZip(path, checkpointMembers());
  const checkpoint = await openCheckpoint(path);
  const target = join(folder, "digest.onnx");
  const shares: number[] = [];
  const written = await writeOnnx(target, networkGraph(tinyNetwork, checkpoint.read), (share) =>
    shares.push(share),
  );
  await checkpoint.close();
  const { createHash } = await import("node:crypto");
  const bytes = readFileSync(target);
  assert.equal(bytes.length, written.bytes);
  assert.equal(createHash("sha256").update(bytes).digest("hex"), written.sha256);
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
  );
  assert.equal(shares.at(-1), 1);
});
