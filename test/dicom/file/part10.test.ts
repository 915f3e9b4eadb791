import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, deflateRawSync } from "node:zlib";
import { openPart10 } from "../../../src/dicom/file/part10.ts";
import { type FailureCode, FailureError } from "../../../src/domain/failure.ts";
import { classicSeries, dicomFile } from "../../support/dicomSeries.ts";
import { codes, read, refusal } from "../series/support.ts";

const deflated = "1.2.840.10008.1.2.1.99";

/** File meta information that announces a deflated data set. */
const meta = ((): Uint8Array => {
  const file = dicomFile({}, null, deflated);
  const groupLength = Buffer.from(file).readUInt32LE(140);
  return file.subarray(0, 144 + groupLength);
})();

/** The same files with their data sets deflated. */
const deflate = (files: readonly Uint8Array[]): readonly Uint8Array[] =>
  files.map((file) => {
    const bodyStart = 144 + Buffer.from(file).readUInt32LE(140);
    return Buffer.concat([meta, deflateRawSync(file.subarray(bodyStart))]);
  });

const code = (bytes: Uint8Array): FailureCode | "none" => {
  try {
    openPart10(bytes);
    return "none";
  } catch (error) {
    assert.ok(error instanceof FailureError, String(error));
    return error.failure.code;
  }
};

test("P1: a deflated series is the plain series", async () => {
  const files = classicSeries();
  const [inflated, plain] = [await read(deflate(files)), await read(files)];
  assert.deepEqual(inflated.volume.voxels, plain.volume.voxels);
  assert.deepEqual(inflated.source, plain.source);
  assert.deepEqual(codes(inflated), codes(plain));
});

test("P1: a byte that pads a deflated data set to even length is no harm", async () => {
  const files = classicSeries();
  const padded = deflate(files).map((file) => Buffer.concat([file, new Uint8Array(1)]));
  assert.deepEqual((await read(padded)).volume.voxels, (await read(files)).volume.voxels);
});

test("P5: a deflated data set that is cut short or no deflate stream is refused", () => {
  const [file = new Uint8Array()] = deflate(classicSeries());
  assert.equal(code(file), "none");
  assert.equal(code(file.subarray(0, file.length - 10)), "NOT_DICOM");
  assert.equal(code(Buffer.concat([meta, new Uint8Array(100).fill(0xff)])), "NOT_DICOM");
});

test("P6: a deflated image with too few pixels is refused as truncated", async () => {
  const files = deflate(classicSeries({ damage: (pixels) => pixels.subarray(0, 20) }));
  const { details } = await refusal(read(files), "PIXEL_DATA_TRUNCATED");
  assert.deepEqual([details["have"], details["need"]], [20, 160]);
});

test("P18: a small file that inflates beyond all measure is refused", () => {
  const mebibyte = deflateRawSync(Buffer.alloc(2 ** 20), { finishFlush: constants.Z_FULL_FLUSH });
  const blocks = Array.from({ length: 513 }, () => mebibyte);
  const bomb = Buffer.concat([meta, ...blocks, deflateRawSync(new Uint8Array())]);
  assert.ok(bomb.byteLength < 1e6);
  assert.equal(code(bomb), "TOO_LARGE");
});
