import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type load from "@cornerstonejs/codec-openjpeg/wasmjs";

export type PlainFrame = {
  readonly rows: number;
  readonly columns: number;
  readonly bits: 8 | 16;
  /** Little endian. */
  readonly samples: Uint8Array;
};

const require = createRequire(import.meta.url);

const encoders = {
  jpeg2000: ["openjpeg", "J2KEncoder"],
  jpegLs: ["charls", "JpegLSEncoder"],
  htj2k: ["openjph", "HTJ2KEncoder"],
} as const;

type EncodedCoding = keyof typeof encoders;

/**
 * An encoder that writes one lossless codestream for each frame of at least 32 × 32. The one for JPEG is left
 * out: it writes beyond its memory.
 */
export const openEncoder = async (coding: EncodedCoding): Promise<(frame: PlainFrame) => Uint8Array> => {
  const [library, name] = encoders[coding];
  const silent = (): undefined => undefined;
  const open = require(`@cornerstonejs/codec-${library}/wasmjs`) as typeof load;
  const wasmBinary = readFileSync(require.resolve(`@cornerstonejs/codec-${library}/wasm`));
  const Encoder = (await open({ wasmBinary, print: silent, printErr: silent }))[name];
  if (Encoder === undefined) throw new Error(`${library} has no ${name}`);
  return ({ rows, columns, bits, samples }) => {
    // Never deleted: processes that encode are short.
    const encoder = new Encoder();
    const image = { width: columns, height: rows, bitsPerSample: bits, componentCount: 1 };
    encoder.getDecodedBuffer({ ...image, isSigned: false, isUsingColorTransform: false }).set(samples);
    if (coding === "htj2k") encoder.setQuality?.(true, 0);
    encoder.encode();
    return new Uint8Array(encoder.getEncodedBuffer());
  };
};

/** Runs of at most 128 equal bytes, or literally where they differ (PackBits). */
const packBits = (bytes: Uint8Array): readonly number[] => {
  const packed: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let run = 1;
    while (run < 128 && bytes[at + run] === bytes[at]) run++;
    packed.push(run > 1 ? 257 - run : 0, bytes[at] as number);
    at += run;
  }
  return packed.length % 2 === 0 ? packed : [...packed, 0];
};

/** A frame in RLE (PS3.5 annex G): one segment for each byte of a sample, high bytes first. */
export const encodeRle = ({ bits, samples }: PlainFrame): Uint8Array => {
  const sampleBytes = bits / 8;
  const segments = Array.from({ length: sampleBytes }, (_, s) =>
    packBits(samples.filter((_byte, at) => at % sampleBytes === sampleBytes - 1 - s)),
  );
  const head = new DataView(new ArrayBuffer(64));
  head.setUint32(0, sampleBytes, true);
  let offset = 64;
  for (const [s, segment] of segments.entries()) {
    head.setUint32(4 + 4 * s, offset, true);
    offset += segment.length;
  }
  return Buffer.concat([new Uint8Array(head.buffer), ...segments.map((segment) => Uint8Array.from(segment))]);
};
