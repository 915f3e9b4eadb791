import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openPart10 } from "../../../src/dicom/file/part10.ts";
import { decodeFrame, type StoredPixels } from "../../../src/dicom/pixels/decodeFrame.ts";
import { frameFragments } from "../../../src/dicom/pixels/frameFragments.ts";
import { frameBytes, locateFrames } from "../../../src/dicom/pixels/pixelBytes.ts";
import { dicomFile, encapsulated, jpeg2000Lossless, sliceAttributes } from "../../support/dicomSeries.ts";
import { needsShared } from "../../support/shared.ts";
import { codes, fixture, fixtureFile, read, refusal } from "../series/support.ts";
import { codeOf, decode, decodeFile, type Sample, sampleOf } from "./support.ts";

const skip = needsShared("fixtures", "dicom", "ct_abdomen_j2k");

let ct: Sample;

before(() => {
  const [instance] = skip === false ? fixture("ct_abdomen_j2k") : [];
  if (instance !== undefined) ct = sampleOf(instance.read());
});

/** A CT slice of 512 × 512 around a codestream. */
const wrap = (pixels: Uint8Array, signed = false): Uint8Array =>
  dicomFile(
    sliceAttributes({ rows: 512, columns: 512, bits: { stored: 12, signed } }, 0),
    pixels,
    jpeg2000Lossless,
  );

const decodeWrapped = (pixels: Uint8Array, signed = false): Promise<StoredPixels> =>
  decodeFile(wrap(pixels, signed));

/** Where the sign of the samples stands in the SIZ marker (ISO/IEC 15444-1 annex A.5.1). */
const signByte = 42;

const signedStream = (codestream: Uint8Array): Uint8Array => {
  const copy = Uint8Array.from(codestream);
  copy[signByte] = (copy[signByte] ?? 0) | 0x80;
  return copy;
};

test("P4: fragments are joined, with an offset table, an empty one or a wrong one", { skip }, async () => {
  const whole = (await decode(ct)).values;
  const cuts = [0, 1000, 1001, 60000, ct.frame.length];
  const fragments = cuts.slice(1).map((end, i) => ct.frame.subarray(cuts[i], end));
  for (const offsets of [[], [0], [12345]]) {
    assert.deepEqual((await decodeWrapped(encapsulated(fragments, offsets))).values, whole);
  }
});

test("P4: a missing delimiter after the last fragment is no harm", { skip }, async () => {
  const pixels = encapsulated([ct.frame]);
  const { values } = await decodeWrapped(pixels.subarray(0, pixels.length - 8));
  assert.deepEqual(values, (await decode(ct)).values);
});

test("P5: a truncated codestream is refused wherever it is cut", { skip }, async () => {
  for (const length of [20, 100, 5000, ct.frame.length >> 1, ct.frame.length - 200]) {
    assert.equal(
      await codeOf(() => decodeWrapped(encapsulated([ct.frame.subarray(0, length)]))),
      "PIXEL_DECODE_FAILED",
    );
  }
});

test("P5: a fragment that runs past the end of the file is refused as truncated", { skip }, async () => {
  const pixels = encapsulated([ct.frame]);
  assert.equal(await codeOf(() => decodeWrapped(pixels.subarray(0, 1000))), "PIXEL_DATA_TRUNCATED");
});

test("P5: a codestream of another size than the header's is refused before it is decoded", {
  skip,
}, async () => {
  const bytes = dicomFile(
    sliceAttributes({ rows: 256, columns: 512 }, 0),
    encapsulated([ct.frame]),
    jpeg2000Lossless,
  );
  assert.equal(await codeOf(() => decodeFile(bytes)), "PIXEL_DECODE_FAILED");
});

test("P5: garbage and no fragments at all are refused", async () => {
  assert.equal(await codeOf(() => decodeWrapped(encapsulated([new Uint8Array(500)]))), "PIXEL_DECODE_FAILED");
  assert.equal(await codeOf(() => decodeWrapped(encapsulated([]))), "PIXEL_DATA_TRUNCATED");
});

test("P5: a codestream with an embedded delimiter is refused, never 0 × 0 pixels", { skip }, async () => {
  const part10 = openPart10(fixtureFile("broken", "JPEG2000-embedded-sequence-delimiter.dcm").read());
  const format = { ...ct.format, rows: 1024, columns: 256, bitsStored: 16, isSigned: true };
  const [ranges = []] = locateFrames(part10, format, 1);
  assert.equal(await codeOf(() => decodeFrame(frameBytes(part10, ranges), format)), "PIXEL_DECODE_FAILED");
});

test("P7: a signed header extends the bits of an unsigned codestream", { skip }, async () => {
  const { values, signsDisagree } = await decodeWrapped(encapsulated([ct.frame]), true);
  const plain = (await decode(ct)).values;
  assert.ok(signsDisagree);
  assert.ok(values.every((value, i) => value === ((plain[i] ?? 0) << 20) >> 20));
  const series = await read([fixtureFile("broken", "J2K_pixelrep_mismatch.dcm").read()], { minSlices: 1 });
  const sorted = series.volume.voxels.toSorted();
  const extremes = [sorted[0], sorted.at(-1)];
  assert.deepEqual(extremes, [-2000, 1896]);
  assert.ok(codes(series).includes("SIGN_MISMATCH"));
});

test("P8: a signed codestream under an unsigned header is believed, with a warning", { skip }, async () => {
  const pixels = encapsulated([signedStream(ct.frame)]);
  const { values, signsDisagree } = await decodeWrapped(pixels);
  const plain = (await decode(ct)).values;
  assert.ok(signsDisagree);
  // Without the level shift of unsigned samples the same stream decodes 2048 lower.
  assert.ok(values.every((value, i) => value === (plain[i] ?? 0) - 2048));
  assert.ok(codes(await read([wrap(pixels)], { minSlices: 1 })).includes("SIGN_MISMATCH"));
});

test("a signed codestream under a signed header needs no warning", { skip }, async () => {
  const { signsDisagree } = await decodeWrapped(encapsulated([signedStream(ct.frame)]), true);
  assert.equal(signsDisagree, false);
});

test("native pixels under a compressed syntax, and the reverse, are refused", { skip }, async () => {
  const native = dicomFile(sliceAttributes({}, 0), new Uint8Array(160), "1.2.840.10008.1.2.1");
  const lying = Buffer.from(wrap(encapsulated([ct.frame])));
  const uidAt = lying.indexOf(Buffer.from("1.2.840.10008.1.2.4.90"));
  lying.write("1.2.840.10008.1.2.1\0\0\0", uidAt, "latin1");
  assert.equal(await codeOf(async () => frameFragments(openPart10(native), 1)), "PIXEL_DECODE_FAILED");
  await refusal(read([lying], { minSlices: 1 }), "PIXEL_DECODE_FAILED");
});
