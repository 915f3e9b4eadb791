import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { ModelClass } from "../../src/domain/plan.ts";
import { importModel } from "../../src/importer/importModel.ts";
import { identify, readModel, verifyModel } from "../../src/inference/modelFolder.ts";
import { needsShared, sharedFolder } from "../support/shared.ts";
import { largestDifference, readNpy, runOnnx } from "./onnx.ts";

const root = mkdtempSync(join(tmpdir(), "panseg-identity-"));
after(() => rmSync(root, { recursive: true }));

/** As release 0.1 imported the demo models: the key of every result made with them holds these. */
const before: readonly (readonly [ModelClass, weightsSha256: string, planSha256: string])[] = [
  [
    "CT",
    "6f16037ac623646ff97f6efbe1858cf91c2feae65413c1ef3169d82fe063ab8a",
    "b28c8c5a926620b00c2b6eac34cff660cf17709be79c5a5b08e72470adf895a2",
  ],
  [
    "T1",
    "cd9f97ec33a8a63c1e94c1ef4bee81f43e0121af8295686737c123f708183ee4",
    "e72f2cf8ccacb45086b3be114d22e415298cbaad9de8130c31991f0f612c482f",
  ],
  [
    "T2",
    "98b3123a4e9e4a21276d226a0db6497c57fcb2f1660d6ea09ce8b38fa4d1d4bc",
    "341a5a2eefd0282a6628d85210d2248f61fbafff890ea43466088d1cd105c7f5",
  ],
];

for (const [modelClass, weightsSha256, planSha256] of before) {
  test(`the ${modelClass} demo model, of which the best checkpoint alone is published, keeps its identity`, async () => {
    const source = fileURLToPath(
      new URL(`../../models/phantom/${modelClass.toLowerCase()}`, import.meta.url),
    );
    const { id, taken } = await importModel({ source, modelsFolder: root, modelClass, softwareVersion: "1" });
    assert.equal(id, `phantom-${modelClass.toLowerCase()}`);
    assert.equal(taken.checkpoint, "fold_0/model_best.model");
    const model = identify(readModel(root, id), "model.onnx");
    assert.deepEqual(
      { weightsSha256: model.weightsSha256, planSha256: model.planSha256 },
      { weightsSha256, planSha256 },
    );
  });
}

test("a manifest of release 0.1, which does not say what was taken, is read on", async () => {
  const path = join(root, "phantom-ct", "manifest.json");
  const { taken, ...old } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  assert.notEqual(taken, undefined);
  writeFileSync(path, JSON.stringify({ ...old, fold: 0 }));
  const model = readModel(root, "phantom-ct");
  await verifyModel(model);
  assert.equal(model.manifest.taken, undefined);
});

test("I1: of the authors' folder with both checkpoints the final one answers as their code does by default", {
  skip: needsShared("vectors", "v1_folds", "patch_logits_fold_0.npy"),
}, async (t) => {
  const source = sharedFolder("vectors", "v1_folds", "model");
  const request = { source, modelsFolder: root, modelClass: "T1", softwareVersion: "1" } as const;
  const patchSize = [8, 48, 64] as const;
  const [, height, width] = [27, 59, 89] as const;
  const whole = readNpy(sharedFolder("vectors", "v1_folds", "preprocessed.npy"));
  const patch = new Float32Array(8 * 48 * 64);
  for (let z = 0; z < 8; z++)
    for (let y = 0; y < 48; y++) {
      const row = (z * height + y) * width;
      patch.set(whole.subarray(row, row + 64), (z * 48 + y) * 64);
    }
  const logits = readNpy(sharedFolder("vectors", "v1_folds", "patch_logits_fold_0.npy"));
  const voxels = logits.length / 2;
  const expected = Float32Array.from(
    { length: voxels },
    (_, i) => 1 / (1 + Math.exp((logits[i] as number) - (logits[voxels + i] as number))),
  );
  const differenceOf = async (id: string): Promise<number> => {
    const { values } = await runOnnx(join(root, id, "model.onnx"), patch, patchSize, "probability");
    return largestDifference(values, expected);
  };
  const usual = await importModel({ ...request, id: "usual" });
  assert.equal(usual.taken.checkpoint, "fold_0/model_final_checkpoint.model");
  assert.deepEqual(usual.taken.otherCheckpoints, ["model_best.model"]);
  assert.deepEqual(usual.taken.otherFolds, [1, 2]);
  await importModel({ ...request, id: "best", checkpointName: "best" });
  const [final, best] = [await differenceOf("usual"), await differenceOf("best")];
  t.diagnostic(`max |Δ probability|: final ${final.toExponential(2)}, best ${best.toExponential(2)}`);
  assert.ok(final < 1e-3, `${final}`);
  assert.ok(best > 1e-2, `${best}: the two checkpoints cannot be told apart by this patch`);
});
