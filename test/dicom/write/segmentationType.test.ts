import assert from "node:assert/strict";
import { test } from "node:test";
import { number, parseHeader, text } from "../../../src/dicom/file/header.ts";
import { openPart10 } from "../../../src/dicom/file/part10.ts";
import { compareSeg } from "../../../src/dicom/verify/compareSeg.ts";
import { segVolumeMl, verifyBuilt } from "../../../src/dicom/verify/verifyBuilt.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import type { SegmentationType } from "../../../src/dicom/write/segmentationType.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import type { Mask } from "../../../src/domain/grid.ts";
import type { Header } from "../../../src/domain/series.ts";
import { withProbability } from "../../../src/geometry/probability.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { needsTool } from "../../support/shared.ts";
import { asymmetricMask, makeContext, makeSource, oblique, shifted } from "./sources.ts";
import { dciodvfyFindings, dciodvfyKind, runOn, withLoudDcmjs } from "./tools.ts";

const types = ["BINARY", "LABELMAP", "FRACTIONAL"] as const satisfies readonly SegmentationType[];

/** Probabilities as a network gives them: no two neighbours alike, the mask where they pass the half. */
const withProbabilities = (mask: Mask): Mask =>
  withProbability(
    mask,
    mask.voxels.map((_, i) => (i * 89) % 256),
  );

const build = (type: SegmentationType, source = makeSource(oblique)) => {
  const mask = withProbabilities(asymmetricMask(source.grid));
  const context = makeContext(source, { settings: { segmentationType: type } });
  return { mask, context, seg: withLoudDcmjs(() => buildSeg(mask, context)) };
};

const firstItem = (header: Header, keyword: string): Header =>
  ((header[keyword] ?? []) as readonly Header[])[0] ?? {};

for (const type of types) {
  test(`SEG-10, SR-10: a ${type} segmentation marks the mask's voxels in patient space, and states its volume`, () => {
    const { mask, context, seg } = build(type);
    const { source } = context;
    const planes = source.frames.map(({ positionLps }) => positionLps);
    assert.deepEqual(compareSeg(seg.bytes, mask, planes), { kind: "equal" });
    const volume = { grid: mask.grid, voxels: new Float32Array(mask.voxels.length) };
    const measures = measureMask(mask, volume, planes);
    assert.ok(Math.abs((segVolumeMl(seg.bytes) ?? 0) / measures.volumeMl - 1) < 1e-4);
    verifyBuilt(seg.bytes, buildSr(measures, seg.object, context).bytes, mask, measures, planes);
    for (const axis of [0, 1, 2])
      for (const step of [-1, 1]) {
        const shift = [0, 1, 2].map((each) => (each === axis ? step : 0));
        const moved = shifted(mask, shift as [number, number, number]);
        assert.equal(compareSeg(seg.bytes, moved, planes).kind, "different");
      }
  });
}

test("a label map holds numbers of segments in bytes, frames told by their position alone", () => {
  const { mask, seg } = build("LABELMAP");
  const header = parseHeader(seg.bytes);
  assert.equal(text(header, "SOPClassUID"), "1.2.840.10008.5.1.4.1.1.66.7");
  assert.equal(text(header, "SegmentationType"), "LABELMAP");
  assert.equal(text(header, "SegmentsOverlap"), "NO");
  assert.equal(number(header, "PixelPaddingValue"), 0);
  assert.deepEqual(
    ["BitsAllocated", "BitsStored", "HighBit"].map((keyword) => number(header, keyword)),
    [8, 8, 7],
  );
  const frames = header["PerFrameFunctionalGroupsSequence"] as readonly Header[];
  frames.forEach((frame, n) => {
    assert.equal(frame["SegmentIdentificationSequence"], undefined);
    assert.equal(number(firstItem(frame, "FrameContentSequence"), "DimensionIndexValues"), n + 1);
  });
  const dimensions = header["DimensionIndexSequence"] as readonly Header[];
  assert.deepEqual(
    dimensions.map((dimension) => text(dimension, "DimensionDescriptionLabel")),
    ["ImagePositionPatient"],
  );
  const { bytes, pixelData } = openPart10(seg.bytes);
  const start = pixelData?.valueStart ?? 0;
  const perPlane = mask.grid.shape[1] * mask.grid.shape[2];
  assert.deepEqual(
    new Uint8Array(bytes.subarray(start, start + frames.length * perPlane)),
    mask.voxels.slice(perPlane, (1 + frames.length) * perPlane),
  );
});

test("a fractional segmentation holds the network's probabilities, half and more exactly inside the mask", () => {
  const { mask, seg } = build("FRACTIONAL");
  const header = parseHeader(seg.bytes);
  assert.equal(text(header, "SOPClassUID"), "1.2.840.10008.5.1.4.1.1.66.4");
  assert.equal(text(header, "SegmentationFractionalType"), "PROBABILITY");
  assert.equal(number(header, "MaximumFractionalValue"), 255);
  const { bytes, pixelData } = openPart10(seg.bytes);
  const start = pixelData?.valueStart ?? 0;
  const perPlane = mask.grid.shape[1] * mask.grid.shape[2];
  const stored = new Uint8Array(bytes.subarray(start, start + 3 * perPlane));
  assert.deepEqual(stored, mask.probability?.slice(perPlane, 4 * perPlane));
  assert.deepEqual(
    stored.map((level) => level >>> 7),
    mask.voxels.slice(perPlane, 4 * perPlane),
  );
});

test("a fractional segmentation of a mask without probabilities is refused", () => {
  const source = makeSource();
  const context = makeContext(source, { settings: { segmentationType: "FRACTIONAL" } });
  assert.throws(() => buildSeg(asymmetricMask(source.grid), context), FailureError);
});

test("VAL-1: dciodvfy has nothing to say about a fractional segmentation", {
  skip: needsTool("dciodvfy"),
}, () => {
  const { seg } = build("FRACTIONAL");
  assert.match(dciodvfyKind(seg.bytes), /^Segmentation/);
  assert.deepEqual(dciodvfyFindings(seg.bytes), []);
});

test("VAL-3: gdcminfo reads bits and probabilities with their dimensions; it is older than label maps", {
  skip: needsTool("gdcminfo"),
}, () => {
  for (const type of ["BINARY", "FRACTIONAL"] as const) {
    const { seg, mask } = build(type);
    const { status, stdout } = runOn("gdcminfo", [seg.bytes]);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`Dimensions: \\(${mask.grid.shape[2]},${mask.grid.shape[1]},3\\)`));
  }
});

for (const [srClass, sopClassUid, kind] of [
  ["comprehensive3d", "1.2.840.10008.5.1.4.1.1.88.34", /^Comprehensive3DSR/],
  ["comprehensive", "1.2.840.10008.5.1.4.1.1.88.33", /^ComprehensiveSR/],
  ["enhanced", "1.2.840.10008.5.1.4.1.1.88.22", /^EnhancedSR/],
] as const) {
  test(`VAL-1: the same tree is valid as ${srClass} report`, { skip: needsTool("dciodvfy") }, () => {
    const source = makeSource(oblique);
    const mask = asymmetricMask(source.grid);
    const context = makeContext(source, { settings: { srClass, volumeInDescription: true } });
    const seg = buildSeg(mask, context);
    const volume = { grid: mask.grid, voxels: Float32Array.from(mask.voxels, (_, i) => i) };
    const sr = withLoudDcmjs(() => buildSr(measureMask(mask, volume), seg.object, context));
    assert.equal(text(parseHeader(sr.bytes), "SOPClassUID"), sopClassUid);
    assert.match(dciodvfyKind(sr.bytes), kind);
    assert.deepEqual(dciodvfyFindings(sr.bytes), []);
  });
}

test("the volume comes first in descriptions where the settings ask for it, and is whole with every mark", () => {
  const source = makeSource();
  const mask = asymmetricMask(source.grid);
  const context = makeContext(source, { settings: { volumeInDescription: true } });
  const described = (model: Partial<typeof context.model>) =>
    text(
      parseHeader(buildSeg(mask, { ...context, model: { ...context.model, ...model } }).bytes),
      "SeriesDescription",
    );
  assert.equal(described({}), "Pancreas <0.1 ml (AI) segmentation (research)");
  assert.equal(
    described({ isPhantomModel: true }),
    "Pancreas <0.1 ml (AI) segmentation PHANTOM DEMO MODEL (research)",
  );
});
