import assert from "node:assert/strict";
import test from "node:test";
import { openPart10 } from "../../../src/dicom/read/part10.ts";
import { buildKeyImages } from "../../../src/dicom/write/buildKeyImages.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../../src/dicom/write/buildTextReport.ts";
import { verifyStored } from "../../../src/dicom/write/verifyStored.ts";
import { lps } from "../../../src/domain/axes.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { asymmetricMask, makeContext, makeSource, oblique } from "./sources.ts";

const kinds = ["seg", "sr", "text", "key-image"] as const;

const results = (source = makeSource({ shape: [6, 7, 8], spacingMm: [50, 7.5, 7.25] }), key = "5e") => {
  const context = makeContext(source, { resultKey: key.repeat(32) });
  const mask = asymmetricMask(source.grid);
  const voxels = Float32Array.from(mask.voxels, (_, i) => i / 2 - 10);
  const planes = source.frames.map(({ positionLps }) => positionLps);
  const measures = measureMask(mask, { grid: mask.grid, voxels }, planes);
  const seg = buildSeg(mask, context);
  const rgb = Uint8Array.from({ length: 40 * 30 * 3 }, (_, at) => (at * 37) % 256);
  const picture = { width: 40, height: 30, rgb, shows: source.frames.slice(0, 2) };
  const [image] = buildKeyImages([picture], measures, context);
  assert.ok(image !== undefined);
  return {
    measures,
    objects: {
      seg: seg.bytes,
      sr: buildSr(measures, seg.object, context).bytes,
      text: buildTextReport(measures, seg.object, context).bytes,
      "key-image": image.bytes,
    },
  };
};
const sound = results();

const differs = (run: () => void, complaint?: RegExp): void =>
  assert.throws(
    run,
    (error) =>
      error instanceof FailureError &&
      error.failure.code === "STORED_DIFFERS" &&
      (complaint === undefined || complaint.test(String(error.failure.details["complaint"]))),
  );

/** The file as an archive may hand it back: another implementation in the meta information, the same data set. */
const rewritten = (bytes: Uint8Array): Uint8Array => {
  const copy = Buffer.from(bytes);
  copy.write("ORTHANC_1_12", copy.indexOf("PANSEG_0_1_0"));
  return new Uint8Array(copy);
};

test("the same bytes, or the same content under new file meta information, are what was sent", () => {
  for (const kind of kinds) {
    const bytes = sound.objects[kind];
    verifyStored(kind, bytes, bytes, sound.measures);
    assert.notDeepEqual(rewritten(bytes), bytes);
    verifyStored(kind, rewritten(bytes), bytes, sound.measures);
  }
});

test("oblique stacks, and stacks that stray from their grid, agree with their measures", () => {
  for (const source of [
    makeSource(oblique),
    makeSource({ shape: [6, 7, 8], driftMm: (z) => lps(0.19 * z, 0, 0) }),
  ]) {
    const { measures, objects } = results(source);
    for (const kind of kinds) verifyStored(kind, objects[kind], objects[kind], measures);
  }
});

test("an object that does not hold what is in memory differs, even where the archive changed no byte of it", () => {
  const { measures, objects } = sound;
  const { extent, intensity, centroidLps } = measures;
  assert.ok(extent !== null && intensity !== null && centroidLps !== null);
  const check = (kind: (typeof kinds)[number], change: Partial<typeof measures>, complaint: RegExp): void =>
    differs(() => verifyStored(kind, objects[kind], objects[kind], { ...measures, ...change }), complaint);
  check("seg", { voxels: measures.voxels + 1 }, /number of voxels/);
  const [l, p, s] = centroidLps;
  check("seg", { centroidLps: lps(l + 0.02, p, s) }, /centroid/);
  check("sr", { volumeMl: measures.volumeMl * 1.001 }, /volume/);
  check("text", { volumeMl: measures.volumeMl * 1.001 }, /volume/);
  check("sr", { intensity: { ...intensity, sd: intensity.sd + 0.2 } }, /standard deviation/);
  check("sr", { extent: { ...extent, largestDiameterMm: extent.largestDiameterMm - 0.2 } }, /diameter/);
});

test("a stored SEG with one bit turned, or of another series, differs from what was sent", () => {
  const bytes = sound.objects.seg;
  const turned = Uint8Array.from(bytes);
  const at = openPart10(bytes).pixelData?.valueStart ?? 0;
  turned[at] = (turned[at] ?? 0) ^ 1;
  differs(() => verifyStored("seg", turned, bytes, sound.measures), /voxels/);
  const other = results(undefined, "77");
  for (const kind of kinds)
    differs(() => verifyStored(kind, other.objects[kind], sound.objects[kind], sound.measures));
});

test("a stored SR of another volume differs from what was sent", () => {
  for (const kind of ["sr", "text"] as const) {
    const bytes = sound.objects[kind];
    const changed = Buffer.from(bytes);
    changed.write("19.041", changed.indexOf("19.031"));
    differs(() => verifyStored(kind, new Uint8Array(changed), bytes, sound.measures), /volume/);
  }
});

test("a key image may name another day in its caption, but shows the same picture", () => {
  const bytes = sound.objects["key-image"];
  const start = openPart10(bytes).pixelData?.valueStart ?? 0;
  const changed = (count: number): Uint8Array => {
    const copy = Uint8Array.from(bytes);
    for (let at = start; at < start + count; at++) copy[at] = 255 - (copy[at] ?? 0);
    return copy;
  };
  verifyStored("key-image", changed(30), bytes, sound.measures);
  differs(() => verifyStored("key-image", changed(60), bytes, sound.measures), /pixels/);
});

test("an answer that is no DICOM object at all differs from what was sent", () => {
  const answer = new TextEncoder().encode("<html>502</html>");
  for (const kind of kinds)
    differs(() => verifyStored(kind, answer, sound.objects[kind], sound.measures), /NOT_DICOM/);
});
