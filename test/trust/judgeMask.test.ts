import assert from "node:assert/strict";
import test from "node:test";
import { lps, zyx } from "../../src/domain/axes.ts";
import type { Grid, Mask } from "../../src/domain/grid.ts";
import type { Measures } from "../../src/domain/result.ts";
import { judgeMask } from "../../src/trust/judgeMask.ts";

const grid: Grid = {
  shape: zyx(4, 5, 6),
  spacingMm: zyx(1, 1, 1),
  originLps: lps(0, 0, 0),
  axes: zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0)),
};

type Voxel = readonly [number, number, number];

const maskAt = (...[z, y, x]: Voxel): Mask => {
  const voxels = new Uint8Array(120);
  voxels[(z * 5 + y) * 6 + x] = 1;
  return { grid, voxels };
};

const ofVolume = (volumeMl: number): Measures => ({
  voxels: 1,
  volumeMl,
  intensity: null,
  centroidLps: null,
  extent: null,
});
const usual = ofVolume(70);
const edgesOf = (mask: Mask): unknown => judgeMask(mask, usual)[0]?.details?.["edges"];

test("a mask inside the image of a usual volume is not doubted", () => {
  for (const at of [
    [1, 1, 1],
    [2, 3, 4],
    [1, 1, 4],
    [2, 3, 1],
  ] satisfies Voxel[])
    assert.deepEqual(judgeMask(maskAt(...at), usual), []);
});

test("a mask that touches an edge is doubted, and the edge is named", () => {
  assert.deepEqual(edgesOf(maskAt(0, 2, 2)), ["first slice"]);
  assert.deepEqual(edgesOf(maskAt(3, 2, 2)), ["last slice"]);
  for (const at of [
    [1, 0, 2],
    [1, 4, 2],
    [1, 2, 0],
    [1, 2, 5],
    [2, 0, 0],
    [2, 4, 5],
  ] satisfies Voxel[])
    assert.deepEqual(edgesOf(maskAt(...at)), ["lateral border"], at.join());
  assert.deepEqual(edgesOf(maskAt(3, 4, 5)), ["last slice", "lateral border"]);
  const [warning] = judgeMask(maskAt(0, 2, 2), usual);
  assert.equal(warning?.code, "MASK_AT_EDGE");
  assert.match(String(warning?.sentence), /first slice/);
});

test("a volume outside the range of healthy adults is doubted, its bounds are not", () => {
  const codes = (volumeMl: number): readonly string[] =>
    judgeMask(maskAt(1, 1, 1), ofVolume(volumeMl)).map(({ code }) => code);
  assert.deepEqual(codes(18.7), ["VOLUME_UNUSUAL"]);
  assert.deepEqual(codes(18.8), []);
  assert.deepEqual(codes(139.8), []);
  assert.deepEqual(codes(139.9), ["VOLUME_UNUSUAL"]);
  assert.match(String(judgeMask(maskAt(1, 1, 1), ofVolume(200))[0]?.sentence), /200\.0 ml/);
});

test("an empty mask is not doubted", () => {
  const empty = { grid, voxels: new Uint8Array(120) };
  assert.deepEqual(
    judgeMask(empty, { voxels: 0, volumeMl: 0, intensity: null, centroidLps: null, extent: null }),
    [],
  );
});
