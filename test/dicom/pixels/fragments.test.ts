import assert from "node:assert/strict";
import { test } from "node:test";
import { type Attributes, dicomFile, encapsulated, sliceAttributes, uid } from "../../support/dicomSeries.ts";
import { encodeRle, openEncoder, type PlainFrame } from "../../support/encodeFrame.ts";
import { inPieces, offsetsOf } from "../../support/fragments.ts";
import { read, refusal } from "../series/support.ts";

const frames = 5;
const [rows, columns] = [32, 36];
const jpeg2000 = "1.2.840.10008.1.2.4.90";
const rle = "1.2.840.10008.1.2.5";

const valueAt = (k: number, i: number): number => 300 + ((i * 37 + 101 * k) % 900);

const plainFrame = (k: number): PlainFrame => ({
  rows,
  columns,
  bits: 16,
  samples: new Uint8Array(Uint16Array.from({ length: rows * columns }, (_, i) => valueAt(k, i)).buffer),
});

const attributes: Attributes = {
  ...sliceAttributes({ rows, columns }, 0),
  SOPClassUID: "1.2.840.10008.5.1.4.1.1.2.1",
  SOPInstanceUID: uid(9),
  ImagePositionPatient: undefined,
  NumberOfFrames: String(frames),
  PerFrameFunctionalGroupsSequence: Array.from({ length: frames }, (_, k) => ({
    PlanePositionSequence: [{ ImagePositionPatient: ["-100", "-120", String(20 * k)] }],
  })),
};

/** ExtendedOffsetTable (7FE0,0001), which stands before the pixel data. */
const extendedTable = (offsets: readonly number[]): Uint8Array => {
  const element = Buffer.alloc(12 + 8 * offsets.length);
  element.write("\xe0\x7f\x01\x00OV", "latin1");
  element.writeUInt32LE(8 * offsets.length, 8);
  for (const [n, offset] of offsets.entries()) element.writeBigUInt64LE(BigInt(offset), 12 + 8 * n);
  return element;
};

const withExtendedTable = (file: Uint8Array, offsets: readonly number[]): Uint8Array => {
  const at = Buffer.from(file).lastIndexOf(Buffer.from("\xe0\x7f\x10\x00OB", "latin1"));
  return Buffer.concat([file.subarray(0, at), extendedTable(offsets), file.subarray(at)]);
};

const assertFrames = async (file: Uint8Array): Promise<void> => {
  const { volume, source } = await read([file]);
  assert.deepEqual(
    source.frames.map(({ frameNumber }) => frameNumber),
    [1, 2, 3, 4, 5],
  );
  const expected = Float32Array.from({ length: frames * rows * columns }, (_, i) => {
    const k = Math.floor(i / (rows * columns));
    return valueAt(k, i % (rows * columns)) - 1024;
  });
  assert.deepEqual(volume.voxels, expected);
};

test("P4: JPEG 2000 frames in several fragments each are told apart by a basic, an extended, a wrong and no offset table", async () => {
  const encode = await openEncoder("jpeg2000");
  const fragmented = Array.from({ length: frames }, (_, k) => inPieces(encode(plainFrame(k)), 2 + (k % 3)));
  const offsets = offsetsOf(fragmented);
  const fileOf = (table: readonly number[]): Uint8Array =>
    dicomFile(attributes, encapsulated(fragmented.flat(), table), jpeg2000);
  await assertFrames(fileOf(offsets));
  await assertFrames(fileOf([]));
  await assertFrames(fileOf(offsets.map((offset) => offset + 2)));
  await assertFrames(fileOf(offsets.toReversed()));
  await assertFrames(fileOf(offsets.slice(1)));
  await assertFrames(withExtendedTable(fileOf([]), offsets));
});

test("P4: RLE frames of one fragment each need no table, of two they need one, and without it are refused", async () => {
  const whole = Array.from({ length: frames }, (_, k) => [encodeRle(plainFrame(k))]);
  const halves = whole.map(([frame = new Uint8Array()]) => inPieces(frame, 2));
  const fileOf = (fragmented: readonly (readonly Uint8Array[])[], table: readonly number[]): Uint8Array =>
    dicomFile(attributes, encapsulated(fragmented.flat(), table), rle);
  await assertFrames(fileOf(whole, []));
  await assertFrames(fileOf(halves, offsetsOf(halves)));
  const { details } = await refusal(read([fileOf(halves, [])]), "PIXEL_DECODE_FAILED");
  assert.deepEqual([details["fragments"], details["frames"]], [10, 5]);
});

test("V7: encapsulated pixel data without a fragment are named as that, not as a number of bytes", async () => {
  for (const fragments of [[], [new Uint8Array()]]) {
    const { sentence } = await refusal(
      read([dicomFile(attributes, encapsulated(fragments), rle)]),
      "PIXEL_DATA_TRUNCATED",
    );
    assert.match(sentence, /hold no fragment with anything in it/);
  }
});
