import { readFileSync } from "node:fs";
import loadOpenJpeg from "@cornerstonejs/codec-openjpeg/decodewasmjs";
import { failed } from "../../../domain/failure.ts";
import type { Part10 } from "../part10.ts";
import type { PixelFormat } from "../pixelFormat.ts";
import { encapsulatedBytes } from "./pixelBytes.ts";

export type Jpeg2000Decoder = (
  part10: Part10,
  format: PixelFormat,
) => { readonly values: Int32Array; readonly signsDisagree: boolean };

const startOfCodestream = 0xff4fff51; // SOC and SIZ markers, ISO/IEC 15444-1 annex A

/** Image size of a codestream, read before anything is allocated for it. */
const declaredSize = (codestream: Uint8Array): { width: number; height: number } | null => {
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.byteLength);
  if (view.byteLength < 24 || view.getUint32(0) !== startOfCodestream) return null;
  return {
    width: view.getUint32(8) - view.getUint32(16),
    height: view.getUint32(12) - view.getUint32(20),
  };
};

const decodeFailed = (sentence: string, { rows, columns }: PixelFormat, details = {}): Error =>
  failed("PIXEL_DECODE_FAILED", sentence, { rows, columns, ...details });

/** A codestream whose size agrees with the header (P5). */
const soundCodestream = (part10: Part10, format: PixelFormat): Uint8Array => {
  const codestream = encapsulatedBytes(part10);
  const size = declaredSize(codestream);
  if (size === null) throw decodeFailed("The pixels are no JPEG 2000 codestream.", format);
  if (size.width !== format.columns || size.height !== format.rows) {
    throw decodeFailed(
      `The codestream holds ${size.height} × ${size.width} pixels, the header says ${format.rows} × ${format.columns}.`,
      format,
      size,
    );
  }
  return codestream;
};

/** Samples in `width` bytes each, extended by `signBits` when given. */
const samples = (decoded: Uint8Array, count: number, width: 1 | 2, signBits: number | null): Int32Array => {
  const view = new DataView(decoded.buffer, decoded.byteOffset, decoded.byteLength);
  const unused = 32 - (signBits ?? 32);
  const values = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const word = width === 2 ? view.getUint16(2 * i, true) : view.getUint8(i);
    values[i] = (word << unused) >> unused;
  }
  return values;
};

/**
 * A decoder of JPEG 2000 images (transfer syntaxes .90 and .91) to stored values, row by row. Where the header and the
 * codestream disagree about the sign, a signed header extends the bits (P7) and a signed codestream is believed (P8).
 * The decoder throws PIXEL_DECODE_FAILED, PIXEL_DATA_TRUNCATED.
 */
export const openJpeg2000 = async (): Promise<Jpeg2000Decoder> => {
  const errors: string[] = [];
  const listen = (line: string): void => {
    if (line.includes("[ERROR]")) errors.push(line);
  };
  const wasmBinary = readFileSync(new URL(import.meta.resolve("@cornerstonejs/codec-openjpeg/decodewasm")));
  const openJpeg = await loadOpenJpeg({ wasmBinary, print: listen, printErr: listen });

  const decode = (codestream: Uint8Array, format: PixelFormat): ReturnType<Jpeg2000Decoder> => {
    const decoder = new openJpeg.J2KDecoder();
    try {
      decoder.getEncodedBuffer(codestream.byteLength).set(codestream);
      decoder.decode();
      const { width, height, bitsPerSample, componentCount, isSigned } = decoder.getFrameInfo();
      const sampleBytes = bitsPerSample <= 8 ? 1 : 2;
      const decoded = decoder.getDecodedBuffer();
      const isWhole =
        errors.length === 0 &&
        width === format.columns &&
        height === format.rows &&
        componentCount === 1 &&
        bitsPerSample <= 16 &&
        decoded.byteLength >= width * height * sampleBytes;
      if (!isWhole) {
        throw decodeFailed(`The codestream decodes to ${height} × ${width} pixels.`, format, {
          decodedBytes: decoded.byteLength,
          bitsPerSample,
          componentCount,
        });
      }
      const codestreamBits = isSigned ? 8 * sampleBytes : null;
      const signBits = format.isSigned && !isSigned ? format.bitsStored : codestreamBits;
      return {
        values: samples(decoded, width * height, sampleBytes, signBits),
        signsDisagree: isSigned !== format.isSigned,
      };
    } finally {
      decoder.delete();
      errors.length = 0;
    }
  };

  return (part10, format) => {
    const codestream = soundCodestream(part10, format);
    try {
      return decode(codestream, format);
    } catch (error) {
      // The library throws bare numbers and aborts of its own.
      if (error instanceof Error && error.name === "FailureError") throw error;
      throw decodeFailed("The JPEG 2000 library gave up on the codestream.", format);
    }
  };
};
