import { failed } from "../../domain/failure.ts";
import type { CompressedCoding } from "../file/transferSyntax.ts";
import type { Announced, Codec, Decode, Decoded } from "./codec.ts";
import { htj2k } from "./htj2k.ts";
import { jpeg2000 } from "./jpeg2000.ts";
import { jpegBaseline } from "./jpegBaseline.ts";
import { jpegLossless } from "./jpegLossless.ts";
import { jpegLs } from "./jpegLs.ts";
import type { PixelFormat } from "./pixelFormat.ts";
import { unpackRle } from "./rle.ts";
import { storedValues } from "./storedValues.ts";

export type StoredPixels = {
  /** Row by row. */
  readonly values: Int32Array;
  /** Whether a codestream contradicts PixelRepresentation. */
  readonly signsDisagree: boolean;
};

const codecs: Readonly<Record<CompressedCoding, Codec>> = {
  jpeg2000,
  htj2k,
  jpegLs,
  jpegBaseline,
  jpegLossless,
};

/** One of each codec for the process: they hold no state between frames and take longer to make than to use. */
const opened = new Map<CompressedCoding, Promise<Decode>>();

const open = (coding: CompressedCoding): Promise<Decode> => {
  const known = opened.get(coding) ?? codecs[coding].open();
  opened.set(coding, known);
  return known;
};

const decodeFailed = (sentence: string, { rows, columns }: PixelFormat, details = {}): Error =>
  failed("PIXEL_DECODE_FAILED", sentence, { rows, columns, ...details });

/** Refuses a codestream whose image is not the header's (P5). */
const requireAgreement = (announced: Announced, format: PixelFormat, { mayHoldFewerBits }: Codec): void => {
  const { width, height, components, bits } = announced;
  const { rows, columns, bitsAllocated, bitsStored } = format;
  if (width !== columns || height !== rows || components !== 1) {
    throw decodeFailed(
      `The codestream holds ${height} × ${width} pixels of ${components} samples, the header says ${rows} × ${columns} of one.`,
      format,
      { height, width, components },
    );
  }
  if (bits > bitsAllocated || (bits < bitsStored && !mayHoldFewerBits)) {
    throw decodeFailed(`The codestream holds ${bits} bits, the header says ${bitsStored}.`, format, {
      bits,
      bitsStored,
      bitsAllocated,
    });
  }
};

const requireWhole = ({ width, height, bits, bytes }: Decoded, format: PixelFormat): void => {
  const need = width * height * (bits > 8 ? 2 : 1);
  if (bytes.byteLength >= need) return;
  throw decodeFailed(`The codestream decodes to ${bytes.byteLength} of ${need} bytes.`, format, {
    have: bytes.byteLength,
    need,
  });
};

const decodeCompressed = async (
  coding: CompressedCoding,
  frame: Uint8Array,
  format: PixelFormat,
): Promise<Decoded> => {
  const codec = codecs[coding];
  const announced = codec.announced(frame);
  if (announced === null) throw decodeFailed(`The pixels are no whole ${codec.name} codestream.`, format);
  requireAgreement(announced, format, codec);
  const decode = await open(coding);
  let decoded: Decoded;
  try {
    decoded = decode(frame);
  } catch {
    // What is left of a codec that trapped or threw cannot be trusted with the next frame.
    opened.delete(coding);
    throw decodeFailed(`The ${codec.name} codec gave up on the codestream.`, format);
  }
  requireAgreement(decoded, format, codec);
  requireWhole(decoded, format);
  return decoded;
};

/**
 * Stored values of one frame of an object, given its bytes as they stand in the file: uncompressed, or one whole
 * codestream. Throws PIXEL_DECODE_FAILED for every frame that is not what the header says.
 */
export const decodeFrame = async (frame: Uint8Array, format: PixelFormat): Promise<StoredPixels> => {
  const { coding, bitsAllocated, littleEndian } = format;
  if (coding === "native" || coding === "rle") {
    const bytes = coding === "rle" ? unpackRle(frame, format) : frame;
    const values = storedValues({ bytes, bits: bitsAllocated, littleEndian, isSigned: false }, format);
    return { values, signsDisagree: false };
  }
  const decoded = await decodeCompressed(coding, frame, format);
  const hasSign = coding === "jpeg2000" || coding === "htj2k";
  return {
    values: storedValues({ ...decoded, littleEndian: true }, format),
    signsDisagree: hasSign && decoded.isSigned !== format.isSigned,
  };
};
