import { Decoder } from "jpeg-lossless-decoder-js";
import type { Codec, Decoded } from "./codec.ts";
import { endOfJpeg, jpegFrame } from "./jpegFrame.ts";

/** More than the longest code and its difference take: 16 bits each. */
const spareBytes = 6;

/**
 * The decoder looks eight bits ahead and takes an end-of-image marker found there for the end of the pixels, so the last
 * pixel of some images becomes 0 or garbage. Which images cannot be told from the outcome, hence zero bytes before the
 * marker of each; nothing reads them as a pixel, because by then all have been read.
 */
const withSpareBytes = (codestream: Uint8Array): Uint8Array => {
  const end = endOfJpeg(codestream);
  const padded = new Uint8Array(codestream.byteLength + spareBytes);
  padded.set(codestream.subarray(0, end));
  padded.set(codestream.subarray(end), end + spareBytes);
  return padded;
};

const decode = (codestream: Uint8Array): Decoded => {
  const padded = withSpareBytes(codestream);
  const decoder = new Decoder();
  // The library's own mean keeps the half, which is rounded the wrong way where the sum wraps around.
  decoder.select7 = () => (decoder.getPreviousX() + decoder.getPreviousY()) >> 1;
  const samples = decoder.decode(padded.buffer, 0, padded.byteLength);
  const { frame, scan, stream, yLoc } = decoder;
  if (yLoc !== frame.dimY) throw new Error("a marker stands among the pixels");
  if (stream.index > padded.byteLength) throw new Error("the codestream is too short");
  if (scan.al !== 0) throw new Error("point transforms are not undone");
  return {
    width: frame.dimX,
    height: frame.dimY,
    components: scan.numComp,
    bits: frame.precision,
    isSigned: false,
    bytes: new Uint8Array(samples.buffer),
  };
};

/** JPEG Lossless with any predictor (transfer syntaxes .57 and .70; ISO/IEC 10918-1 annex H). */
export const jpegLossless: Codec = {
  name: "JPEG Lossless",
  announced: (codestream) => jpegFrame(codestream, [0xc3]),
  mayHoldFewerBits: true,
  open: async () => decode,
};
