import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { voxelCount } from "../../src/domain/axes.ts";
import type { ModelClass, Plan } from "../../src/domain/plan.ts";
import { copyWindow, cropped, whole } from "../../src/geometry/strided.ts";
import { importModel } from "../../src/importer/importModel.ts";
import { readModel } from "../../src/inference/modelFolder.ts";
import { openSegmenter } from "../../src/inference/onnxruntimeSegmenter.ts";
import { readNifti } from "../../src/nifti/readNifti.ts";
import { type NetworkInput, preprocess } from "../../src/nnunet/preprocess.ts";
import { restoreMask, restoreProbability } from "../../src/nnunet/restoreMask.ts";
import { slidingWindow } from "../../src/nnunet/slidingWindow.ts";
import type { Segmenter } from "../../src/ports/models.ts";
import { makeLog } from "../../src/processes/log.ts";
import { readNpyFloat32 } from "../support/npy.ts";
import { dice, maxDifference } from "../support/numbers.ts";
import { caseFile } from "../support/referenceCases.ts";
import { needsShared, sharedFolder } from "../support/shared.ts";

/** From the stored array to the mask with the authors' weights, against the outputs of the authors' code. */
const cases = [
  { name: "ct", model: "ct", modelClass: "CT" },
  { name: "ct_same_grid", model: "ct", modelClass: "CT" },
  { name: "t1", model: "t1", modelClass: "T1" },
] as const satisfies readonly { name: string; model: string; modelClass: ModelClass }[];

const modelsFolder = mkdtempSync(join(tmpdir(), "panseg-parity-"));
after(() => rmSync(modelsFolder, { recursive: true }));

for (const { name, model, modelClass } of cases)
  describe(`parity with the original on ${name}`, { skip: needsShared("vectors", name) }, () => {
    let segmenter: Segmenter;
    let input: NetworkInput;
    before(async () => {
      const id = `${name}-model`;
      const source = sharedFolder("vectors", model, "model");
      const orientation = "stored";
      await importModel({ source, modelsFolder, id, modelClass, orientation, softwareVersion: "test" });
      const options = { provider: "cpu", float16: false, threads: availableParallelism() } as const;
      segmenter = await openSegmenter(readModel(modelsFolder, id), options, makeLog("silent"));
      input = preprocess(readNifti(readFileSync(caseFile(name, "input.nii.gz"))), segmenter.plan);
    });
    after(() => segmenter.close());

    test("the preprocessed array differs by at most 1e-3", (t) => {
      const { values } = readNpyFloat32(caseFile(name, "preprocessed.npy"));
      const difference = maxDifference(input.voxels, values);
      t.diagnostic(`max |Δ| ${difference.toExponential(2)}`);
      assert.ok(difference <= 1e-3);
    });

    for (const mirror of [false, true])
      test(`probabilities and mask ${mirror ? "over 8 mirrors" : "without mirrors"} are the original's`, async (t) => {
        const suffix = mirror ? "" : "_no_mirror";
        const window = { tileStride: 0.5, mirror };
        const { plan } = segmenter;
        const probability = await slidingWindow(input, plan.patchSize, segmenter.predict, window);
        const original = readNpyFloat32(caseFile(name, `probability_network_grid${suffix}.npy`)).values;
        const difference = maxDifference(probability, original);
        t.diagnostic(`probability on the network grid: max |Δ| ${difference.toExponential(2)}`);
        assert.ok(difference <= 1e-3);

        const atSource = onSourceGrid(original, input, plan);
        for (const file of [`mask_before_postprocessing${suffix}`, `mask${suffix}`]) {
          const isFinal = !file.includes("before");
          const { mask } = restoreMask(
            probability,
            input.history,
            isFinal ? plan : withoutPostprocessing(plan),
          );
          const expected = readNifti(readFileSync(caseFile(name, `${file}.nii.gz`))).voxels;
          const differing = [...mask.voxels.keys()].filter((i) => mask.voxels[i] !== expected[i]);
          const overlap = dice(mask.voxels, expected);
          t.diagnostic(`${file}: Dice ${overlap.toFixed(6)}, ${differing.length} voxels differ`);
          assert.ok(overlap >= 0.998);
          for (const i of differing) assert.ok(Math.abs((atSource[i] ?? 1) - 0.5) < 1e-3, `voxel ${i}`);
        }
      });
  });

const withoutPostprocessing = (plan: Plan): Plan => ({
  ...plan,
  postprocessing: { keepLargestComponent: false, minComponentMm3: null },
});

/** The original's probabilities on the whole source grid; that this way back is exact is proven beside restoreMask. */
const onSourceGrid = (probability: Float32Array, { history }: NetworkInput, plan: Plan): Float32Array => {
  const { shape } = history.reorientation.sourceGrid;
  const all = new Float32Array(voxelCount(shape));
  const restored = restoreProbability(probability, history, plan);
  const target = cropped(whole(all, shape), history.cropBox);
  copyWindow(whole(restored, target.shape), target);
  return all;
};
