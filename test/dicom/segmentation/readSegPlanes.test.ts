import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { openPart10 } from "../../../src/dicom/file/part10.ts";
import { readSegPlanes, segToMask } from "../../../src/dicom/segmentation/readSegPlanes.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { type Lps, lps, zyx } from "../../../src/domain/axes.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import type { Grid, Mask } from "../../../src/domain/grid.ts";
import type { SourceSeries } from "../../../src/domain/series.ts";
import { cross, normalise, scale, subtract } from "../../../src/geometry/vector.ts";
import { classicSeries } from "../../support/dicomSeries.ts";
import {
  asymmetricMask,
  makeContext,
  makeSource,
  maskOf,
  oblique,
  readFiles,
  type SourceSpec,
} from "../write/sources.ts";

const built = (mask: Mask, source: SourceSeries): Uint8Array => buildSeg(mask, makeContext(source)).bytes;

const failsWith = (run: () => unknown, code: string): void =>
  assert.throws(run, (error) => error instanceof FailureError && error.failure.code === code);

const dotAlong = (vector: Lps, axis: Lps): Lps =>
  scale(axis, vector[0] * axis[0] + vector[1] * axis[1] + vector[2] * axis[2]);

const geometries: readonly (readonly [string, SourceSpec])[] = [
  ["axial", {}],
  ["oblique", { ...oblique, shape: [5, 6, 7] }],
  ["sagittal", { alongRow: lps(0, 1, 0), alongColumn: lps(0, 0, -1) }],
  ["coronal", { alongRow: lps(1, 0, 0), alongColumn: lps(0, 0, -1) }],
  ["rotated by 180° in the plane", { alongRow: lps(-1, 0, 0), alongColumn: lps(0, -1, 0) }],
  ["of pixels that are not square", { spacingMm: [4, 0.5, 1.25] }],
];

for (const [name, spec] of geometries) {
  test(`PIT-1: an asymmetric mask in a stack that is ${name} comes back voxel by voxel`, () => {
    const source = makeSource(spec);
    const mask = asymmetricMask(source.grid);
    assert.deepEqual(segToMask(built(mask, source), source.grid).voxels, mask.voxels);
  });
}

test("any mask on any grid comes back voxel by voxel", () => {
  const direction = fc.tuple(...([0, 1, 2] as const).map(() => fc.double({ min: -1, max: 1, noNaN: true })));
  const geometry = fc.record({
    shape: fc.tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
    ),
    spacing: fc.tuple(...([0, 1, 2] as const).map(() => fc.double({ min: 0.3, max: 8, noNaN: true }))),
    row: direction,
    other: direction,
    origin: fc.tuple(...([0, 1, 2] as const).map(() => fc.double({ min: -500, max: 500, noNaN: true }))),
    noise: fc.uint8Array({ minLength: 324, maxLength: 324 }),
  });
  fc.assert(
    fc.property(geometry, ({ shape, spacing, row, other, origin, noise }) => {
      const alongRow = normalise(lps(...(row as [number, number, number])));
      const raw = lps(...(other as [number, number, number]));
      const rest = subtract(raw, dotAlong(raw, alongRow));
      fc.pre(Math.hypot(...row) > 0.1 && Math.hypot(...rest) > 0.1);
      const source = makeSource({
        shape: shape as [number, number, number],
        spacingMm: spacing as [number, number, number],
        alongRow,
        alongColumn: normalise(rest),
        origin: lps(...(origin as [number, number, number])),
      });
      const voxels = Uint8Array.from(
        { length: shape[0] * shape[1] * shape[2] },
        (_, i) => (noise[i] ?? 0) & 1,
      );
      fc.pre(voxels.includes(1));
      const mask: Mask = { grid: source.grid, voxels };
      assert.deepEqual(segToMask(built(mask, source), source.grid).voxels, voxels);
    }),
    { numRuns: 60 },
  );
});

test("a mask of a descending and an ascending series is the same in patient space", async () => {
  const spec = { slices: 6, rows: 6, columns: 7, alongColumn: [0, -1, 0] as const };
  const source = await readFiles([...classicSeries(spec)].reverse());
  const mask = asymmetricMask(source.grid);
  assert.deepEqual(segToMask(built(mask, source), source.grid).voxels, mask.voxels);
  const { grid } = source;
  // The same space with slice and row axes turned round.
  const [slices, rows] = grid.shape;
  const turned: Grid = {
    ...grid,
    axes: zyx(scale(grid.axes[0], -1), scale(grid.axes[1], -1), grid.axes[2]),
    originLps: lps(
      grid.originLps[0],
      grid.originLps[1] + (rows - 1) * grid.spacingMm[1] * grid.axes[1][1],
      grid.originLps[2] + (slices - 1) * grid.spacingMm[0] * grid.axes[0][2],
    ),
  };
  const seen = segToMask(built(mask, source), turned);
  const [, , columns] = grid.shape;
  mask.voxels.forEach((voxel, i) => {
    const [z, y, x] = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
    assert.equal(seen.voxels[((slices - 1 - z) * rows + rows - 1 - y) * columns + x], voxel);
  });
});

test("VAL-5: each plane is at the position of the source image that it names, with its voxels", () => {
  const source = makeSource({ ...oblique, shape: [5, 6, 7] });
  const mask = asymmetricMask(source.grid);
  const seg = readSegPlanes(built(mask, source));
  assert.equal(seg.rows, 6);
  assert.equal(seg.columns, 7);
  assert.equal(seg.frameOfReferenceUid, source.frameOfReferenceUid);
  assert.equal(seg.studyUid, source.studyUid);
  assert.equal(seg.planes.length, 3);
  for (const plane of seg.planes) {
    const z = source.frames.findIndex(({ sopInstanceUid }) => sopInstanceUid === plane.sopInstanceUid);
    plane.positionLps.forEach((mm, axis) => {
      assert.ok(Math.abs(mm - Number(source.frames[z]?.positionLps[axis])) < 1e-6);
    });
    assert.deepEqual(plane.voxels, mask.voxels.subarray(z * 42, (z + 1) * 42));
  }
  const normal = cross(...seg.imageOrientation);
  for (const axis of [0, 1, 2] as const) assert.ok(Math.abs(normal[axis] - source.grid.axes[0][axis]) < 1e-9);
});

test("SEG-17: an odd matrix of 61 × 63 in three frames comes back", () => {
  const source = makeSource({ shape: [3, 61, 63] });
  const voxels = Uint8Array.from({ length: 3 * 61 * 63 }, (_, i) => Number((i * i + 3 * i) % 7 < 2));
  const mask = { grid: source.grid, voxels };
  assert.deepEqual(segToMask(built(mask, source), source.grid).voxels, voxels);
});

test("masks of one voxel, and on the first and last slice, come back", () => {
  const source = makeSource();
  const marked = [
    [[0, 0, 0]],
    [[5, 4, 6]],
    [
      [0, 4, 0],
      [5, 0, 6],
    ],
  ] as const;
  for (const voxels of marked) {
    const mask = maskOf(source.grid, voxels);
    assert.deepEqual(segToMask(built(mask, source), source.grid).voxels, mask.voxels);
  }
});

test("a segmentation that leaves the grid is refused", () => {
  const source = makeSource();
  const bytes = built(maskOf(source.grid, [[5, 4, 6]]), source);
  const smaller = { ...source.grid, shape: zyx(6, 4, 7) };
  failsWith(() => segToMask(bytes, smaller), "STORED_DIFFERS");
  const beside = { ...source.grid, originLps: lps(-120.5 + 0.35, -98.25, 41.3) };
  failsWith(() => segToMask(bytes, beside), "STORED_DIFFERS");
});

/** The file with the value of one element of the data set replaced. */
const withElement = (bytes: Uint8Array, tag: number, value: readonly number[]): Uint8Array => {
  const element = openPart10(bytes).elements.find((found) => found.tag === tag);
  assert.ok(element);
  const changed = Uint8Array.from(bytes);
  changed.set(value, element.valueStart);
  return changed;
};

test("PIT-10: what is not a binary segmentation, or ends early, is refused", () => {
  const source = makeSource();
  const bytes = built(asymmetricMask(source.grid), source);
  failsWith(() => readSegPlanes(new Uint8Array(500)), "NOT_DICOM");
  failsWith(() => readSegPlanes(withElement(bytes, 0x00280100, [8, 0])), "UNSUPPORTED_PIXEL_FORMAT");
  failsWith(() => readSegPlanes(withElement(bytes, 0x00280010, [200, 0])), "PIXEL_DATA_TRUNCATED");
  failsWith(() => readSegPlanes(bytes.subarray(0, bytes.length - 8)), "PIXEL_DATA_TRUNCATED");
  const { pixelData } = openPart10(bytes);
  const encapsulated = Uint8Array.from(bytes);
  encapsulated.set([0xff, 0xff, 0xff, 0xff], (pixelData?.valueStart ?? 0) - 4);
  failsWith(() => readSegPlanes(encapsulated), "UNSUPPORTED_TRANSFER_SYNTAX");
});

test("a segmentation without pixel spacing is refused", () => {
  const source = makeSource();
  const bytes = Buffer.from(built(asymmetricMask(source.grid), source));
  const at = bytes.indexOf("0.75\\0.75");
  assert.ok(at > 0);
  bytes.write("   x\\x   ", at);
  failsWith(() => readSegPlanes(new Uint8Array(bytes)), "NO_GEOMETRY");
});
