/**
 * The first half of the recipe: phantoms on the network's grid, as the product itself brings them there, so that training
 * and inference see the same numbers. Writes image (float32, not yet normalised) and label (uint8), C order (z,y,x), with
 * their shape in a JSON file beside them.
 *
 *   node models/phantom/makeTrainingData.ts <CT|T1|T2> <first seed> <count> <folder>
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import { zyx } from "../../src/domain/axes.ts";
import type { ModelClass, Plan } from "../../src/domain/plan.ts";
import { resample } from "../../src/geometry/resample.ts";
import { boxShape, cropped, whole } from "../../src/geometry/strided.ts";
import { preprocess } from "../../src/nnunet/preprocess.ts";
import recipe from "./recipe.json" with { type: "json" };

const planOf = (modelClass: ModelClass): Plan => ({
  modelClass,
  orientation: "LPS",
  transposeForward: zyx(0, 1, 2),
  transposeBackward: zyx(0, 1, 2),
  targetSpacingMm: zyx(...(recipe.targetSpacingMm as [number, number, number])),
  patchSize: zyx(...(recipe.patchSize as [number, number, number])),
  normalization: { kind: "none" },
  useMaskForNorm: false,
  mirrored: false,
  exportResampling: { forceSeparateZ: null, order: 1, orderZ: 0 },
  postprocessing: { keepLargestComponent: false, minComponentMm3: null },
});

const [modelClass, firstSeed, count, folder = ""] = process.argv.slice(2);
if (modelClass !== "CT" && modelClass !== "T1" && modelClass !== "T2") throw new Error("CT, T1 or T2?");
mkdirSync(folder, { recursive: true });
for (let seed = Number(firstSeed); seed < Number(firstSeed) + Number(count); seed++) {
  const { volume, label } = makePhantom({ seed, modelClass });
  const input = preprocess(volume, planOf(modelClass));
  const labelBox = cropped(whole(Float32Array.from(label.voxels), label.grid.shape), input.history.cropBox);
  const share = resample(labelBox, input.shape, { order: 1, separate: null });
  const name = join(folder, `${modelClass}_${seed}`);
  writeFileSync(`${name}.image.f32`, input.voxels);
  writeFileSync(
    `${name}.label.u8`,
    Uint8Array.from(share, (value) => (value > 0.5 ? 1 : 0)),
  );
  writeFileSync(
    `${name}.json`,
    JSON.stringify({ shape: input.shape, cropped: boxShape(input.history.cropBox) }),
  );
  process.stderr.write(`\r${modelClass} ${seed - Number(firstSeed) + 1} of ${count}`);
}
process.stderr.write("\n");
