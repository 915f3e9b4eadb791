import assert from "node:assert/strict";
import { test } from "node:test";
import { type Attributes, dicomFile, encapsulated, sliceAttributes, uid } from "../../support/dicomSeries.ts";
import { encodeRle, openEncoder, type PlainFrame } from "../../support/encodeFrame.ts";
import { inPieces, offsetsOf } from "../../support/fragments.ts";
import { codes, read, readSpec, refusal } from "../series/support.ts";

const [rows, columns] = [32, 36];
const frameLength = 2 * rows * columns;

const longer =
  (bytes: number) =>
  (pixels: Uint8Array): Uint8Array =>
    Buffer.concat([pixels, new Uint8Array(bytes)]);

test("V7: pixel data longer than Rows and Columns say convert with both numbers, the rest left out", async () => {
  const plain = await readSpec({ rows, columns });
  const padded = await readSpec({ rows, columns, damage: longer(512) });
  assert.deepEqual(padded.volume.voxels, plain.volume.voxels);
  assert.deepEqual(codes(padded), ["PIXELS_LEFT_OVER"]);
  assert.match(padded.warnings[0]?.sentence ?? "", /^6 slices .* 2816 bytes in place of 2304/);
  const { have, need, sopInstanceUids } = padded.warnings[0]?.details ?? {};
  assert.deepEqual([have, need], [frameLength + 512, frameLength]);
  assert.deepEqual(
    sopInstanceUids,
    [1, 2, 3, 4, 5, 6].map((k) => uid(7, k)),
  );
  assert.deepEqual(codes(plain), []);
});

test("V7: a matrix smaller than its pixels by a few columns is said", async () => {
  const series = await readSpec({ rows, columns, attributes: () => ({ Columns: columns - 2 }) });
  assert.deepEqual(codes(series), ["PIXELS_LEFT_OVER"]);
});

test("V7: a classic image that holds a whole image more is refused with both numbers", async () => {
  for (const bytes of [frameLength, 3 * frameLength, frameLength + 100]) {
    const { details } = await refusal(
      readSpec({ rows, columns, damage: longer(bytes) }),
      "PIXEL_DECODE_FAILED",
    );
    assert.deepEqual([details["have"], details["need"]], [frameLength + bytes, frameLength]);
  }
});

const frames = 5;

const enhanced: Attributes = {
  ...sliceAttributes({ rows, columns }, 0),
  SOPClassUID: "1.2.840.10008.5.1.4.1.1.2.1",
  SOPInstanceUID: uid(9),
  ImagePositionPatient: undefined,
  NumberOfFrames: String(frames),
  PerFrameFunctionalGroupsSequence: Array.from({ length: frames }, (_, k) => ({
    PlanePositionSequence: [{ ImagePositionPatient: ["-100", "-120", String(20 * k)] }],
  })),
};

test("V7: a multi-frame object is refused where it holds a frame more or fewer, and says what is less than one", async () => {
  const objectOf = (bytes: number) => read([dicomFile(enhanced, new Uint8Array(bytes))]);
  const more = await refusal(objectOf((frames + 1) * frameLength), "PIXEL_DECODE_FAILED");
  assert.deepEqual([more.details["have"], more.details["need"]], [6 * frameLength, 5 * frameLength]);
  const fewer = await refusal(objectOf((frames - 1) * frameLength), "PIXEL_DATA_TRUNCATED");
  assert.deepEqual([fewer.details["have"], fewer.details["need"]], [4 * frameLength, 5 * frameLength]);
  const rest = await objectOf(frames * frameLength + 16);
  assert.deepEqual(codes(rest), ["PIXELS_LEFT_OVER"]);
  assert.deepEqual(codes(await objectOf(frames * frameLength)), []);
});

const plainFrame = (k: number): PlainFrame => ({
  rows,
  columns,
  bits: 16,
  samples: new Uint8Array(
    Uint16Array.from({ length: rows * columns }, (_, i) => 300 + ((i * 37 + 101 * k) % 900)).buffer,
  ),
});

const jpeg2000 = "1.2.840.10008.1.2.4.90";
const rle = "1.2.840.10008.1.2.5";

test("V7: encapsulated pixel data that hold an image more than the header counts are refused", async () => {
  const encode = await openEncoder("jpeg2000");
  const one = { ...sliceAttributes({ rows, columns }, 0), SOPInstanceUID: uid(9) };
  const codings: readonly (readonly [string, (frame: PlainFrame) => Uint8Array])[] = [
    [jpeg2000, encode],
    [rle, encodeRle],
  ];
  for (const [syntax, encodeOne] of codings) {
    const whole = (count: number) => Array.from({ length: count }, (_, k) => [encodeOne(plainFrame(k))]);
    const fileOf = (
      attributes: Attributes,
      pieces: readonly (readonly Uint8Array[])[],
      table: readonly number[],
    ) => dicomFile(attributes, encapsulated(pieces.flat(), table), syntax);
    const two = fileOf(one, whole(2), []);
    const { details } = await refusal(read([two], { minSlices: 1 }), "PIXEL_DECODE_FAILED");
    assert.deepEqual([details["images"], details["frames"]], [2, 1]);
    const six = whole(frames + 1);
    await refusal(read([fileOf(enhanced, six, [])]), "PIXEL_DECODE_FAILED");
    await refusal(read([fileOf(enhanced, six, offsetsOf(six))]), "PIXEL_DECODE_FAILED");
    // A table of five, of which the last has two images.
    await refusal(read([fileOf(enhanced, six, offsetsOf(six).slice(0, frames))]), "PIXEL_DECODE_FAILED");
    await refusal(read([fileOf(enhanced, whole(frames - 1), [])]), "PIXEL_DECODE_FAILED");
    const pieces = whole(frames).map(([frame = new Uint8Array()]) => inPieces(frame, 3));
    assert.deepEqual(codes(await read([fileOf(enhanced, pieces, offsetsOf(pieces))])), []);
  }
});
