import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Mask } from "../../src/domain/grid.ts";
import type { ModelClass } from "../../src/domain/plan.ts";
import { importModel } from "../../src/importer/importModel.ts";
import { readModel } from "../../src/inference/modelFolder.ts";
import { openSegmenter } from "../../src/inference/segmenter.ts";
import { makeLog } from "../../src/log.ts";
import { readNifti } from "../../src/nifti/readNifti.ts";
import { preprocess } from "../../src/nnunet/preprocess.ts";
import { restoreMask } from "../../src/nnunet/restoreMask.ts";
import { slidingWindow } from "../../src/nnunet/slidingWindow.ts";
import type { Segmenter } from "../../src/ports.ts";
import { readNpy } from "../support/npy.ts";
import { needsShared, sharedFolder } from "../support/shared.ts";

/** From the stored array to the mask with the authors' weights, against the outputs of the authors' code. */
const cases = [
  { name: "ct", model: "ct", modelClass: "CT" },
  { name: "ct_same_grid", model: "ct", modelClass: "CT" },
  { name: "t1", model: "t1", modelClass: "T1" },
] as const satisfies readonly { name: string; model: string; modelClass: ModelClass }[];

const modelsFolder = mkdtempSync(join(tmpdir(), "panseg-parity-"));
after(() => rmSync(modelsFolder, { recursive: true }));

for (const { name, model, modelClass } of cases) {
  const vector = (file: string): string => sharedFolder("vectors", name, file);

  describe(`parity with the original on ${name}`, { skip: needsShared("vectors", name) }, () => {
    let segmenter: Segmenter;
    before(async () => {
      const id = `${name}-model`;
      await importModel({
        source: sharedFolder("vectors", model, "model"),
        modelsFolder,
        id,
        modelClass,
        orientation: "stored",
        softwareVersion: "test",
      });
      const options = { provider: "cpu", float16: false, threads: availableParallelism() } as const;
      segmenter = await openSegmenter(readModel(modelsFolder, id), options, makeLog("silent"));
    });
    after(() => segmenter.close());

    for (const mirror of [false, true]) {
      const suffix = mirror ? "" : "_no_mirror";
      test(`probabilities and mask ${mirror ? "with the mean of 8 mirrors" : "without mirrors"}`, async (t) => {
        const volume = readNifti(readFileSync(vector("input.nii.gz")));
        const input = preprocess(volume, segmenter.plan);
        if (mirror) {
          const preprocessed = readNpy(vector("preprocessed.npy"));
          const difference = maxDifference(input.voxels, preprocessed.values);
          t.diagnostic(`preprocessed: max |Δ| ${difference.toExponential(2)}`);
          assert.ok(difference <= 1e-3);
        }
        const probability = await slidingWindow(input, segmenter.plan.patchSize, segmenter.predict, {
          tileStride: 0.5,
          mirror,
        });
        const expected = readNpy(vector(`probability_network_grid${suffix}.npy`));
        const difference = maxDifference(probability, expected.values);
        t.diagnostic(`probability on the network grid: max |Δ| ${difference.toExponential(2)}`);
        assert.ok(difference <= 1e-3);

        const { mask } = restoreMask(probability, input.history, segmenter.plan);
        const original = readNifti(readFileSync(vector(`mask${suffix}.nii.gz`)));
        const dice = diceOf(mask, original.voxels);
        t.diagnostic(`mask: Dice ${dice.toFixed(6)}, ${countDiffering(mask, original.voxels)} voxels differ`);
        assert.ok(dice >= 0.998);
      });
    }
  });
}

const maxDifference = (found: Float32Array, expected: ArrayLike<number>): number => {
  assert.equal(found.length, expected.length);
  let most = 0;
  for (let i = 0; i < found.length; i++)
    most = Math.max(most, Math.abs((found[i] as number) - (expected[i] as number)));
  return most;
};

const diceOf = (mask: Mask, expected: ArrayLike<number>): number => {
  assert.equal(mask.voxels.length, expected.length);
  let both = 0;
  let sum = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [mask.voxels[i] === 1, expected[i] === 1];
    if (a && b) both++;
    sum += Number(a) + Number(b);
  }
  return sum === 0 ? 1 : (2 * both) / sum;
};

const countDiffering = (mask: Mask, expected: ArrayLike<number>): number =>
  mask.voxels.reduce((count, value, i) => count + Number(value !== expected[i]), 0);
