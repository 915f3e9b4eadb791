import assert from "node:assert/strict";
import { test } from "node:test";
import { makePhantom } from "../../../src/demo/phantom/makePhantom.ts";
import { writeSeries } from "../../../src/demo/phantom/writeSeries.ts";
import { segToMask } from "../../../src/dicom/segmentation/readSegPlanes.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { zyx } from "../../../src/domain/axes.ts";
import type { Mask } from "../../../src/domain/grid.ts";
import { noRepairs, type SeriesVolume } from "../../../src/domain/series.ts";
import { diceOf } from "../../../src/evaluate/dice.ts";
import { regularise } from "../../../src/geometry/regularise.ts";
import { seriesStack } from "../../../src/geometry/stack.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { classicSeries } from "../../support/dicomSeries.ts";
import { makeContext } from "../write/sources.ts";
import { codes, read, readSpec, refusal } from "./support.ts";

test("S3: an isolated missing slice is allowed by a setting that names how many, and said", async () => {
  const files = classicSeries({ slices: 9 }).filter((_, k) => k !== 4);
  const allow = (missingSlices: number) => read(files, { repairs: { ...noRepairs, missingSlices } });
  await refusal(allow(0), "MISSING_SLICES");
  const series = await allow(1);
  assert.deepEqual(codes(series).filter((code) => code === "SLICES_INTERPOLATED").length, 1);
  assert.equal(series.source.frames.length, 8);
  const regular = regularise(series.volume, seriesStack(series.source)).volume;
  assert.equal(regular.grid.shape[0], 9);
  const plane = regular.grid.shape[1] * regular.grid.shape[2];
  // Between 1000 + 300 and 1000 + 500 lies 1000 + 400: the plane that is missing.
  assert.equal(regular.voxels[4 * plane], 1400 - 1024);
});

test("S3: two neighbours missing, or more places than allowed, are refused all the same", async () => {
  const repairs = { ...noRepairs, missingSlices: 1 };
  const gap = classicSeries({ slices: 9 }).filter((_, k) => k !== 4 && k !== 5);
  await refusal(read(gap, { repairs }), "MISSING_SLICES");
  const two = classicSeries({ slices: 12 }).filter((_, k) => k !== 4 && k !== 8);
  await refusal(read(two, { repairs }), "MISSING_SLICES");
});

test("S5: variable gaps are allowed by their setting alone, and said", async () => {
  const spec = { slices: 8, distanceMm: (k: number) => (k < 4 ? 4 * k : 12 + 7.3 * (k - 3)) };
  await refusal(readSpec(spec, { repairs: { ...noRepairs, missingSlices: 9 } }), "NON_UNIFORM_SPACING");
  const series = await readSpec(spec, { repairs: { ...noRepairs, variableSpacing: true } });
  assert.ok(codes(series).includes("GAPS_RESAMPLED"));
});

test("S6: an even shear is allowed by its setting; positions that wander are refused all the same", async () => {
  const repairs = { ...noRepairs, gantryTilt: true };
  const tilt = { slices: 8, driftMm: (k: number): [number, number, number] => [0, 3 * k, 0] };
  await refusal(readSpec(tilt), "GANTRY_TILT");
  assert.ok(codes(await readSpec(tilt, { repairs })).includes("TILT_RESAMPLED"));
  const wander = { slices: 8, driftMm: (k: number): [number, number, number] => [0, 9 * (k % 2), 0] };
  await refusal(readSpec(wander, { repairs }), "GANTRY_TILT");
});

const phantom = makePhantom({
  seed: 5,
  modelClass: "CT",
  shape: zyx(80, 96, 96),
  spacingMm: zyx(2.5, 4.2, 4.2),
});
const files = writeSeries(phantom).map(({ bytes }) => bytes);

/** The truth on the planes of the files that are left. */
const truthOn = ({ source }: SeriesVolume, kept: readonly number[]): Mask => {
  const size = source.grid.shape[1] * source.grid.shape[2];
  const voxels = new Uint8Array(kept.length * size);
  for (const [to, from] of kept.entries())
    voxels.set(phantom.label.voxels.subarray(from * size, (from + 1) * size), to * size);
  return { grid: source.grid, voxels };
};

test("O4, S3, S5: a mask comes back from the regular grid to its planes, through the SEG too, and keeps its volume", async () => {
  const all = files.map((_, k) => k);
  const whole = measureMask(phantom.label, phantom.volume).volumeMl;
  for (const [kept, repairs] of [
    [all.filter((k) => k !== 30 && k !== 44), { ...noRepairs, missingSlices: 2 }],
    [all.filter((k) => (k < 40 ? k % 2 === 0 : k % 3 === 1)), { ...noRepairs, variableSpacing: true }],
  ] as const) {
    const series = await read(
      kept.map((k) => files[k] as Uint8Array),
      { repairs },
    );
    const stack = seriesStack(series.source);
    const truth = truthOn(series, kept);
    const { volume, toStack } = regularise(series.volume, stack);
    const asVolume = { grid: truth.grid, voxels: Float32Array.from(truth.voxels) };
    const onGrid = regularise(asVolume, stack).volume;
    const mask = {
      grid: volume.grid,
      voxels: Uint8Array.from(onGrid.voxels, (share) => (share >= 0.5 ? 1 : 0)),
    };
    const back = toStack(mask);
    assert.ok(diceOf(back, truth) > 0.97, `${diceOf(back, truth)}`);
    const seg = buildSeg(back, makeContext(series.source));
    assert.deepEqual(segToMask(seg.bytes, back.grid, stack.planesLps).voxels, back.voxels);
    const measured = measureMask(truth, series.volume, stack.planesLps).volumeMl;
    assert.ok(Math.abs(measured / whole - 1) < 0.05, `${measured} of ${whole} ml`);
  }
});
