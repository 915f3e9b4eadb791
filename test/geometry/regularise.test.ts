import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { makePancreas } from "../../src/demo/phantom/pancreas.ts";
import { makeRandom } from "../../src/demo/phantom/random.ts";
import { type Lps, lps, voxelCount, zyx } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import type { Mask, Stack, Volume } from "../../src/domain/grid.ts";
import { placeStack, regularGrid } from "../../src/geometry/regularGrid.ts";
import { regularise } from "../../src/geometry/regularise.ts";
import { gridPlanes, isRegular, stackOf } from "../../src/geometry/stack.ts";
import { add, dot, norm, scale, subtract, voxelToLps } from "../../src/geometry/vector.ts";
import { anyGrid } from "../support/grids.ts";
import { dice, maxDifference } from "../support/numbers.ts";
import { anyStack, makeStack, patternOf, summed } from "./stacks.ts";

const volumeOf = (stack: Stack): Volume => {
  const { planesLps: _, ...grid } = stack;
  return { grid, voxels: patternOf(stack) };
};

const planeOf = ({ voxels, grid }: Volume | Mask, k: number): Float32Array | Uint8Array =>
  voxels.subarray(k * grid.shape[1] * grid.shape[2], (k + 1) * grid.shape[1] * grid.shape[2]);

/** Sum of each plane, and with every value times its place, from 1. */
const sums = (volume: Volume | Mask): { plain: number[]; placed: number[] } => {
  const planes = Array.from({ length: volume.grid.shape[0] }, (_, k) => [...planeOf(volume, k)]);
  return {
    plain: planes.map((plane) => plane.reduce((a, b) => a + b, 0)),
    placed: planes.map((plane) => plane.reduce((sum, value, i) => sum + value * (i + 1), 0)),
  };
};

const driftOf = (heightsMm: readonly number[]) => (k: number) =>
  [(1.3 * Number(heightsMm[k])) / 5, (-0.7 * Number(heightsMm[k])) / 5] as const;

const shearedStack = (heightsMm: readonly number[]): Stack =>
  makeStack({ heightsMm, driftMm: driftOf(heightsMm) });

/*
 * The numbers of the three tests below come from numpy 2.4.6 and scipy 1.17.1:
 *
 * import numpy as np
 * from scipy.ndimage import map_coordinates, affine_transform
 * k, j, i = np.indices((4, 5, 6)); v = ((k * 977 + j * 131 + i * 37) % 211 - 50).astype(float)
 * def show(planes): w = np.arange(planes[0].size) + 1; print([p.sum() for p in planes], [(p.ravel() * w).sum() for p in planes])
 * # Evenly sheared: (k,j,i) -> mm along the normal, down the rows, along a row
 * src = np.array([[5, 0, 0, 0], [1.3, 0.8, 0, 0], [-0.7, 0, 0.5, 0], [0, 0, 0, 1]])
 * dst = np.array([[5, 0, 0, 0], [0, 0.8, 0, 0], [0, 0, 0.5, -2.5], [0, 0, 0, 1]]); m = np.linalg.inv(src) @ dst
 * show(affine_transform(v, m[:3, :3], m[:3, 3], (4, 10, 11), order=1, mode="grid-constant", cval=v.min()))
 * K, J, I = np.indices((4, 10, 11)); mask = (((K * 7 + J // 3 * 5 + I // 4 * 3) % 4) < 2).astype(float); b = np.linalg.inv(m)
 * show(affine_transform(mask, b[:3, :3], b[:3, 3], (4, 5, 6), order=1, mode="grid-constant") >= 0.5)
 * # The same shear with a hole
 * at = np.interp(np.arange(5) * 5, [0, 5, 10, 20], np.arange(4)); g = np.indices((5, 12, 12)); z = at[g[0]]
 * show(map_coordinates(v, [z, g[1] - g[0] * 1.3 / 0.8, g[2] - 6 + g[0] * 0.7 / 0.5], order=1, mode="grid-constant", cval=v.min()))
 * # Straight and uneven
 * at = np.interp(np.arange(8) * 2, [0, 3, 10, 14], np.arange(4)); g = np.indices((8, 5, 6)); z = at[g[0]]
 * show(map_coordinates(v, [z, g[1], g[2]], order=1))
 */
test("S6: an evenly sheared stack becomes scipy's affine_transform of it, and a mask comes back as by its inverse", () => {
  const stack = shearedStack([0, 5, 10, 15]);
  const { volume, toStack } = regularise(volumeOf(stack), stack);
  assert.deepEqual([...volume.grid.shape], [4, 10, 11]);
  const { plain, placed } = sums(volume);
  assert.ok(maxDifference(plain, [-2461, -2269, -2499, -2518]) < 1e-3);
  assert.ok(maxDifference(placed, [-214015, -154928.275, -116713.05, -66785.65]) < 0.1);
  const voxels = Uint8Array.from({ length: 440 }, (_, n) => {
    const [k, j, i] = [Math.floor(n / 110), Math.floor(n / 11) % 10, n % 11];
    return Number((k * 7 + Math.floor(j / 3) * 5 + Math.floor(i / 4) * 3) % 4 < 2);
  });
  const mask = toStack({ grid: volume.grid, voxels });
  assert.deepEqual([...mask.grid.shape], [4, 5, 6]);
  assert.deepEqual(sums(mask), { plain: [6, 6, 4, 6], placed: [138, 117, 90, 93] });
});

test("S3: a hole in a sheared stack is filled along the shear, as by scipy's map_coordinates", () => {
  const stack = shearedStack([0, 5, 10, 20]);
  const { volume } = regularise(volumeOf(stack), stack);
  assert.deepEqual([...volume.grid.shape], [5, 12, 12]);
  const { plain, placed } = sums(volume);
  assert.ok(maxDifference(plain, [-4161, -3969, -4199, -4208.5, -4218]) < 1e-3);
  assert.ok(maxDifference(placed, [-421806, -356892.9, -314864.8, -260273.05, -206025.2]) < 0.1);
});

test("S5: uneven planes are interpolated at every half of the median gap, as by scipy's map_coordinates", () => {
  const stack = makeStack({ heightsMm: [0, 3, 10, 14] });
  const { volume } = regularise(volumeOf(stack), stack);
  assert.deepEqual([...volume.grid.shape], [8, 5, 6]);
  const expected = [1539, 1667, 1698.142857, 1632.428571, 1566.714286, 1501, 1491.5, 1482];
  assert.ok(maxDifference(sums(volume).plain, expected) < 1e-3);
});

test("S3: planes around a hole keep their values to the bit, and the hole holds the mean of its neighbours", () => {
  const stack = makeStack({ heightsMm: [0, 2.5, 5.02, 10, 12.49, 15] });
  const source = volumeOf(stack);
  const { volume } = regularise(source, stack);
  assert.equal(volume.grid.shape[0], 7);
  for (const [k, slice] of [0, 1, 2, 4, 5, 6].entries())
    assert.deepEqual(planeOf(volume, slice), planeOf(source, k));
  const [below, above] = [planeOf(source, 2), planeOf(source, 3)];
  planeOf(volume, 3).forEach((value, i) => {
    assert.equal(value, (Number(below[i]) + Number(above[i])) / 2);
  });
});

test("S6: what lies beside the planes is as empty as the emptiest voxel", () => {
  const stack = makeStack({ heightsMm: [0, 5, 10], driftMm: (k) => [1.6 * k, 0] });
  const { volume } = regularise(volumeOf(stack), stack);
  assert.deepEqual([...volume.grid.shape], [3, 9, 6]);
  const least = Math.min(...patternOf(stack));
  assert.ok([...planeOf(volume, 0)].slice(30).every((value) => value === least));
  assert.ok([...planeOf(volume, 2)].slice(0, 24).every((value) => value === least));
  assert.deepEqual([...planeOf(volume, 2)].slice(24), [...patternOf(stack)].slice(60));
});

test("a regular stack is given back as it is, with its mask", () => {
  fc.assert(
    fc.property(anyGrid, (grid) => {
      const stack = stackOf(grid, gridPlanes(grid));
      const source = { grid, voxels: patternOf(stack) };
      const { volume, toStack } = regularise(source, stack);
      assert.equal(volume, source);
      const mask = { grid, voxels: new Uint8Array(source.voxels.length) };
      assert.equal(toStack(mask), mask);
      assert.deepEqual(regularGrid(stack), { ...grid, originLps: stack.originLps });
    }),
  );
});

const lattice = (stack: Stack) => {
  const { grid, corners } = placeStack(stack);
  /** Whether plane k lies on a plane of the grid, voxel on voxel. */
  const coincides = (k: number): boolean => (corners[k] ?? []).every(Number.isInteger);
  return { grid, corners, coincides };
};

test("any stack: the grid is orthogonal, has the stack's pixels, and holds every voxel where it lies in the patient", () => {
  fc.assert(
    fc.property(anyStack, (stack) => {
      const { grid, corners } = lattice(stack);
      assert.deepEqual([grid.spacingMm[1], grid.spacingMm[2]], [stack.spacingMm[1], stack.spacingMm[2]]);
      assert.deepEqual(grid.axes, stack.axes);
      const [, rows, columns] = stack.shape;
      stack.planesLps.forEach((plane, k) => {
        const [z, y, x] = corners[k] ?? zyx(Number.NaN, 0, 0);
        // Jitter along the normal, and drift that is no shear, are what a grid may straighten.
        const [off] = [subtract(voxelToLps(grid, z, y, x), plane)];
        const along = Math.abs(dot(off, grid.axes[0]));
        assert.ok(along <= Math.max(0.01, 0.05 * grid.spacingMm[0]) + 1e-9, `${along} mm off`);
        assert.ok(norm(off) < Math.max(1, 0.5 * Math.max(...stack.spacingMm.slice(1))) + along + 1e-9);
        assert.ok(z >= 0 && z <= grid.shape[0] - 1);
        assert.ok(y >= 0 && y <= grid.shape[1] - rows && x >= 0 && x <= grid.shape[2] - columns);
      });
    }),
  );
});

test("any stack: planes that lie on the grid's keep their values, and get back exactly the mask's voxels there", () => {
  let compared = 0;
  fc.assert(
    fc.property(anyStack, fc.uint8Array({ minLength: 64, maxLength: 64 }), (stack, bits) => {
      fc.pre(!isRegular(stack));
      const source = volumeOf(stack);
      const { volume, toStack } = regularise(source, stack);
      const { grid, corners, coincides } = lattice(stack);
      assert.deepEqual(volume.grid, grid);
      const voxels = Uint8Array.from({ length: voxelCount(grid.shape) }, (_, n) => (bits[n % 64] ?? 0) & 1);
      const mask = toStack({ grid, voxels });
      const [, rows, columns] = stack.shape;
      const slices = corners.map(([z]) => z);
      for (let n = 0; n < source.voxels.length; n++) {
        const [k, j, i] = [Math.floor(n / (rows * columns)), Math.floor(n / columns) % rows, n % columns];
        // Of two planes that are closer than the jitter, the grid can keep only one.
        if (!coincides(k) || slices.filter((z) => z === slices[k]).length > 1) continue;
        const [z, y, x] = corners[k] ?? zyx(0, 0, 0);
        const at = (z * grid.shape[1] + y + j) * grid.shape[2] + x + i;
        assert.equal(volume.voxels[at], source.voxels[n]);
        assert.equal(mask.voxels[n], voxels[at]);
        compared++;
      }
    }),
  );
  assert.ok(compared > 1000);
});

test("a mask that is everywhere, or nowhere, comes back so", () => {
  fc.assert(
    fc.property(anyStack, fc.constantFrom(0, 1), (stack, value) => {
      const { volume, toStack } = regularise(volumeOf(stack), stack);
      const { voxels } = toStack({
        grid: volume.grid,
        voxels: new Uint8Array(volume.voxels.length).fill(value),
      });
      assert.equal(voxels.length, voxelCount(stack.shape));
      assert.ok(voxels.every((voxel) => voxel === value));
    }),
  );
});

test("a probability comes back with its mask, half and more exactly inside it", () => {
  fc.assert(
    fc.property(anyStack, fc.uint8Array({ minLength: 64, maxLength: 64 }), (stack, levels) => {
      const { volume, toStack } = regularise(volumeOf(stack), stack);
      const probability = Uint8Array.from(volume.voxels, (_, n) => levels[n % 64] ?? 0);
      const voxels = probability.map((level) => level >>> 7);
      const mask = toStack({ grid: volume.grid, voxels, probability });
      assert.deepEqual(mask.voxels, toStack({ grid: volume.grid, voxels }).voxels);
      assert.deepEqual(
        mask.probability?.map((level) => level >>> 7),
        mask.voxels,
      );
    }),
  );
});

test("the values of a regularised volume stay within those of the stack", () => {
  fc.assert(
    fc.property(anyStack, (stack) => {
      const source = volumeOf(stack);
      const { volume } = regularise(source, stack);
      assert.ok(Math.min(...volume.voxels) >= Math.min(...source.voxels));
      assert.ok(Math.max(...volume.voxels) <= Math.max(...source.voxels));
    }),
  );
});

test("voxels that do not fill the stack, or a mask of another grid, are refused", () => {
  const stack = makeStack({ heightsMm: [0, 5, 15, 20, 25] });
  const isInternal = (error: unknown): boolean =>
    error instanceof FailureError && error.failure.code === "INTERNAL";
  const source = volumeOf(stack);
  const cut = { ...source, voxels: source.voxels.subarray(1) };
  assert.throws(() => regularise(cut, stack), isInternal);
  const { toStack } = regularise(source, stack);
  assert.throws(() => toStack({ grid: source.grid, voxels: new Uint8Array(150) }), isInternal);
});

/** A pancreas as the points of a grid or the planes of a stack see it. */
const paint = (seed: number, { shape, spacingMm, axes }: Volume["grid"], planes: Stack["planesLps"]) => {
  const { distance } = makePancreas(makeRandom(seed, "pancreas"), 75).solid;
  const voxels = new Uint8Array(voxelCount(shape));
  planes.forEach((plane, k) => {
    for (let j = 0; j < shape[1]; j++) {
      const row = add(plane, scale(axes[1], j * spacingMm[1]));
      for (let i = 0; i < shape[2]; i++) {
        const [x, y, z] = add(row, scale(axes[2], i * spacingMm[2]));
        voxels[(k * shape[1] + j) * shape[2] + i] = distance(x, y, z) < 0 ? 1 : 0;
      }
    }
  });
  return voxels;
};

/** Axes (z,y,x) in the order of the phantom's coordinates. */
const anatomical = [lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0)] as const;

/** The first voxel of a stack around the pancreas. */
const centred = (heightsMm: readonly number[], down: number, along: number): Lps => {
  const middle = Number(heightsMm.at(-1)) / 2;
  return lps(17 - 88 - middle * along, -13 - 72 - middle * down, -2 - middle);
};

const evenly = (count: number, mm: number): readonly number[] =>
  Array.from({ length: count }, (_, k) => k * mm);

const repeated = (count: number, mm: number): readonly number[] => Array.from({ length: count }, () => mm);

/** Stacks as scanners and archives spoil them, through a pancreas that is 90 mm high. */
const spoilt = [
  ["S3: a stack without two slices", evenly(25, 5).filter((_, k) => k !== 9 && k !== 15), 0, 0, 1],
  ["S6: a gantry tilt of 15 degrees", evenly(25, 5), 0.268, 0, 0.97],
  ["S6: a shear along rows and columns", evenly(41, 3), 0.2, 0.1, 0.97],
  // The gaps of a real GE series: 4.002, 6.999 and 1.081 mm.
  [
    "S5: gaps of 4, 7 and 1.1 mm",
    summed([...repeated(10, 4.002), 6.999, 1.081, ...repeated(10, 6.999)]),
    0,
    0,
    0.97,
  ],
  [
    "S5: thin slices above, thick ones below",
    summed([...repeated(20, 6), ...repeated(16, 2.5)].slice(10)),
    0,
    0,
    0.97,
  ],
  ["S3, S6: a tilt with a hole", evenly(25, 5).filter((_, k) => k !== 13), 0.268, 0, 0.97],
] as const;

for (const [name, heightsMm, down, along, least] of spoilt) {
  test(`${name}: a true pancreas on the regular grid comes back to the planes with a Dice of ${least} at least`, () => {
    for (const seed of [1, 2]) {
      const axes = zyx(...anatomical);
      const stack = makeStack({
        heightsMm,
        driftMm: (k) => [Number(heightsMm[k]) * down, Number(heightsMm[k]) * along],
        rows: 90,
        columns: 110,
        pixelMm: [1.6, 1.6],
        axes,
        originLps: centred(heightsMm, down, along),
      });
      const blank = { grid: volumeOf(stack).grid, voxels: new Float32Array(voxelCount(stack.shape)) };
      const { volume, toStack } = regularise(blank, stack);
      const truth = paint(seed, stack, stack.planesLps);
      const mask = toStack({ grid: volume.grid, voxels: paint(seed, volume.grid, gridPlanes(volume.grid)) });
      const overlap = dice(mask.voxels, truth);
      assert.ok(overlap >= least, `Dice ${overlap}`);
      assert.ok(truth.filter((voxel) => voxel === 1).length > 3000);
    }
  });
}
