import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type Jpeg2000Decoder, openJpeg2000 } from "../../../../src/dicom/read/decode/jpeg2000.ts";
import { encapsulatedBytes } from "../../../../src/dicom/read/decode/pixelBytes.ts";
import { headerOf } from "../../../../src/dicom/read/header.ts";
import { openPart10, type Part10 } from "../../../../src/dicom/read/part10.ts";
import { type PixelFormat, readPixelFormat } from "../../../../src/dicom/read/pixelFormat.ts";
import { FailureError } from "../../../../src/domain/failure.ts";
import { dicomFile, encapsulated, jpeg2000Lossless, sliceAttributes } from "../../../support/dicomSeries.ts";
import { needsShared } from "../../../support/shared.ts";
import { codes, fixture, fixtureFile, read, refusal } from "../support.ts";

const skip = needsShared("fixtures", "dicom", "ct_abdomen_j2k");

type Sample = { readonly part10: Part10; readonly format: PixelFormat; readonly codestream: Uint8Array };

let decoder: Jpeg2000Decoder;
let ct: Sample;

const sampleOf = (bytes: Uint8Array): Sample => {
  const part10 = openPart10(bytes);
  return { part10, format: readPixelFormat(headerOf(part10), part10), codestream: encapsulatedBytes(part10) };
};

before(async () => {
  decoder = await openJpeg2000();
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

const decodeWrapped = (pixels: Uint8Array, signed = false): ReturnType<Jpeg2000Decoder> => {
  const { part10, format } = sampleOf(wrap(pixels, signed));
  return decoder(part10, format);
};

const code = (run: () => unknown): string => {
  try {
    run();
    return "none";
  } catch (error) {
    return error instanceof FailureError ? error.failure.code : String(error);
  }
};

/** Where the sign of the samples stands in the SIZ marker (ISO/IEC 15444-1 annex A.5.1). */
const signByte = 42;

const signedStream = (codestream: Uint8Array): Uint8Array => {
  const copy = Uint8Array.from(codestream);
  copy[signByte] = (copy[signByte] ?? 0) | 0x80;
  return copy;
};

test("P4: fragments are joined, with an offset table, an empty one or a wrong one", { skip }, () => {
  const whole = decoder(ct.part10, ct.format).values;
  const cuts = [0, 1000, 1001, 60000, ct.codestream.length];
  const fragments = cuts.slice(1).map((end, i) => ct.codestream.subarray(cuts[i], end));
  for (const offsets of [[], [0], [12345]]) {
    assert.deepEqual(decodeWrapped(encapsulated(fragments, offsets)).values, whole);
  }
});

test("P4: a missing delimiter after the last fragment is no harm", { skip }, () => {
  const pixels = encapsulated([ct.codestream]);
  assert.deepEqual(
    decodeWrapped(pixels.subarray(0, pixels.length - 8)).values,
    decoder(ct.part10, ct.format).values,
  );
});

test("P5: a truncated codestream is refused wherever it is cut", { skip }, () => {
  for (const length of [20, 100, 5000, ct.codestream.length >> 1, ct.codestream.length - 200]) {
    assert.equal(
      code(() => decodeWrapped(encapsulated([ct.codestream.subarray(0, length)]))),
      "PIXEL_DECODE_FAILED",
    );
  }
});

test("P5: a fragment that runs past the end of the file is refused as truncated", { skip }, () => {
  const pixels = encapsulated([ct.codestream]);
  assert.equal(
    code(() => decodeWrapped(pixels.subarray(0, 1000))),
    "PIXEL_DATA_TRUNCATED",
  );
});

test("P5: a codestream of another size than the header's is refused before it is decoded", { skip }, () => {
  const bytes = dicomFile(
    sliceAttributes({ rows: 256, columns: 512 }, 0),
    encapsulated([ct.codestream]),
    jpeg2000Lossless,
  );
  const { part10, format } = sampleOf(bytes);
  assert.equal(
    code(() => decoder(part10, format)),
    "PIXEL_DECODE_FAILED",
  );
});

test("P5: garbage and no fragments at all are refused", () => {
  assert.equal(
    code(() => decodeWrapped(encapsulated([new Uint8Array(500)]))),
    "PIXEL_DECODE_FAILED",
  );
  assert.equal(
    code(() => decodeWrapped(encapsulated([]))),
    "PIXEL_DATA_TRUNCATED",
  );
});

test("P5: a codestream with an embedded delimiter is refused, never 0 × 0 pixels", { skip }, () => {
  const part10 = openPart10(fixtureFile("broken", "JPEG2000-embedded-sequence-delimiter.dcm").read());
  const format = { ...ct.format, rows: 1024, columns: 256, bitsStored: 16, isSigned: true };
  assert.equal(
    code(() => decoder(part10, format)),
    "PIXEL_DECODE_FAILED",
  );
});

test("P7: a signed header extends the bits of an unsigned codestream", { skip }, async () => {
  const { values, signsDisagree } = decodeWrapped(encapsulated([ct.codestream]), true);
  const plain = decoder(ct.part10, ct.format).values;
  assert.ok(signsDisagree);
  assert.ok(values.every((value, i) => value === ((plain[i] ?? 0) << 20) >> 20));
  const series = await read([fixtureFile("broken", "J2K_pixelrep_mismatch.dcm").read()], { minSlices: 1 });
  const sorted = series.volume.voxels.toSorted();
  const extremes = [sorted[0], sorted.at(-1)];
  assert.deepEqual(extremes, [-2000, 1896]);
  assert.ok(codes(series).includes("SIGN_MISMATCH"));
});

test("P8: a signed codestream under an unsigned header is believed, with a warning", { skip }, async () => {
  const pixels = encapsulated([signedStream(ct.codestream)]);
  const { values, signsDisagree } = decodeWrapped(pixels);
  const plain = decoder(ct.part10, ct.format).values;
  assert.ok(signsDisagree);
  // Without the level shift of unsigned samples the same stream decodes 2048 lower.
  assert.ok(values.every((value, i) => value === (plain[i] ?? 0) - 2048));
  assert.ok(codes(await read([wrap(pixels)], { minSlices: 1 })).includes("SIGN_MISMATCH"));
});

test("a signed codestream under a signed header needs no warning", { skip }, () => {
  assert.equal(decodeWrapped(encapsulated([signedStream(ct.codestream)]), true).signsDisagree, false);
});

test("native pixels under a compressed syntax, and the reverse, are refused", { skip }, async () => {
  const native = dicomFile(sliceAttributes({}, 0), new Uint8Array(160), "1.2.840.10008.1.2.1");
  const lying = Buffer.from(wrap(encapsulated([ct.codestream])));
  const uidAt = lying.indexOf(Buffer.from("1.2.840.10008.1.2.4.90"));
  lying.write("1.2.840.10008.1.2.1\0\0\0", uidAt, "latin1");
  assert.equal(
    code(() => encapsulatedBytes(openPart10(native))),
    "PIXEL_DECODE_FAILED",
  );
  await refusal(read([lying], { minSlices: 1 }), "PIXEL_DECODE_FAILED");
});

test("the decoder stays silent and keeps its memory over many slices", { skip }, (t) => {
  const write = t.mock.method(process.stdout, "write", () => true);
  const error = t.mock.method(process.stderr, "write", () => true);
  decoder(ct.part10, ct.format);
  const start = process.memoryUsage().rss;
  for (let i = 0; i < 40; i++) decoder(ct.part10, ct.format);
  const grownMb = (process.memoryUsage().rss - start) / 1e6;
  const printed = write.mock.callCount() + error.mock.callCount();
  t.mock.restoreAll();
  assert.equal(printed, 0);
  assert.ok(grownMb < 150, `${grownMb} MB`);
});
