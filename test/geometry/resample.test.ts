import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { voxelCount, type Zyx, zyx } from "../../src/domain/axes.ts";
import { permute } from "../../src/geometry/permute.ts";
import { type Resampling, resample, resampleInto } from "../../src/geometry/resample.ts";
import type { SplineOrder } from "../../src/geometry/spline.ts";
import { copyWindow, permuted, whole } from "../../src/geometry/strided.ts";
import { anyShape } from "../support/grids.ts";
import { readNpyFloat32 } from "../support/npy.ts";
import { maxDifference, noise, rangeOf } from "../support/numbers.ts";
import { needsShared } from "../support/shared.ts";
import { readUnitVectors, toZyx, unitFile } from "../support/unitVectors.ts";

const skip = needsShared("vectors", "unit");

/** Which way the original went for each of its vectors. */
const separateAxes: Readonly<Record<string, number | null>> = {
  iso_down: null,
  iso_up: null,
  aniso_original: 0,
  aniso_target: 0,
  aniso_tie: null,
  sagittal_axis: 2,
  no_change: null,
  z_only: 0,
};

for (const [name, axis] of Object.entries(separateAxes)) {
  test(`Cubic resampling equals the original's: ${name}`, { skip }, (t) => {
    const source = readNpyFloat32(unitFile(`resample_${name}_in.npy`));
    const expected = readNpyFloat32(unitFile(`resample_${name}_out.npy`));
    const result = resample(whole(source.values, toZyx(source.shape)), toZyx(expected.shape), {
      order: 3,
      separate: axis === null ? null : { axis, order: 0 },
    });
    const difference = maxDifference(result, expected.values);
    t.diagnostic(`max |Δ| ${difference}`);
    assert.ok(difference <= 1e-6 * rangeOf(source.values), `max |Δ| ${difference}`);
  });
}

test("Linear resampling of both probability channels equals the original's", { skip }, (t) => {
  for (const { name, new_shape, separate_z } of readUnitVectors().restore) {
    const source = readNpyFloat32(unitFile(`restore_${name}_in.npy`));
    const expected = readNpyFloat32(unitFile(`restore_${name}_out.npy`));
    const shape = toZyx(source.shape.slice(1));
    const size = voxelCount(shape);
    const resampling: Resampling = { order: 1, separate: separate_z ? { axis: 0, order: 0 } : null };
    for (const channel of [0, 1]) {
      const values = source.values.subarray(channel * size, (channel + 1) * size);
      const result = resample(whole(values, shape), toZyx(new_shape), resampling);
      const found = expected.values.subarray(channel * result.length, (channel + 1) * result.length);
      const difference = maxDifference(result, found);
      t.diagnostic(`${name} channel ${channel}: max |Δ| ${difference}`);
      assert.ok(difference <= 1e-7);
    }
  }
});

const anyOrder = fc.constantFrom<SplineOrder>(0, 1, 3);

const resamplings: fc.Arbitrary<Resampling> = fc.record({
  order: anyOrder,
  separate: fc.option(fc.record({ axis: fc.nat(2), order: anyOrder }), { nil: null }),
});

const smallShape = anyShape(9);

test("Resampling to the same shape changes no voxel", () => {
  fc.assert(
    fc.property(smallShape, resamplings, fc.integer(), (shape, resampling, seed) => {
      const voxels = noise(voxelCount(shape), seed);
      assert.deepEqual(resample(whole(voxels, shape), shape, resampling), voxels);
    }),
  );
});

test("Without slices between, values never leave the range of the input", () => {
  fc.assert(
    fc.property(smallShape, smallShape, anyOrder, fc.integer(), (from, to, order, seed) => {
      const voxels = noise(voxelCount(from), seed);
      const result = resample(whole(voxels, from), to, { order, separate: null });
      assert.ok(Math.min(...result) >= Math.min(...voxels));
      assert.ok(Math.max(...result) <= Math.max(...voxels));
    }),
  );
});

const anyPermutation = fc.constantFrom(
  zyx(0, 1, 2),
  zyx(0, 2, 1),
  zyx(1, 0, 2),
  zyx(1, 2, 0),
  zyx(2, 0, 1),
  zyx(2, 1, 0),
);

const transposed = (voxels: Float32Array, shape: Zyx<number>, axes: Zyx<number>): Float32Array => {
  const result = new Float32Array(voxels.length);
  copyWindow(permuted(whole(voxels, shape), axes), whole(result, permute(shape, axes)));
  return result;
};

test("Transposing first, with the separate axis renamed, gives the transposed result", () => {
  fc.assert(
    fc.property(smallShape, smallShape, resamplings, anyPermutation, (from, to, resampling, axes) => {
      const voxels = noise(voxelCount(from));
      const { order, separate } = resampling;
      const renamed = separate && { ...separate, axis: axes.indexOf(separate.axis) };
      const after = transposed(resample(whole(voxels, from), to, resampling), to, axes);
      const before = resample(permuted(whole(voxels, from), axes), permute(to, axes), {
        order,
        separate: renamed,
      });
      assert.ok(maxDifference(before, after) < 1e-6);
    }),
  );
});

test("Slices resampled one by one and repeated are what each slice gives alone", () => {
  const [from, to] = [zyx(3, 7, 6), zyx(6, 9, 4)];
  const voxels = noise(voxelCount(from));
  const together = resample(whole(voxels, from), to, { order: 3, separate: { axis: 0, order: 0 } });
  for (let k = 0; k < 6; k++) {
    const slice = voxels.subarray(Math.floor(k / 2) * 42, Math.floor(k / 2) * 42 + 42);
    const alone = resample(whole(slice, zyx(1, 7, 6)), zyx(1, 9, 4), { order: 3, separate: null });
    assert.deepEqual(together.subarray(k * 36, k * 36 + 36), alone);
  }
});

test("Slices can be mixed linearly between their centres", () => {
  const voxels = Float32Array.from([0, 0, 0, 0, 8, 8, 8, 8]);
  const result = resample(whole(voxels, zyx(2, 2, 2)), zyx(4, 1, 1), {
    order: 3,
    separate: { axis: 0, order: 1 },
  });
  assert.deepEqual([...result], [0, 2, 6, 8]);
});

test("The finishing step sees double precision before the result is rounded", () => {
  const source = whole(Float32Array.from([0, 1]), zyx(1, 1, 2));
  const seen: number[] = [];
  const target = new Uint8Array(3);
  resampleInto(source, whole(target, zyx(1, 1, 3)), { order: 1, separate: null }, (plane) => {
    seen.push(...plane);
    plane.fill(9);
  });
  assert.deepEqual(seen, [0, (2 / 3) * 1.5 - 0.5, 1]);
  assert.deepEqual([...target], [9, 9, 9]);
});
