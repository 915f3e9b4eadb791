import assert from "node:assert/strict";
import test from "node:test";
import { verifyBuilt } from "../../../src/dicom/verify/verifyBuilt.ts";
import { verifyStored } from "../../../src/dicom/verify/verifyStored.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import type { Mask } from "../../../src/domain/grid.ts";
import type { SourceSeries } from "../../../src/domain/series.ts";
import { withProbability } from "../../../src/geometry/probability.ts";
import { add, scale } from "../../../src/geometry/vector.ts";
import { matrixCases, orders } from "./matrixCases.ts";
import { buildObjects, type MatrixObjects, segmentationTypes } from "./matrixObjects.ts";
import { shifted } from "./sources.ts";

/** One of each way in which axes can be told apart or taken for each other. */
const telling = [
  "an axial CT",
  "a CT counted from head to feet",
  "a CT seen from the head",
  "an oblique MR with noise in its cosines",
  "an oblique MR counted backwards",
  "pixels that are not square",
  "an Enhanced CT",
];

type Axis = 0 | 1 | 2;
const axes: readonly (readonly [Axis, string])[] = [
  [0, "slice"],
  [1, "row"],
  [2, "column"],
];
const steps = [-1, 1] as const;

const moved = (mask: Mask, axis: Axis, step: number): Mask => {
  const by = [0, 1, 2].map((each) => (each === axis ? step : 0)) as [number, number, number];
  const body = shifted(mask, by);
  const levels = mask.voxels.map((_, i) => (i * 89) % 256);
  return withProbability(body, levels);
};

/** The other way round along one axis. */
const mirrored = ({ grid, voxels }: Mask, axis: Axis): Mask => {
  const [, rows, columns] = grid.shape;
  const turned = voxels.map((_, i) => {
    const at: [number, number, number] = [
      Math.floor(i / (rows * columns)),
      Math.floor(i / columns) % rows,
      i % columns,
    ];
    at[axis] = grid.shape[axis] - 1 - at[axis];
    return voxels[(at[0] * rows + at[1]) * columns + at[2]] ?? 0;
  });
  return withProbability(
    { grid, voxels: turned },
    voxels.map((_, i) => (i * 89) % 256),
  );
};

/** The images one voxel farther, under the same names. */
const displaced = (source: SourceSeries, axis: Axis, step: number): SourceSeries => {
  const by = scale(source.grid.axes[axis], step * source.grid.spacingMm[axis]);
  return {
    ...source,
    grid: { ...source.grid, originLps: add(source.grid.originLps, by) },
    frames: source.frames.map((frame) => ({ ...frame, positionLps: add(frame.positionLps, by) })),
  };
};

const isCode = (code: string) => (error: unknown) =>
  error instanceof FailureError && error.failure.code === code;

/** A SEG under the UIDs of another is never taken for it: before it is sent, after, nor where it was sent wrong. */
const assertCaught = ({ mask, measures, planes, seg, sr }: MatrixObjects, wrong: Uint8Array): void => {
  assert.throws(() => verifyBuilt(wrong, sr.bytes, mask, measures, planes), isCode("INTERNAL"));
  assert.throws(() => verifyStored("seg", wrong, seg.bytes, measures), isCode("STORED_DIFFERS"));
  assert.throws(() => verifyStored("seg", wrong, wrong, measures), isCode("STORED_DIFFERS"));
};

for (const title of telling)
  for (const type of segmentationTypes) {
    const matrixCase = matrixCases.find((each) => each.title === title);
    assert.ok(matrixCase !== undefined);
    /** Once for each order in which the files may arrive. */
    const inEachOrder = async (run: (objects: MatrixObjects) => void): Promise<void> => {
      for (const files of orders(matrixCase.images.files)) run(await buildObjects(matrixCase, type, files));
    };

    for (const [axis, name] of axes) {
      test(`PIT-1: a ${type} SEG of ${title} that is stored one ${name} off is caught, either way and by any order of files`, () =>
        inEachOrder((objects) => {
          const { mask, context, source, seg, measures } = objects;
          verifyStored("seg", Uint8Array.from(seg.bytes), seg.bytes, measures);
          for (const step of steps) {
            const voxels = buildSeg(moved(mask, axis, step), context);
            const position = buildSeg(mask, { ...context, source: displaced(source, axis, step) });
            for (const { object, bytes } of [voxels, position]) {
              assert.equal(object.sopInstanceUid, seg.object.sopInstanceUid);
              assertCaught(objects, bytes);
            }
          }
        }));

      test(`PIT-1: a ${type} SEG of ${title} that is stored mirrored along its ${name}s is caught`, () =>
        inEachOrder((objects) =>
          assertCaught(objects, buildSeg(mirrored(objects.mask, axis), objects.context).bytes),
        ));
    }
  }
