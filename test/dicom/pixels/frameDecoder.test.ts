import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFrame } from "../../../src/dicom/pixels/decodeFrame.ts";
import { openFrameDecoder } from "../../../src/dicom/pixels/frameDecoder.ts";
import type { PixelFormat } from "../../../src/dicom/pixels/pixelFormat.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import { openEncoder } from "../../support/encodeFrame.ts";

const format: PixelFormat = {
  coding: "jpeg2000",
  littleEndian: true,
  rows: 40,
  columns: 48,
  bitsAllocated: 16,
  bitsStored: 12,
  highBit: 11,
  isSigned: false,
  slope: 1,
  intercept: 0,
  padding: null,
  paddingBecomes: 0,
  isRescaleAssumed: false,
  isLossy: false,
  isMonochrome1: false,
};

const samplesOf = (n: number): Uint16Array =>
  Uint16Array.from({ length: 40 * 48 }, (_, i) => (i * 7 + n * 131) % 4096);

/** Codestreams of 40 different frames, all views of one Buffer, as frames of a file are. */
const encode = async (): Promise<readonly Uint8Array[]> => {
  const encoder = await openEncoder("jpeg2000");
  const frames = Array.from({ length: 40 }, (_, n) =>
    encoder({ rows: 40, columns: 48, bits: 16, samples: new Uint8Array(samplesOf(n).buffer) }),
  );
  const file = Buffer.concat(frames);
  const ends = frames.map((_, n) => frames.slice(0, n + 1).reduce((sum, { length }) => sum + length, 0));
  return frames.map((_, n) => file.subarray(ends[n - 1] ?? 0, ends[n]));
};

test("P18: many compressed frames go through threads, each comes back as its own, and the file stays whole", async () => {
  const frames = await encode();
  const decoder = openFrameDecoder(frames.length, true);
  assert.ok(decoder.width > 1);
  const decoded = await Promise.all(frames.map((frame) => decoder.decode(frame, format)));
  for (const [n, { values, signsDisagree }] of decoded.entries()) {
    assert.deepEqual(Array.from(values), Array.from(samplesOf(n)), `frame ${n}`);
    assert.equal(signsDisagree, false);
  }
  assert.deepEqual(
    await decoder.decode(frames[3] as Uint8Array, format),
    await decodeFrame(frames[3] as Uint8Array, format),
  );
  await decoder.close();
});

test("P5: a broken frame fails by its code, those around it do not, and a closed decoder owes nothing", async () => {
  const frames = await encode();
  const decoder = openFrameDecoder(frames.length, true);
  const broken = frames.map((frame, n) => (n === 20 ? frame.slice(0, 60) : frame));
  const settled = await Promise.allSettled(broken.map((frame) => decoder.decode(frame, format)));
  const failures = settled.flatMap((one, n) => (one.status === "rejected" ? [[n, one.reason] as const] : []));
  assert.deepEqual(
    failures.map(([n, reason]) => [n, reason instanceof FailureError ? reason.failure.code : reason]),
    [[20, "PIXEL_DECODE_FAILED"]],
  );
  const owed = Promise.allSettled(frames.map((frame) => decoder.decode(frame, format)));
  await decoder.close();
  // Answered or refused: nobody waits for a thread that has ended.
  for (const one of await owed)
    assert.ok(one.status === "fulfilled" || one.reason.failure.code === "PIXEL_DECODE_FAILED");
  await assert.rejects(decoder.decode(frames[0] as Uint8Array, format), /PIXEL_DECODE_FAILED/);
});

test("few frames, and plain ones, need no thread", () => {
  assert.equal(openFrameDecoder(8, true).width, 1);
  assert.equal(openFrameDecoder(500, false).width, 1);
});
