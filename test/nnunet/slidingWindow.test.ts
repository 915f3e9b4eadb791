import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mapZyx, voxelCount, type Zyx, zyx } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import { importanceMap } from "../../src/nnunet/gaussian.ts";
import { countForwards, type Predict, slidingWindow } from "../../src/nnunet/slidingWindow.ts";
import { padToPatch, tileStarts } from "../../src/nnunet/tiles.ts";
import { anyShape } from "../support/grids.ts";
import { maxDifference, noise } from "../support/numbers.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const voxelwise: Predict = (patch) => Promise.resolve(patch.map(sigmoid));

test("A network that looks at each voxel alone gives the same image, however it is tiled, mirrored and padded", async () => {
  const cases = fc.asyncProperty(
    anyShape(9),
    anyShape(5),
    fc.boolean(),
    fc.constantFrom(0.5, 0.75, 1),
    async (shape, patchSize, mirror, tileStride) => {
      const voxels = noise(voxelCount(shape));
      const result = await slidingWindow({ shape, voxels }, patchSize, voxelwise, { mirror, tileStride });
      assert.ok(maxDifference(result, voxels.map(sigmoid)) < 1e-6);
    },
  );
  await fc.assert(cases, { numRuns: 60 });
});

const indices = (shape: Zyx<number>): Zyx<number>[] =>
  Array.from({ length: voxelCount(shape) }, (_, at) =>
    zyx(Math.floor(at / (shape[1] * shape[2])), Math.floor(at / shape[2]) % shape[1], at % shape[2]),
  );

const indexOf = (shape: Zyx<number>, [k, j, i]: Zyx<number>): number => (k * shape[1] + j) * shape[2] + i;

/** Mean of a pattern over the mirrors that the original averages. */
const meanOverMirrors = (
  pattern: Float32Array,
  patch: Zyx<number>,
  local: Zyx<number>,
  mirror: boolean,
): number => {
  const mirrors = mirror ? [0, 1, 2, 3, 4, 5, 6, 7] : [0];
  const values = mirrors.map((m) => {
    const seen = mapZyx(local, (at, axis) => (((m >> axis) & 1) === 1 ? patch[axis] - 1 - at : at));
    return pattern[indexOf(patch, seen)] ?? Number.NaN;
  });
  return values.reduce((a, b) => a + b, 0) / values.length;
};

test("A network that depends on the place in the patch gives the directly computed blend of its tiles", async () => {
  for (const [shape, patch, mirror] of [
    [zyx(7, 5, 9), zyx(4, 4, 4), true],
    [zyx(7, 5, 9), zyx(4, 4, 4), false],
    [zyx(3, 8, 6), zyx(4, 3, 5), true],
  ] as const) {
    const voxels = noise(voxelCount(shape), 3);
    const pattern = noise(voxelCount(patch), 4);
    const predict: Predict = (seen) => Promise.resolve(seen.map((x, i) => x * (pattern[i] ?? Number.NaN)));
    const result = await slidingWindow({ shape, voxels }, patch, predict, { mirror, tileStride: 0.5 });
    const padded = padToPatch(shape, patch);
    const [zs, ys, xs] = tileStarts(padded.shape, patch, 0.5);
    const starts = zs.flatMap((z) => ys.flatMap((y) => xs.map((x) => zyx(z, y, x))));
    const importance = importanceMap(patch);
    const expected = indices(shape).map((index, at) => {
      let [sum, weights] = [0, 0];
      for (const start of starts) {
        const local = mapZyx(index, (i, axis) => i + padded.box[axis][0] - start[axis]);
        if (local.some((i, axis) => i < 0 || i >= (patch[axis] ?? 0))) continue;
        const weight = starts.length === 1 ? 1 : (importance[indexOf(patch, local)] ?? Number.NaN);
        sum += weight * (voxels[at] ?? Number.NaN) * meanOverMirrors(pattern, patch, local, mirror);
        weights += weight;
      }
      return sum / weights;
    });
    assert.ok(maxDifference(result, expected) < 1e-6);
  }
});

test("The eight mirrors are averaged in the original's order, to the last bit of float32", async () => {
  const patch = zyx(2, 3, 2);
  const answers = Array.from({ length: 8 }, (_, m) => noise(12, 100 + m).map((x) => sigmoid(4 * x)));
  let call = 0;
  const predict: Predict = () => Promise.resolve(answers[call++] ?? new Float32Array());
  const voxels = new Float32Array(12);
  const result = await slidingWindow({ shape: patch, voxels }, patch, predict, {
    mirror: true,
    tileStride: 0.5,
  });
  // x is the first to be flipped, then y, then both, then z …
  const flips = [[], [2], [1], [2, 1], [0], [2, 0], [1, 0], [2, 1, 0]];
  const expected = indices(patch).map((index) => {
    let sum = 0;
    for (const [m, axes] of flips.entries()) {
      const seen = mapZyx(index, (at, axis) => (axes.includes(axis) ? patch[axis] - 1 - at : at));
      sum = Math.fround(sum + (answers[m]?.[indexOf(patch, seen)] ?? Number.NaN) / 8);
    }
    return sum;
  });
  assert.deepEqual([...result], expected);
});

test("A network that hands back one array every time, and scribbles on its input, does no harm", async () => {
  const [shape, patch] = [zyx(6, 6, 6), zyx(4, 4, 4)];
  const voxels = noise(216);
  const reused = new Float32Array(64);
  const scribbling: Predict = (seen) => {
    reused.set(seen.map(sigmoid));
    seen.fill(Number.NaN);
    return Promise.resolve(reused);
  };
  const options = { mirror: true, tileStride: 0.5 };
  const result = await slidingWindow({ shape, voxels }, patch, scribbling, options);
  assert.deepEqual(result, await slidingWindow({ shape, voxels }, patch, voxelwise, options));
  assert.deepEqual(voxels, noise(216));
});

test("Progress climbs to 1 in as many steps as forward passes were counted", async () => {
  const [shape, patch] = [zyx(5, 7, 4), zyx(4, 4, 4)];
  for (const mirror of [true, false]) {
    const shares: number[] = [];
    const options = { mirror, tileStride: 0.5, onProgress: (share: number) => shares.push(share) };
    await slidingWindow({ shape, voxels: noise(140) }, patch, voxelwise, options);
    assert.equal(shares.length, countForwards(shape, patch, options));
    assert.equal(shares.at(-1), 1);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
  }
});

test("A usual abdominal CT needs 800 forward passes, 100 without mirrors", () => {
  const [shape, patch] = [zyx(120, 512, 512), zyx(40, 224, 192)];
  assert.equal(countForwards(shape, patch, { tileStride: 0.5, mirror: true }), 800);
  assert.equal(countForwards(shape, patch, { tileStride: 0.5, mirror: false }), 100);
});

test("Output that is not finite or of the wrong size is OUTPUT_INVALID", async () => {
  const input = { shape: zyx(4, 4, 4), voxels: noise(64) };
  const options = { mirror: false, tileStride: 0.5 };
  const broken: Predict[] = [
    (patch) => Promise.resolve(patch.map((_, i) => (i === 63 ? Number.NaN : 0.5))),
    (patch) => Promise.resolve(patch.map((_, i) => (i === 7 ? Number.POSITIVE_INFINITY : 0.5))),
    (patch) => Promise.resolve(patch.subarray(1)),
  ];
  for (const predict of broken) {
    await assert.rejects(
      slidingWindow(input, zyx(4, 4, 4), predict, options),
      (error) => error instanceof FailureError && error.failure.code === "OUTPUT_INVALID",
    );
  }
});
