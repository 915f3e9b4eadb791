import assert from "node:assert/strict";
import test from "node:test";
import { openPart10 } from "../../../src/dicom/file/part10.ts";
import { verifyStored } from "../../../src/dicom/verify/verifyStored.ts";
import { buildKeyImages } from "../../../src/dicom/write/buildKeyImages.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../../src/dicom/write/buildTextReport.ts";
import { resultUids } from "../../../src/dicom/write/resultUids.ts";
import { lps } from "../../../src/domain/axes.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import type { Measures } from "../../../src/domain/result.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { keyPictures } from "../../../src/story/illustrate.ts";
import { asymmetricMask, makeContext, makeSource, maskOf, oblique } from "../write/sources.ts";

const kinds = ["seg", "sr", "text-report", "key-image"] as const;

const results = (
  source = makeSource({ shape: [6, 7, 8], spacingMm: [50, 7.5, 7.25] }),
  key = "5e",
  intensityAt = (i: number) => i / 2 - 10,
) => {
  const context = makeContext(source, { resultKey: key.repeat(32) });
  const mask = asymmetricMask(source.grid);
  const voxels = Float32Array.from(mask.voxels, (_, i) => intensityAt(i));
  const planes = source.frames.map(({ positionLps }) => positionLps);
  const measures = measureMask(mask, { grid: mask.grid, voxels }, planes);
  const seg = buildSeg(mask, context);
  const rgb = Uint8Array.from({ length: 40 * 30 * 3 }, (_, at) => (at * 37) % 256);
  const picture = { width: 40, height: 30, rgb, shows: source.frames.slice(0, 2) };
  const [image] = buildKeyImages([picture], measures, context);
  assert.ok(image !== undefined);
  return {
    context,
    measures,
    seg: seg.object,
    segUid: seg.object.sopInstanceUid,
    trackingUid: resultUids(context).tracking,
    objects: {
      seg: seg.bytes,
      sr: buildSr(measures, seg.object, context).bytes,
      "text-report": buildTextReport(measures, seg.object, context).bytes,
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
  check("text-report", { volumeMl: measures.volumeMl * 1.001 }, /volume/);
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

/** The bytes with one text for another of the same length, where it stands for the n-th time. */
const planted = (bytes: Uint8Array, was: string, is: string, n = 0): Uint8Array => {
  const copy = Buffer.from(bytes);
  let at = copy.indexOf(was);
  for (let i = 0; i < n; i++) at = copy.indexOf(was, at + 1);
  assert.ok(at > 0 && was.length === is.length, was);
  copy.write(is, at, "latin1");
  return new Uint8Array(copy);
};

/** The same UID but for its last digit. */
const another = (uid: string): string => `${uid.slice(0, -1)}${(Number(uid.at(-1)) + 1) % 10}`;

test("P3: a stored report of another volume, another error or another unit differs, in the coded numbers and in words", () => {
  const inWords = /^the volume in words$/;
  for (const [kind, was, is, complaint] of [
    ["sr", "19.031", "19.032", /^volume$/],
    ["sr", "9.516", "9.517", /^measurement error$/],
    ["sr", "cm3", "mm3", /^volume$/],
    ["text-report", "volume 19.0 ml", "volume 19.1 ml", inWords],
    ["text-report", "9.5 ml", "9.6 ml", inWords],
    ["text-report", "19.0 ml", "19.0 cl", inWords],
  ] as const) {
    const bytes = sound.objects[kind];
    const changed = planted(bytes, was, is);
    differs(() => verifyStored(kind, changed, bytes, sound.measures), complaint);
    differs(() => verifyStored(kind, changed, changed, sound.measures), complaint);
  }
});

test("P3: where a line of the report in words breaks is nothing that it says, whatever the volume", () => {
  const { context, measures, seg } = sound;
  // Around the end of a line: each volume and error moves the words on.
  for (const volumeMl of [0.01, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e9, 1e12])
    for (const voxelErrorMl of [0.01, 1, 10, 100, 1e3, 1e6]) {
      assert.ok(measures.extent !== null);
      const other = { ...measures, volumeMl, extent: { ...measures.extent, voxelErrorMl } };
      const { bytes } = buildTextReport(other, seg, context);
      verifyStored("text-report", bytes, bytes, other);
    }
});

test("a stored report in words that names another volume to its reader differs", () => {
  const bytes = sound.objects["text-report"];
  const changed = planted(bytes, "volume 19.0 ml", "volume 18.0 ml");
  differs(() => verifyStored("text-report", changed, bytes, sound.measures), /volume in words/);
});

test("a stored SR about another segment, another tracked organ or another finding differs", () => {
  const { objects, measures, segUid, trackingUid } = sound;
  const bytes = objects.sr;
  const segmentNumber = "\x62\x00\x0b\x00US\x02\x00";
  for (const [was, is, n] of [
    [segUid, another(segUid), 1], // the evidence names it first, the tree next
    [`${segmentNumber}\x01`, `${segmentNumber}\x02`, 0],
    [trackingUid, another(trackingUid), 0],
    ["15776009", "15776001", 0],
  ] as const) {
    const changed = planted(bytes, was, is, n);
    differs(() => verifyStored("sr", changed, bytes, measures), /what was measured/);
  }
});

test("MR intensities are compared to their third decimal", () => {
  const { objects, measures } = results(makeSource({ ...oblique, shape: [6, 7, 8] }), "5e", (i) => i / 2000);
  const { intensity } = measures;
  assert.ok(intensity !== null);
  const mean = intensity.mean.toFixed(3);
  assert.match(mean, /^0\.0\d\d$/);
  const changed = planted(objects.sr, mean, (intensity.mean + 0.03).toFixed(3));
  differs(() => verifyStored("sr", changed, objects.sr, measures), /^mean$/);
  const nearer = planted(objects.sr, mean, (intensity.mean + 0.001).toFixed(3));
  differs(() => verifyStored("sr", nearer, objects.sr, measures), /^mean$/);
});

test("a volume of one voxel is compared to a part in ten thousand", () => {
  const source = makeSource();
  const context = makeContext(source);
  const mask = maskOf(source.grid, [[2, 2, 3]]);
  const measures = measureMask(mask, { grid: mask.grid, voxels: new Float32Array(mask.voxels.length) });
  assert.ok(measures.volumeMl < 0.0015);
  const seg = buildSeg(mask, context);
  const srOf = (share: number): Uint8Array =>
    buildSr({ ...measures, volumeMl: measures.volumeMl * share }, seg.object, context).bytes;
  verifyStored("sr", srOf(1), srOf(1), measures);
  for (const share of [0.7, 0.9999, 1.0001, 1.3])
    differs(() => verifyStored("sr", srOf(share), srOf(share), measures), /^volume$/);
});

test("a number that was measured and is not in the stored report is missed, whatever was sent", () => {
  const { context, seg, measures } = sound;
  const { extent, intensity } = measures;
  assert.ok(extent !== null && intensity !== null);
  const without = (change: Partial<Measures>): Uint8Array =>
    buildSr({ ...measures, ...change }, seg, context).bytes;
  for (const [bytes, complaint] of [
    [without({ extent: null }), /^measurement error$/],
    [without({ extent: { ...extent, largestDiameterMm: Number.NaN } }), /^diameter$/],
    [without({ intensity: null }), /^mean$/],
    [without({ intensity: { ...intensity, max: Number.NaN } }), /^maximum$/],
  ] as const)
    differs(() => verifyStored("sr", bytes, bytes, measures), complaint);
  const text = buildTextReport({ ...measures, extent: null }, seg, context).bytes;
  differs(() => verifyStored("text-report", text, text, measures), /^the volume in words$/);
});

test("a stored report with a number more than was sent differs, and so does one of a measured organ for one of none", () => {
  const { context, seg, measures, objects } = sound;
  const fewer = { ...measures, intensity: null };
  const sent = buildSr(fewer, seg, context).bytes;
  differs(() => verifyStored("sr", objects.sr, sent, fewer), /^measurements$/);
  const empty = { ...measures, voxels: 0, volumeMl: 0, intensity: null, extent: null, centroidLps: null };
  const nothing = {
    sr: buildSr(empty, null, context).bytes,
    "text-report": buildTextReport(empty, null, context).bytes,
  };
  for (const kind of ["sr", "text-report"] as const) {
    verifyStored(kind, nothing[kind], nothing[kind], empty);
    differs(() => verifyStored(kind, objects[kind], nothing[kind], empty));
    differs(() => verifyStored(kind, nothing[kind], objects[kind], measures));
  }
});

test("what no decimal string holds is not asked for", () => {
  const { context, seg, measures } = sound;
  const { intensity } = measures;
  assert.ok(intensity !== null);
  const vast = { ...measures, intensity: { ...intensity, max: 1e30 } };
  const { bytes } = buildSr(vast, seg, context);
  verifyStored("sr", bytes, bytes, vast);
});

/** The overview and the key slices of a small CT, as they are written, with another volume or on another day. */
const keyImages = ({ volumeMl = 19.03, day = 4 } = {}): readonly Uint8Array[] => {
  const source = makeSource({ shape: [6, 7, 8], spacingMm: [50, 7.5, 7.25] });
  const mask = asymmetricMask(source.grid);
  const volume = { grid: mask.grid, voxels: Float32Array.from(mask.voxels, (_, i) => i / 2 - 10) };
  const measures = { ...measureMask(mask, volume), volumeMl };
  const context = makeContext(source, { orderedAtMs: Date.UTC(2025, 1, day, 12) });
  const pictures = keyPictures(volume, { mask, measures, warnings: [] }, context);
  return buildKeyImages(pictures, { volumeMl: 19.03 }, context).map(({ bytes }) => bytes);
};

const sentImages = keyImages();

const each = (stored: readonly Uint8Array[], judge: (stored: Uint8Array, sent: Uint8Array) => void): void => {
  // The overview, and the three slices that hold mask.
  assert.equal(stored.length, 4);
  for (const [n, bytes] of stored.entries()) judge(bytes, sentImages[n] ?? new Uint8Array());
};

test("a key image that was stored on another day bears another date, and shows the same picture", () => {
  for (const day of [1, 28])
    each(keyImages({ day }), (stored, sent) => {
      assert.notDeepEqual(stored, sent);
      verifyStored("key-image", stored, sent, sound.measures);
    });
});

test("a single digit of a key image's volume is missed, on the same day and on another", () => {
  for (const day of [4, 28])
    each(keyImages({ volumeMl: 19.13, day }), (stored, sent) =>
      differs(() => verifyStored("key-image", stored, sent, sound.measures), /^pixels$/),
    );
});

test("a key image of the same day has every byte of every pixel", () => {
  const [sent] = sentImages;
  assert.ok(sent !== undefined);
  const { pixelData } = openPart10(sent);
  const start = pixelData?.valueStart ?? 0;
  for (const at of [start, start + 12_345, start + (pixelData?.length ?? 0) - 1]) {
    const changed = Uint8Array.from(sent);
    changed[at] = (changed[at] ?? 0) ^ 1;
    differs(() => verifyStored("key-image", changed, sent, sound.measures), /^pixels$/);
  }
});

test("an answer that is no DICOM object at all differs from what was sent", () => {
  const answer = new TextEncoder().encode("<html>502</html>");
  for (const kind of kinds)
    differs(() => verifyStored(kind, answer, sound.objects[kind], sound.measures), /NOT_DICOM/);
});
