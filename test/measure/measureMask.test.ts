import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { lps, zyx } from "../../src/domain/axes.ts";
import type { Grid } from "../../src/domain/grid.ts";
import { measureMask } from "../../src/measure/measureMask.ts";

const grid = (shape: readonly [number, number, number]): Grid => ({
  shape: zyx(...shape),
  spacingMm: zyx(2.5, 0.5, 0.8),
  originLps: lps(10, -20, 30),
  axes: zyx(lps(0, 0, -1), lps(0, 1, 0), lps(-1, 0, 0)),
});

const measured = (
  shape: readonly [number, number, number],
  marked: readonly number[],
  values: readonly number[],
) => {
  const voxels = new Uint8Array(values.length);
  for (const index of marked) voxels[index] = 1;
  const at = grid(shape);
  return measureMask({ grid: at, voxels }, { grid: at, voxels: Float32Array.from(values) });
};

test("three voxels by hand: count, volume, statistics and centroid", () => {
  // Voxels (0,0,1), (1,1,0) and (1,1,2) of 2 × 2 × 3.
  const values = [0, -50, 0, 0, 0, 0, 0, 0, 0, 40, 0, 100];
  const result = measured([2, 2, 3], [1, 9, 11], values);
  assert.equal(result.voxels, 3);
  assert.equal(result.volumeMl, 0.003); // 3 × 1 mm³
  assert.deepEqual(result.intensity, {
    mean: 30,
    sd: Math.sqrt((80 ** 2 + 10 ** 2 + 70 ** 2) / 3),
    median: 40,
    min: -50,
    max: 100,
  });
  const [l, p, s] = result.centroidLps ?? [];
  assert.ok(Math.abs(Number(l) - (10 - 0.8)) < 1e-12); // x: mean of 1, 0, 2
  assert.ok(Math.abs(Number(p) - (-20 + 0.5 * (2 / 3))) < 1e-12);
  assert.ok(Math.abs(Number(s) - (30 - 2.5 * (2 / 3))) < 1e-12);
});

test("an empty mask has no statistics and no centroid", () => {
  assert.deepEqual(measured([1, 2, 2], [], [1, 2, 3, 4]), {
    voxels: 0,
    volumeMl: 0,
    intensity: null,
    centroidLps: null,
    extent: null,
  });
});

test("one voxel is its own mean, median, least and greatest", () => {
  const result = measured([1, 2, 2], [2], [1, 2, 3.5, 4]);
  assert.deepEqual(result.intensity, { mean: 3.5, sd: 0, median: 3.5, min: 3.5, max: 3.5 });
});

test("a whole image of noise agrees with numpy", () => {
  // python3 -c "
  // import numpy as np
  // i = np.arange(9*10*11, dtype=np.uint64); h = (i * 2654435761) % 2**32
  // v = ((h >> 20).astype(np.float32) - np.float32(1024)) / np.float32(3); m = (h >> 13) % 3 == 0
  // a = v[m].astype(np.float64); print(m.sum(), repr(a.mean()), repr(a.std()), np.median(a), a.min(), a.max())"
  const hash = Array.from({ length: 990 }, (_, i) => Math.imul(i, 2654435761) >>> 0);
  const values = hash.map((h) => Math.fround(((h >>> 20) - 1024) / Math.fround(3)));
  const marked = hash.flatMap((h, i) => ((h >>> 13) % 3 === 0 ? [i] : []));
  const { voxels, intensity } = measured([9, 10, 11], marked, values);
  assert.equal(voxels, 322);
  assert.ok(intensity);
  assert.ok(Math.abs(intensity.mean - 333.8002066630754) < 1e-9);
  assert.ok(Math.abs(intensity.sd - 386.107983328835) < 1e-9);
  assert.equal(intensity.median, 346.5);
  assert.deepEqual([intensity.min, intensity.max], [-341.3333435058594, 1023.3333129882812]);
});

test("values far from zero keep the digits of their spread", () => {
  const values = [16_777_213, 16_777_214, 16_777_215, 16_777_216];
  const { intensity } = measured([1, 2, 2], [0, 1, 2, 3], values);
  assert.equal(intensity?.mean, 16_777_214.5);
  assert.equal(intensity?.sd, Math.sqrt(1.25));
  assert.equal(intensity?.median, 16_777_214.5);
});

test("order, bounds and shift: statistics follow the values and nothing else", () => {
  const values = fc.array(fc.integer({ min: -1024, max: 3071 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, (list) => {
      const all = list.map((_, i) => i);
      const shape = [1, 1, list.length] as const;
      const { intensity } = measured(shape, all, list);
      assert.ok(intensity);
      assert.deepEqual(measured(shape, all, [...list].reverse()).intensity, intensity);
      assert.ok(intensity.min <= intensity.median && intensity.median <= intensity.max);
      assert.ok(intensity.min <= intensity.mean && intensity.mean <= intensity.max);
      const below = list.filter((value) => value < intensity.median).length;
      const above = list.filter((value) => value > intensity.median).length;
      assert.ok(below <= list.length / 2 && above <= list.length / 2);
    }),
  );
});

test("the inputs stay as they are", () => {
  const at = grid([1, 1, 3]);
  const mask = { grid: at, voxels: Uint8Array.of(1, 0, 1) };
  const volume = { grid: at, voxels: Float32Array.of(3, 2, 1) };
  measureMask(mask, volume);
  assert.deepEqual([...mask.voxels, ...volume.voxels], [1, 0, 1, 3, 2, 1]);
});

test("a mask that is not on the volume's grid is refused", () => {
  const mask = { grid: grid([1, 2, 3]), voxels: new Uint8Array(6) };
  const volume = { grid: grid([1, 3, 2]), voxels: new Float32Array(6) };
  assert.throws(() => measureMask(mask, volume), /INTERNAL/);
});
