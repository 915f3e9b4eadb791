import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lps, mapZyx, voxelCount, type Zyx, zyx } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import type { Grid, Mask } from "../../src/domain/grid.ts";
import { onCommonGrid, resampleMask } from "../../src/geometry/commonGrid.ts";
import { scale, voxelToLps } from "../../src/geometry/vector.ts";

const oblique: Grid = {
  shape: zyx(4, 5, 6),
  spacingMm: zyx(2.5, 0.8, 0.7),
  originLps: lps(-12.5, 30.25, 101),
  axes: zyx(lps(0, 0.6, 0.8), lps(0, 0.8, -0.6), lps(-1, 0, 0)),
};

const noise = (grid: Grid, seed: number): Mask => ({
  grid,
  voxels: Uint8Array.from({ length: voxelCount(grid.shape) }, (_, i) =>
    (i * 7919 + seed) % 5 === 0 ? 1 : 0,
  ),
});

/** The marked points of the patient, rounded to a hundredth of a millimetre. */
const pointsOf = ({ grid, voxels }: Mask): readonly string[] => {
  const points: string[] = [];
  voxels.forEach((voxel, at) => {
    if (voxel === 0) return;
    const [, height, width] = grid.shape;
    const [k, j, i] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
    points.push(
      voxelToLps(grid, k, j, i)
        .map((mm) => mm.toFixed(2))
        .join(),
    );
  });
  return points.sort();
};

/** The same points in another order of memory: axes permuted, some of them flipped. */
const rearranged = (mask: Mask, order: Zyx<number>, flips: Zyx<boolean>): Mask => {
  const { grid } = mask;
  const pick = <T>(triple: Zyx<T>): Zyx<T> => mapZyx(order, (axis) => triple[axis as 0 | 1 | 2]);
  const shape = pick(grid.shape);
  const source = (index: Zyx<number>): Zyx<number> => {
    const own = [0, 0, 0];
    order.forEach((axis, n) => {
      const at = index[n as 0 | 1 | 2];
      own[axis] = flips[n as 0 | 1 | 2] ? (grid.shape[axis as 0 | 1 | 2] as number) - 1 - at : at;
    });
    return zyx(...(own as [number, number, number]));
  };
  const voxels = new Uint8Array(voxelCount(shape));
  for (let at = 0; at < voxels.length; at++) {
    const index = zyx(
      Math.floor(at / (shape[1] * shape[2])),
      Math.floor(at / shape[2]) % shape[1],
      at % shape[2],
    );
    const [k, j, i] = source(index);
    voxels[at] = mask.voxels[(k * grid.shape[1] + j) * grid.shape[2] + i] as number;
  }
  const [k, j, i] = source(zyx(0, 0, 0));
  return {
    voxels,
    grid: {
      shape,
      spacingMm: pick(grid.spacingMm),
      originLps: voxelToLps(grid, k, j, i),
      axes: mapZyx(pick(grid.axes), (axis, n) => scale(axis, flips[n] ? -1 : 1)),
    },
  };
};

/** A part of the grid, from a first voxel on. */
const part = (grid: Grid, start: Zyx<number>, shape: Zyx<number>): Grid => ({
  ...grid,
  shape,
  originLps: voxelToLps(grid, start[0], start[1], start[2]),
});

test("masks of one grid stay as they are", () => {
  const [a, b] = [noise(oblique, 0), noise(oblique, 3)];
  const [first, second] = onCommonGrid(a, b);
  assert.equal(first, a);
  assert.deepEqual(second.voxels, b.voxels);
});

test("whatever the order of memory and the extents, both keep their points, on one grid that holds both", () => {
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const;
  const whole = fc.integer({ min: -3, max: 3 });
  const size = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(
      fc.constantFrom(...orders),
      fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      fc.tuple(whole, whole, whole),
      fc.tuple(size, size, size),
      (order, flips, start, shape) => {
        const a = noise(oblique, 1);
        const b = rearranged(
          noise(part(oblique, zyx(...start), zyx(...shape)), 2),
          zyx(order[0], order[1], order[2]),
          zyx(...flips),
        );
        const [first, second] = onCommonGrid(a, b);
        assert.deepEqual(pointsOf(first), pointsOf(a));
        assert.deepEqual(pointsOf(second), pointsOf(b));
        assert.deepEqual(second.grid, first.grid);
        const counted = mapZyx(
          oblique.shape,
          (length, axis) => Math.max(length, start[axis] + shape[axis]) - Math.min(0, start[axis]),
        );
        assert.deepEqual(first.grid.shape, counted);
      },
    ),
  );
});

test("rounded headers are the same grid, half a voxel or another spacing is not", () => {
  const mask = noise(oblique, 1);
  const moved = (changes: Partial<Grid>): Mask => ({ ...mask, grid: { ...oblique, ...changes } });
  const [l, p, s] = oblique.originLps;
  assert.deepEqual(onCommonGrid(mask, moved({ originLps: lps(l + 0.04, p, s) }))[1].voxels, mask.voxels);
  for (const changes of [
    { originLps: lps(l + 0.35, p, s) },
    { spacingMm: zyx(2.5, 0.8, 0.72) },
    { spacingMm: zyx(5, 0.8, 0.7) },
    { axes: zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0)) },
  ])
    assert.throws(
      () => onCommonGrid(mask, moved(changes)),
      (error) => error instanceof FailureError && error.failure.code === "GRIDS_DIFFER",
    );
});

test("a resampled mask is its nearest voxel everywhere, and outside of it nothing", () => {
  const mask = noise(oblique, 1);
  assert.deepEqual(resampleMask(mask, oblique).voxels, mask.voxels);
  const fine: Grid = { ...oblique, shape: zyx(8, 5, 6), spacingMm: zyx(1.25, 0.8, 0.7) };
  const found = resampleMask(mask, { ...fine, originLps: voxelToLps(oblique, -0.25, 0, 0) });
  for (let k = 0; k < 8; k++)
    assert.deepEqual(
      found.voxels.subarray(k * 30, k * 30 + 30),
      mask.voxels.subarray((k >> 1) * 30, (k >> 1) * 30 + 30),
    );
  const beside = part(oblique, zyx(0, 0, 6), oblique.shape);
  assert.ok(resampleMask(mask, beside).voxels.every((voxel) => voxel === 0));
});
