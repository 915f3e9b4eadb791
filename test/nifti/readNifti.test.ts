import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { readNifti } from "../../src/nifti/readNifti.ts";
import { cornerDistanceMm, type Fields, gridOfRas, niftiFile, type Put, putInt16 } from "./support/nifti.ts";

const values = (length: number): number[] => Array.from({ length }, (_, n) => n);

const plainGrid = gridOfRas(
  [2, 3, 4],
  [
    [1, 0, 0, 10],
    [0, 2, 0, 20],
    [0, 0, 3, 30],
  ],
);

describe("voxels", () => {
  const types: readonly [string, number, number, readonly number[], Put][] = [
    ["uint8", 2, 8, [0, 255], (view, at, value) => view.setUint8(at, value)],
    ["int8", 256, 8, [-128, 127], (view, at, value) => view.setInt8(at, value)],
    ["int16", 4, 16, [-32768, 32767], putInt16],
    ["uint16", 512, 16, [0, 65535], (view, at, value, little) => view.setUint16(at, value, little)],
    ["int32", 8, 32, [-8388608, 8388607], (view, at, value, little) => view.setInt32(at, value, little)],
    ["uint32", 768, 32, [0, 16777215], (view, at, value, little) => view.setUint32(at, value, little)],
    ["float32", 16, 32, [-1.5, 3e38], (view, at, value, little) => view.setFloat32(at, value, little)],
    ["float64", 64, 64, [-0.1, 3e38], (view, at, value, little) => view.setFloat64(at, value, little)],
    ["int64", 1024, 64, [-9, 9], (view, at, value, little) => view.setBigInt64(at, BigInt(value), little)],
    ["uint64", 1280, 64, [0, 9], (view, at, value, little) => view.setBigUint64(at, BigInt(value), little)],
  ];
  for (const [name, datatype, bitpix, range, put] of types) {
    for (const isLittleEndian of [true, false]) {
      for (const isCompressed of [false, true]) {
        const how = `${isLittleEndian ? "little" : "big"}-endian${isCompressed ? ", gzip" : ""}`;
        test(`${name} voxels are read as they are (${how})`, () => {
          const stored = [...range, ...values(22)];
          const file = niftiFile({ datatype, bitpix, isLittleEndian }, stored, put);
          const { voxels } = readNifti(isCompressed ? gzipSync(file) : file);
          assert.deepEqual([...voxels], stored.map(Math.fround));
        });
      }
    }
  }

  test("slope and intercept are applied in double precision before rounding to float32", () => {
    const { voxels } = readNifti(niftiFile({ slope: 0.1, inter: -1024 }));
    const slope = Math.fround(0.1);
    assert.deepEqual(
      [...voxels],
      values(24).map((n) => Math.fround(n * slope - 1024)),
    );
  });

  for (const slope of [0, Number.NaN]) {
    test(`slope ${slope} means unscaled, whatever the intercept says`, () => {
      assert.deepEqual([...readNifti(niftiFile({ slope, inter: 7 })).voxels], values(24));
    });
  }

  test("a file at an odd place in memory is read, and the caller's bytes stay as they were", () => {
    for (const isLittleEndian of [true, false]) {
      const file = niftiFile({ isLittleEndian });
      const memory = new Uint8Array(file.length + 1);
      memory.set(file, 1);
      const before = memory.slice();
      assert.deepEqual([...readNifti(memory.subarray(1)).voxels], values(24));
      assert.deepEqual(memory, before);
    }
  });

  test("voxels after a header extension are found by their offset", () => {
    assert.deepEqual([...readNifti(niftiFile({ voxOffset: 1024 })).voxels], values(24));
  });

  for (const dim of [
    [4, 2, 3, 4, 1, 1, 1, 1],
    [7, 2, 3, 4, 1, 1, 1, 1],
    [3, 2, 3, 4, 0, 0, 0, 0],
  ]) {
    test(`dimensions ${dim.join(" ")} are one 3-D volume`, () => {
      const { grid, voxels } = readNifti(niftiFile({ dim }));
      assert.deepEqual([...grid.shape], [4, 3, 2]);
      assert.equal(voxels.length, 24);
    });
  }
});

describe("geometry", () => {
  const gridOf = (fields: Partial<Fields>) => readNifti(niftiFile(fields)).grid;
  const noSform = { sformCode: 0, qformCode: 1, srow: new Array(12).fill(Number.NaN) };

  test("O2 the affine turns from RAS to LPS, axes in array order", () => {
    const { shape, spacingMm, originLps, axes } = gridOf({});
    assert.deepEqual([...shape], [4, 3, 2]);
    assert.deepEqual([...spacingMm], [3, 2, 1]);
    assert.deepEqual([...originLps], [-10, -20, 30]);
    assert.deepEqual(
      axes.map((axis) => axis.map((n) => n + 0)),
      [
        [0, 0, 1],
        [0, -1, 0],
        [-1, 0, 0],
      ],
    );
  });

  test("the sform wins over the qform", () => {
    const grid = gridOf({ qformCode: 1, quatern: [1, 0, 0], qoffset: [99, 99, 99] });
    assert.ok(cornerDistanceMm(grid, plainGrid) < 1e-5);
  });

  test("the qform is used where there is no sform", () => {
    assert.ok(cornerDistanceMm(gridOf(noSform), plainGrid) < 1e-5);
  });

  test("pixdim[0] below zero turns the third axis of the qform round, zero does not", () => {
    const turned = gridOfRas(
      [2, 3, 4],
      [
        [1, 0, 0, 10],
        [0, 2, 0, 20],
        [0, 0, -3, 30],
      ],
    );
    assert.ok(cornerDistanceMm(gridOf({ ...noSform, pixdim: [-1, 1, 2, 3] }), turned) < 1e-5);
    assert.ok(cornerDistanceMm(gridOf({ ...noSform, pixdim: [0, 1, 2, 3] }), plainGrid) < 1e-5);
  });

  // nibabel 5.4.2: nibabel.quaternions.quat2mat([0.5, 0.5, -0.5, 0.5]) and [0.8, 0.36, -0.48, 0], times diag(1, 2, 3)
  const goldens = [
    {
      quatern: [0.5, -0.5, 0.5],
      rows: [
        [0, -2, 0, 10],
        [0, 0, -3, 20],
        [1, 0, 0, 30],
      ],
    },
    {
      quatern: [0.36, -0.48, 0],
      rows: [
        [0.5392, -0.6912, -2.304, 10],
        [-0.3456, 1.4816, -1.728, 20],
        [0.768, 1.152, 0.84, 30],
      ],
    },
  ] as const;
  for (const { quatern, rows } of goldens) {
    test(`the quaternion ${quatern.join(" ")} is the rotation that nibabel makes of it`, () => {
      assert.ok(cornerDistanceMm(gridOf({ ...noSform, quatern }), gridOfRas([2, 3, 4], rows)) < 1e-5);
    });
  }

  for (const [units, name, factor] of [
    [0, "no unit", 1],
    [1, "metres", 1000],
    [3, "micrometres", 0.001],
    [2 | 8, "millimetres and seconds", 1],
  ] as const) {
    test(`${name}: lengths become mm`, () => {
      const { spacingMm, originLps } = gridOf({ units });
      assert.deepEqual([...spacingMm], [3 * factor, 2 * factor, factor]);
      assert.deepEqual([...originLps], [-10 * factor, -20 * factor, 30 * factor]);
    });
  }

  test("a left-handed grid stays left-handed", () => {
    const rows = [
      [-1, 0, 0, 10],
      [0, 2, 0, 20],
      [0, 0, 3, 30],
    ] as const;
    assert.ok(cornerDistanceMm(gridOf({ srow: rows.flat() }), gridOfRas([2, 3, 4], rows)) < 1e-5);
  });
});
