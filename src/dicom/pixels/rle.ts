import { failed } from "../../domain/failure.ts";
import type { PixelFormat } from "./pixelFormat.ts";

const headerLength = 64;

const broken = (sentence: string, details = {}): Error => failed("PIXEL_DECODE_FAILED", sentence, details);

/** Unpacks one segment (PackBits) into every `stride`-th byte of `target`; returns the pixels that it held. */
const unpack = (segment: Uint8Array, target: Uint8Array, first: number, stride: number): number => {
  let [read, write] = [0, first];
  while (read < segment.length && write < target.length) {
    const control = segment[read] as number;
    read += 1;
    if (control === 128) continue;
    const isRun = control > 128;
    const count = isRun ? 257 - control : control + 1;
    if (read + (isRun ? 1 : count) > segment.length) break;
    for (let i = 0; i < count && write < target.length; i++, write += stride) {
      target[write] = segment[isRun ? read : read + i] as number;
    }
    read += isRun ? 1 : count;
  }
  return (write - first) / stride;
};

/** Offsets of the segments of a frame with so many of them, and its end. */
const segmentBounds = (frame: Uint8Array, segments: number): readonly number[] => {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.byteLength < headerLength || view.getUint32(0, true) !== segments) {
    throw broken(`The pixels are no RLE frame of ${segments} segments.`, { segments });
  }
  const offsets = Array.from({ length: segments }, (_, s) => view.getUint32(4 + 4 * s, true));
  const bounds = [...offsets, frame.byteLength];
  if (bounds.some((offset, s) => offset < (bounds[s - 1] ?? headerLength))) {
    throw broken("The segments of the RLE frame lie out of order.", { offsets });
  }
  return bounds;
};

/**
 * The samples of an RLE frame, low byte first; its segments hold one byte of every sample each, high bytes first (PS3.5
 * annex G). Throws PIXEL_DECODE_FAILED.
 */
export const unpackRle = (
  frame: Uint8Array,
  { rows, columns, bitsAllocated }: Pick<PixelFormat, "rows" | "columns" | "bitsAllocated">,
): Uint8Array => {
  const sampleBytes = bitsAllocated / 8;
  const pixels = rows * columns;
  const bounds = segmentBounds(frame, sampleBytes);
  const samples = new Uint8Array(pixels * sampleBytes);
  for (let s = 0; s < sampleBytes; s++) {
    const have = unpack(frame.subarray(bounds[s], bounds[s + 1]), samples, sampleBytes - 1 - s, sampleBytes);
    if (have < pixels) {
      throw broken(`Segment ${s + 1} of the RLE frame holds ${have} of ${pixels} bytes.`, { have, pixels });
    }
  }
  return samples;
};
