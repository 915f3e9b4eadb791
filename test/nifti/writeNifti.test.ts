import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { type Lps, lps, type Zyx, zyx } from "../../src/domain/axes.ts";
import type { Grid } from "../../src/domain/grid.ts";
import { readNifti } from "../../src/nifti/readNifti.ts";
import { writeNifti } from "../../src/nifti/writeNifti.ts";
import { cornerDistanceMm, gridOfRas, isInvalid } from "./support/nifti.ts";

const axial: Grid = gridOfRas(
  [3, 2, 2],
  [
    [-0.8, 0, 0, 120],
    [0, -0.8, 0, 110],
    [0, 0, 2.5, -300],
  ],
);

const mask = { grid: axial, voxels: Uint8Array.from([0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1]) };

/** Any orthogonal frame, either handedness: rotations by three angles, then a mirroring of one axis or none. */
const axes: fc.Arbitrary<Zyx<Lps>> = fc
  .tuple(
    fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    fc.constantFrom(1, -1),
  )
  .map(([a, b, c, mirror]) => {
    const [ca, sa, cb, sb, cc, sc] = [a, b, c].flatMap((angle) => [Math.cos(angle), Math.sin(angle)]) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return zyx(
      lps(mirror * (ca * sb * cc + sa * sc), mirror * (sa * sb * cc - ca * sc), mirror * cb * cc),
      lps(ca * sb * sc - sa * cc, sa * sb * sc + ca * cc, cb * sc),
      lps(ca * cb, sa * cb, -sb),
    );
  });

const size = fc.integer({ min: 1, max: 6 });
const spacing = fc.double({ min: 0.2, max: 8, noNaN: true });
const coordinate = fc.double({ min: -500, max: 500, noNaN: true });

const grids: fc.Arbitrary<Grid> = fc
  .tuple(size, size, size, spacing, spacing, spacing, coordinate, coordinate, coordinate, axes)
  .map(([k, j, i, dz, dy, dx, l, p, s, directions]) => ({
    shape: zyx(k, j, i),
    spacingMm: zyx(dz, dy, dx),
    originLps: lps(l, p, s),
    axes: directions,
  }));

/** The same file with the sform switched off, so that a reader must use the qform. */
function withoutSform(file: Uint8Array): Uint8Array {
  const plain = new Uint8Array(gunzipSync(file));
  plain.fill(0, 254, 256);
  plain.fill(255, 280, 328);
  return plain;
}

describe("round trip", () => {
  test("O2 any volume comes back with equal voxels and its corners within 1e-4 mm", () => {
    fc.assert(
      fc.property(
        grids,
        fc.infiniteStream(fc.float({ noNaN: true, noDefaultInfinity: true })),
        (grid, stream) => {
          const count = grid.shape[0] * grid.shape[1] * grid.shape[2];
          // Scaling by 1 and 0 turns -0 into 0, which is the same number.
          const voxels = Float32Array.from([...stream.take(count)], (value) => value + 0);
          const back = readNifti(writeNifti({ grid, voxels }));
          assert.deepEqual(back.voxels, voxels);
          const distance = cornerDistanceMm(back.grid, grid);
          assert.ok(distance <= 1e-4, `${distance} mm`);
        },
      ),
    );
  });

  test("the qform says the same as the sform, to the rounding of its quaternion", () => {
    fc.assert(
      fc.property(grids, (grid) => {
        const voxels = new Uint8Array(grid.shape[0] * grid.shape[1] * grid.shape[2]);
        const file = writeNifti({ grid, voxels });
        const distance = cornerDistanceMm(readNifti(withoutSform(file)).grid, grid);
        // Near half-turns float32 components leave an angle of up to 0.0007.
        const reach = Math.hypot(...grid.shape.map((length, n) => (length - 1) * (grid.spacingMm[n] ?? 0)));
        assert.ok(distance <= 1e-4 + 7e-4 * reach, `${distance} mm at ${reach} mm`);
      }),
    );
  });

  for (const [name, rows] of [
    [
      "LPS",
      [
        [-1, 0, 0, 0],
        [0, -1, 0, 0],
        [0, 0, 1, 0],
      ],
    ],
    [
      "RAS",
      [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
      ],
    ],
    [
      "LAS",
      [
        [-1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
      ],
    ],
    [
      "PSR",
      [
        [0, 0, 1, 0],
        [-1, 0, 0, 0],
        [0, 1, 0, 0],
      ],
    ],
    [
      "SRA",
      [
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [1, 0, 0, 0],
      ],
    ],
    [
      "RPI",
      [
        [1, 0, 0, 0],
        [0, -1, 0, 0],
        [0, 0, -1, 0],
      ],
    ],
  ] as const) {
    test(`the qform of an image stored as ${name} is exact`, () => {
      const grid = gridOfRas([50, 60, 70], rows);
      const file = writeNifti({ grid, voxels: new Uint8Array(50 * 60 * 70) });
      assert.ok(cornerDistanceMm(readNifti(withoutSform(file)).grid, grid) < 1e-5);
    });
  }

  test("a mask comes back as the numbers 0 and 1", () => {
    const back = readNifti(writeNifti(mask));
    assert.deepEqual([...back.voxels], [...mask.voxels]);
  });
});

describe("the file", () => {
  test("equal input gives equal bytes, without time or operating system in them", () => {
    const first = writeNifti(mask);
    assert.deepEqual(writeNifti({ grid: { ...axial }, voxels: mask.voxels.slice() }), first);
    assert.deepEqual([...first.subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, first[8] ?? -1, 255]);
  });

  test("header and voxels are where nifti1.h puts them", () => {
    const file = gunzipSync(writeNifti(mask));
    const view = new DataView(file.buffer, file.byteOffset, file.length);
    assert.equal(file.length, 352 + 12);
    assert.equal(view.getInt32(0, true), 348);
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((n) => view.getInt16(40 + 2 * n, true)),
      [3, 3, 2, 2, 1, 1, 1, 1],
    );
    assert.deepEqual(
      [70, 72, 252, 254].map((at) => view.getInt16(at, true)),
      [2, 8, 1, 1],
    );
    assert.deepEqual(
      [108, 112, 116].map((at) => view.getFloat32(at, true)),
      [352, 1, 0],
    );
    assert.equal(view.getUint8(123), 2);
    assert.equal(file.toString("latin1", 344, 348), "n+1\0");
    assert.deepEqual([...file.subarray(148, 252)], new Array(104).fill(0), "no text about anybody");
    assert.deepEqual([...file.subarray(352)], [...mask.voxels]);
  });

  test("a volume is float32, a mask uint8", () => {
    const file = gunzipSync(writeNifti({ grid: axial, voxels: new Float32Array(12).fill(-1.5) }));
    const view = new DataView(file.buffer, file.byteOffset, file.length);
    assert.deepEqual(
      [70, 72].map((at) => view.getInt16(at, true)),
      [16, 32],
    );
    assert.equal(view.getFloat32(352, true), -1.5);
  });

  test("voxels that are a window into other memory are written alone", () => {
    const memory = Uint8Array.from([9, ...mask.voxels, 9]);
    assert.deepEqual(writeNifti({ grid: axial, voxels: memory.subarray(1, 13) }), writeNifti(mask));
  });

  test("what the format cannot hold is refused with NIFTI_INVALID", () => {
    assert.throws(
      () => writeNifti({ grid: axial, voxels: new Uint8Array(11) }),
      isInvalid(/11 voxels do not fill/),
    );
    const long = { ...axial, shape: zyx(1, 1, 32768) };
    assert.throws(
      () => writeNifti({ grid: long, voxels: new Uint8Array(32768) }),
      isInvalid(/at most 32767/),
    );
  });
});
