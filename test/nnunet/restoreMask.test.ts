import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mapZyx, voxelCount, type Zyx, zyx } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import type { Grid } from "../../src/domain/grid.ts";
import type { Plan } from "../../src/domain/plan.ts";
import { orientedGrid, planOrientation } from "../../src/geometry/orient.ts";
import { permute } from "../../src/geometry/permute.ts";
import { boxShape, copyWindow, cropped, whole } from "../../src/geometry/strided.ts";
import { preprocess } from "../../src/nnunet/preprocess.ts";
import { restoreMask, restoreProbability } from "../../src/nnunet/restoreMask.ts";
import { anyGrid, axialGrid } from "../support/grids.ts";
import { readNiftiArray } from "../support/niftiArray.ts";
import { readNpy, readNpyFloat32 } from "../support/npy.ts";
import { dice, maxDifference, noise } from "../support/numbers.ts";
import { caseFile, plainPlan, readCaseVolume, referenceCases } from "../support/referenceCases.ts";
import { needsShared } from "../support/shared.ts";
import { readUnitVectors, toZyx, unitFile } from "../support/unitVectors.ts";

const withoutPostprocessing = (plan: Plan): Plan => ({
  ...plan,
  postprocessing: { keepLargestComponent: false, minComponentMm3: null },
});

const differing = (a: ArrayLike<number>, b: ArrayLike<number>): number[] =>
  Array.from({ length: a.length }, (_, i) => i).filter((i) => a[i] !== b[i]);

for (const { name, plan } of referenceCases) {
  const skip = needsShared("vectors", name);
  for (const suffix of ["", "_no_mirror"]) {
    test(`The original's probabilities become the original's masks: ${name}${suffix}`, { skip }, (t) => {
      const { history } = preprocess(readCaseVolume(name), plan);
      const probability = readNpyFloat32(caseFile(name, `probability_network_grid${suffix}.npy`)).values;
      const bare = withoutPostprocessing(plan);
      const before = restoreMask(probability, history, bare).mask.voxels;
      const expectedBefore = readNiftiArray(caseFile(name, `mask_before_postprocessing${suffix}.nii.gz`));
      const restored = new Float32Array(before.length);
      copyWindow(
        whole(restoreProbability(probability, history, bare), boxShape(history.cropBox)),
        cropped(whole(restored, expectedBefore.shape), history.cropBox),
      );
      const different = differing(before, expectedBefore.voxels);
      for (const at of different) assert.ok(Math.abs((restored[at] ?? 0) - 0.5) < 1e-3);
      const after = restoreMask(probability, history, plan).mask.voxels;
      const expectedAfter = readNiftiArray(caseFile(name, `mask${suffix}.nii.gz`)).voxels;
      t.diagnostic(
        `voxels ${before.filter((v) => v === 1).length} → ${after.filter((v) => v === 1).length}, ` +
          `different ${different.length} → ${differing(after, expectedAfter).length}, ` +
          `Dice ${dice(before, expectedBefore.voxels)} → ${dice(after, expectedAfter)}`,
      );
      assert.ok(expectedAfter.includes(1));
      assert.ok(dice(before, expectedBefore.voxels) >= 0.998);
      assert.ok(dice(after, expectedAfter) >= 0.998);
    });
  }
  if (name === "ct_same_grid") continue;
  test(`Probabilities go back to the source grid as in the original: ${name}`, { skip }, (t) => {
    const { history } = preprocess(readCaseVolume(name), plan);
    const probability = readNpyFloat32(caseFile(name, "probability_network_grid.npy")).values;
    const restored = restoreProbability(probability, history, plan);
    const expected = readNpy(caseFile(name, "probability_source_grid_cropped_u16.npy.gz"));
    assert.deepEqual([...boxShape(history.cropBox)], [...expected.shape]);
    const difference = maxDifference(
      restored,
      Float64Array.from(expected.values, (value) => value / 65535),
    );
    t.diagnostic(`max |Δ| ${difference}, one step of the stored numbers is ${1 / 65535}`);
    assert.ok(difference <= 1 / 65535);
  });
}

test("The foreground channel alone decides as the original's two channels do", {
  skip: needsShared("vectors", "unit"),
}, () => {
  for (const { name, new_shape, separate_z } of readUnitVectors().restore) {
    const source = readNpyFloat32(unitFile(`restore_${name}_in.npy`));
    const expected = readNpyFloat32(unitFile(`restore_${name}_out.npy`)).values;
    const networkShape = toZyx(source.shape.slice(1));
    const grid = axialGrid(toZyx(new_shape), separate_z ? zyx(5, 1, 1) : zyx(1, 1, 1));
    const { history } = preprocess({ grid, voxels: new Float32Array(voxelCount(grid.shape)) }, plainPlan);
    const foreground = source.values.subarray(voxelCount(networkShape));
    const plan = { ...plainPlan, targetSpacingMm: grid.spacingMm };
    const { mask } = restoreMask(foreground, { ...history, networkShape }, plan);
    const count = voxelCount(grid.shape);
    const argMax = mask.voxels.map((_, i) => ((expected[count + i] ?? 0) > (expected[i] ?? 0) ? 1 : 0));
    assert.deepEqual(mask.voxels, argMax);
  }
});

const flatGrid = (shape: Zyx<number>): Grid => axialGrid(shape, zyx(1, 1, 1));

test("A tie between the classes is background, the next float32 above it is foreground", () => {
  const { history } = preprocess({ grid: flatGrid(zyx(1, 1, 4)), voxels: new Float32Array(4) }, plainPlan);
  const probability = Float32Array.from([0.5, 0.5 + 2 ** -24, 0.5 - 2 ** -25, 1]);
  assert.deepEqual([...restoreMask(probability, history, plainPlan).mask.voxels], [0, 1, 0, 1]);
});

test("Between a half and the next float32 the two roundings of the original decide, not the rounded probability", () => {
  const { history } = preprocess({ grid: flatGrid(zyx(1, 1, 3)), voxels: new Float32Array(3) }, plainPlan);
  const shrunk = { ...history, networkShape: zyx(1, 1, 2) };
  // Resampled linearly to three samples: both ends, and their mean in the middle.
  const middle = (above: number): number | undefined => {
    const ends = Float32Array.from([0.5 - 2 ** -25, 0.5 + above]);
    return restoreMask(ends, shrunk, plainPlan).mask.voxels[1];
  };
  assert.equal(middle(2 ** -24), 0, "½ + 2⁻²⁶ ties in both channels");
  assert.equal(middle(2 ** -23), 1, "½ + 3·2⁻²⁶ rounds away from ½ in the background channel");
});

/** The plans' transpositions with their inverses. */
const transpositions = [
  [zyx(0, 1, 2), zyx(0, 1, 2)],
  [zyx(1, 0, 2), zyx(1, 0, 2)],
  [zyx(2, 0, 1), zyx(1, 2, 0)],
  [zyx(1, 2, 0), zyx(2, 0, 1)],
] as const;

const orientedPlan = (
  grid: Grid,
  orientation: Plan["orientation"],
  forward: Zyx<number>,
  backward: Zyx<number>,
): Plan => {
  const { spacingMm } = orientedGrid(planOrientation(grid, orientation).reorientation);
  return {
    ...plainPlan,
    orientation,
    transposeForward: forward,
    transposeBackward: backward,
    targetSpacingMm: permute(spacingMm, forward),
  };
};

const anyOrientation = fc.constantFrom("LPS", "RAS", "LAS", "stored");

test("O1: without resampling, labels survive the way to the network and back in every orientation and transposition", () => {
  fc.assert(
    fc.property(
      anyGrid,
      anyOrientation,
      fc.constantFrom(...transpositions),
      fc.integer(),
      (grid, orientation, ts, seed) => {
        const labels = noise(voxelCount(grid.shape), seed).map((x) => (x > 0.4 ? 1 : 0));
        const plan = orientedPlan(grid, orientation, ts[0], ts[1]);
        const input = preprocess({ grid, voxels: labels }, plan);
        const { mask } = restoreMask(input.voxels, input.history, plan);
        assert.equal(mask.grid, grid);
        assert.deepEqual(mask.voxels, Uint8Array.from(labels));
      },
    ),
  );
});

test("A mask fills its source grid and stays inside the crop box, however the volume was resampled", () => {
  const anyTarget = fc
    .tuple(fc.nat(3), fc.nat(3), fc.nat(3))
    .map(([z, y, x]) => zyx(0.5 + 2 * z, 0.5 + y, 0.7 + x));
  fc.assert(
    fc.property(
      anyGrid,
      anyOrientation,
      anyTarget,
      fc.constantFrom(...transpositions),
      (grid, orientation, target, ts) => {
        const voxels = noise(voxelCount(grid.shape)).map((x) => (x > 0.6 ? x : 0));
        const plan = { ...orientedPlan(grid, orientation, ts[0], ts[1]), targetSpacingMm: target };
        const { shape, history } = preprocess({ grid, voxels }, plan);
        const ones = new Float32Array(voxelCount(shape)).fill(1);
        const { mask } = restoreMask(ones, history, plan);
        assert.equal(mask.voxels.length, voxelCount(grid.shape));
        const inside = mask.voxels.filter((voxel) => voxel === 1).length;
        assert.equal(inside, voxelCount(boxShape(history.cropBox)));
        for (const [at, voxel] of voxels.entries()) if (voxel !== 0) assert.equal(mask.voxels[at], 1);
        assert.equal(restoreProbability(ones, history, plan).length, inside);
      },
    ),
  );
});

test("A ball keeps its place and size when it is resampled to the network and back", () => {
  const shape = zyx(24, 40, 40);
  const grid: Grid = { ...axialGrid(shape, zyx(2.5, 0.8, 0.8)) };
  const ball = new Float32Array(voxelCount(shape)).map((_, at) => {
    const index = zyx(Math.floor(at / 1600), Math.floor(at / 40) % 40, at % 40);
    const mm = mapZyx(index, (i, axis) => (i - shape[axis] / 2) * grid.spacingMm[axis]);
    return Math.hypot(...mm) < 11 ? 1 : 0;
  });
  const plan = {
    ...plainPlan,
    targetSpacingMm: zyx(2, 1, 1),
    exportResampling: { forceSeparateZ: false, order: 1, orderZ: 0 },
  };
  const input = preprocess({ grid, voxels: ball.map((v) => v + 1) }, plan);
  const { mask } = restoreMask(
    input.voxels.map((v) => v - 1),
    input.history,
    plan,
  );
  assert.ok(dice(mask.voxels, ball) > 0.97);
});

test("The plan's export settings choose the orders and whether z is separate", () => {
  const grid = flatGrid(zyx(4, 1, 1));
  const { history } = preprocess({ grid, voxels: new Float32Array(4) }, plainPlan);
  const thin = { ...history, spacingMm: zyx(4, 1, 1), networkShape: zyx(2, 1, 1) };
  const restored = (forceSeparateZ: boolean | null, order: number, orderZ: number): number[] => [
    ...restoreProbability(Float32Array.from([0, 1]), thin, {
      ...plainPlan,
      exportResampling: { forceSeparateZ, order, orderZ },
    }),
  ];
  assert.deepEqual(restored(null, 1, 0), [0, 0, 1, 1]);
  assert.deepEqual(restored(true, 3, 0), [0, 0, 1, 1]);
  assert.deepEqual(restored(null, 1, 1), [0, 0.25, 0.75, 1]);
  assert.deepEqual(restored(false, 1, 0), [0, 0.25, 0.75, 1]);
  assert.deepEqual(restored(false, 0, 1), [0, 0, 1, 1]);
  assert.throws(
    () => restored(false, 2, 0),
    (error) => error instanceof FailureError && error.failure.code === "PLAN_INVALID",
  );
});

test("Small components go on the source grid, sized by its voxels", () => {
  const grid = axialGrid(zyx(1, 1, 8), zyx(1, 1, 3));
  const { history } = preprocess(
    { grid, voxels: new Float32Array(8).fill(1) },
    { ...plainPlan, targetSpacingMm: zyx(1, 1, 3) },
  );
  const probability = Float32Array.from([1, 1, 1, 0, 1, 1, 0, 1]);
  const mask = (minComponentMm3: number | null): number[] => [
    ...restoreMask(probability, history, {
      ...plainPlan,
      targetSpacingMm: zyx(1, 1, 3),
      postprocessing: { keepLargestComponent: true, minComponentMm3 },
    }).mask.voxels,
  ];
  assert.deepEqual(mask(null), [1, 1, 1, 0, 0, 0, 0, 0]);
  assert.deepEqual(mask(6), [1, 1, 1, 0, 1, 1, 0, 0]);
});

test("Probabilities that do not fill the network grid are OUTPUT_INVALID", () => {
  const { history } = preprocess({ grid: flatGrid(zyx(2, 2, 2)), voxels: new Float32Array(8) }, plainPlan);
  assert.throws(
    () => restoreMask(new Float32Array(7), history, plainPlan),
    (error) => error instanceof FailureError && error.failure.code === "OUTPUT_INVALID",
  );
});

test("with the probability kept, the mask is the same, and half and more lies exactly inside it", {
  skip: needsShared("vectors", "ct"),
}, () => {
  const reference = referenceCases.find(({ name }) => name === "ct");
  assert.ok(reference !== undefined);
  const { history } = preprocess(readCaseVolume("ct"), reference.plan);
  const network = readNpyFloat32(caseFile("ct", "probability_network_grid.npy")).values;
  const plain = restoreMask(network, history, reference.plan).mask;
  const { voxels, probability } = restoreMask(network, history, reference.plan, true).mask;
  assert.equal(plain.probability, undefined);
  assert.deepEqual(voxels, plain.voxels);
  assert.deepEqual(
    probability?.map((level) => level >>> 7),
    voxels,
  );
  const restored = new Float32Array(voxels.length);
  copyWindow(
    whole(restoreProbability(network, history, reference.plan), boxShape(history.cropBox)),
    cropped(whole(restored, plain.grid.shape), history.cropBox),
  );
  const outside = differing(
    restored.map((p) => Math.round(255 * p)),
    probability ?? [],
  );
  // Only what post-processing took away, and the level on either side of the half.
  for (const at of outside)
    assert.ok(voxels[at] === 0 ? probability?.[at] === 127 : probability?.[at] === 128);
});
