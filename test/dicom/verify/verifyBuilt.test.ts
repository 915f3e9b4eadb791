import assert from "node:assert/strict";
import test from "node:test";
import { segVolumeMl, verifyBuilt } from "../../../src/dicom/verify/verifyBuilt.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { lps } from "../../../src/domain/axes.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { asymmetricMask, makeContext, makeSource, maskOf, shifted } from "../write/sources.ts";

const source = makeSource({ shape: [6, 7, 8], spacingMm: [50, 7.5, 7.25] });
const results = (mask = asymmetricMask(source.grid), context = makeContext(source)) => {
  const measures = measureMask(mask, { grid: mask.grid, voxels: new Float32Array(mask.voxels.length) });
  const seg = buildSeg(mask, context);
  return { mask, measures, seg, sr: buildSr(measures, seg.object, context) };
};
const sound = results();

const failsWith = (run: () => void, code: string): void =>
  assert.throws(run, (error) => error instanceof FailureError && error.failure.code === code);

test("what was built from a mask is found to agree with it", () => {
  verifyBuilt(sound.seg.bytes, sound.sr.bytes, sound.mask, sound.measures);
  assert.ok(Math.abs(Number(segVolumeMl(sound.seg.bytes)) - 19.03125) < 1e-9);
});

test("a SEG of another mask, an SR of another volume or of another SEG is stopped before it is sent", () => {
  const { seg, sr, mask, measures } = sound;
  const other = results(shifted(mask, [0, 1, 0]));
  failsWith(() => verifyBuilt(other.seg.bytes, sr.bytes, mask, measures), "INTERNAL");
  const larger = { ...measures, volumeMl: measures.volumeMl * 1.001 };
  failsWith(() => verifyBuilt(seg.bytes, sr.bytes, mask, larger), "INTERNAL");
  const wrongSr = buildSr(larger, seg.object, makeContext(source));
  failsWith(() => verifyBuilt(seg.bytes, wrongSr.bytes, mask, measures), "INTERNAL");
  const next = results(mask, makeContext(source, { resultKey: "77".repeat(32) }));
  failsWith(() => verifyBuilt(seg.bytes, next.sr.bytes, mask, measures), "INTERNAL");
});

test("of a mask of one voxel, too, the SR states the volume of the SEG to a part in ten thousand", () => {
  const fine = makeSource();
  const context = makeContext(fine);
  const { mask, measures, seg, sr } = results(maskOf(fine.grid, [[2, 2, 3]]), context);
  assert.ok(measures.volumeMl < 0.0015);
  verifyBuilt(seg.bytes, sr.bytes, mask, measures);
  for (const share of [0.7, 0.9998, 1.0002, 1.3]) {
    const wrong = buildSr({ ...measures, volumeMl: measures.volumeMl * share }, seg.object, context);
    failsWith(() => verifyBuilt(seg.bytes, wrong.bytes, mask, measures), "INTERNAL");
  }
});

test("images that lie beside the grid are compared at their own positions", () => {
  const drifting = makeSource({ shape: [6, 7, 8], driftMm: (z) => lps(0.19 * z, 0, 0) });
  const { seg, sr, mask, measures } = results(asymmetricMask(drifting.grid), makeContext(drifting));
  const planes = drifting.frames.map(({ positionLps }) => positionLps);
  verifyBuilt(seg.bytes, sr.bytes, mask, measures, planes);
  failsWith(() => verifyBuilt(seg.bytes, sr.bytes, mask, measures), "INTERNAL");
});
