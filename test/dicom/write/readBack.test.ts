import assert from "node:assert/strict";
import test from "node:test";
import { openPart10 } from "../../../src/dicom/read/part10.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { segVolumeMl, verifyBuilt, verifyStored } from "../../../src/dicom/write/readBack.ts";
import { lps } from "../../../src/domain/axes.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { asymmetricMask, makeContext, makeSource, shifted } from "./sources.ts";

const source = makeSource({ shape: [6, 7, 8], spacingMm: [50, 7.5, 7.25] });
const results = (mask = asymmetricMask(source.grid), context = makeContext(source)) => {
  const measures = measureMask(mask, { grid: mask.grid, voxels: new Float32Array(mask.voxels.length) });
  const seg = buildSeg(mask, context);
  return { mask, measures, seg, sr: buildSr(measures, seg.object, context) };
};
const sound = results();

const failsWith = (run: () => void, code: string): void =>
  assert.throws(run, (error) => error instanceof FailureError && error.failure.code === code);

/** The file as an archive may hand it back: another implementation in the meta information, the same data set. */
const rewritten = (bytes: Uint8Array): Uint8Array => {
  const copy = Buffer.from(bytes);
  copy.write("ORTHANC_1_12", copy.indexOf("PANSEG_0_1_0"));
  return new Uint8Array(copy);
};

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

test("images that lie beside the grid are compared at their own positions", () => {
  const drifting = makeSource({ shape: [6, 7, 8], driftMm: (z) => lps(0.19 * z, 0, 0) });
  const { seg, sr, mask, measures } = results(asymmetricMask(drifting.grid), makeContext(drifting));
  const planes = drifting.frames.map(({ positionLps }) => positionLps);
  verifyBuilt(seg.bytes, sr.bytes, mask, measures, planes);
  failsWith(() => verifyBuilt(seg.bytes, sr.bytes, mask, measures), "INTERNAL");
});

test("the same bytes, or the same content under new file meta information, are what was sent", () => {
  for (const name of ["seg", "sr"] as const) {
    const { bytes } = sound[name];
    verifyStored(name, bytes, bytes, sound.measures);
    assert.notDeepEqual(rewritten(bytes), bytes);
    verifyStored(name, rewritten(bytes), bytes, sound.measures);
  }
});

test("a stored SEG with one bit turned, or of another series, differs from what was sent", () => {
  const { bytes } = sound.seg;
  const turned = Uint8Array.from(bytes);
  const at = openPart10(bytes).pixelData?.valueStart ?? 0;
  turned[at] = (turned[at] ?? 0) ^ 1;
  failsWith(() => verifyStored("seg", turned, bytes, sound.measures), "STORED_DIFFERS");
  const other = results(sound.mask, makeContext(source, { resultKey: "77".repeat(32) }));
  failsWith(() => verifyStored("seg", other.seg.bytes, bytes, sound.measures), "STORED_DIFFERS");
});

test("a stored SR of another volume differs from what was sent", () => {
  const { bytes } = sound.sr;
  const changed = Buffer.from(bytes);
  changed.write("19.032", changed.indexOf("19.031"));
  failsWith(() => verifyStored("sr", new Uint8Array(changed), bytes, sound.measures), "STORED_DIFFERS");
});

test("an answer that is no DICOM object at all differs from what was sent", () => {
  for (const name of ["seg", "sr"] as const)
    failsWith(
      () =>
        verifyStored(name, new TextEncoder().encode("<html>502</html>"), sound[name].bytes, sound.measures),
      "STORED_DIFFERS",
    );
});
