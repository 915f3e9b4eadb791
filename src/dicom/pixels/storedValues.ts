import type { PixelFormat } from "./pixelFormat.ts";

/** Samples of a frame as they were stored or decoded, row by row, before the header's say on bits and sign. */
export type Samples = {
  readonly bytes: Uint8Array;
  readonly bits: number;
  readonly littleEndian: boolean;
  /** Whether a codestream called them signed. */
  readonly isSigned: boolean;
};

/** Shifts of a 32-bit word that bring a sample to its value. */
type Shifts = {
  /** Up and down again: extends the sign of the codestream's own container. */
  readonly container: number;
  /** Up and down again: the sign of the whole allocated word. */
  readonly word: number;
  /** Up, so that HighBit becomes the sign, and down, so that the lowest stored bit becomes the ones. */
  readonly left: number;
  readonly right: number;
};

const shiftsOf = ({ bits, isSigned }: Samples, format: PixelFormat): Shifts => {
  const { bitsAllocated, bitsStored, highBit } = format;
  const container = isSigned ? 32 - (bits > 8 ? 16 : 8) : 0;
  if (isSigned && !format.isSigned) return { container, word: 0, left: 0, right: 0 };
  // A codec right-aligns what it decodes; HighBit then speaks of the image before it was compressed.
  const topBit = bits > bitsStored ? highBit : bitsStored - 1;
  return { container, word: 32 - bitsAllocated, left: 31 - topBit, right: 32 - bitsStored };
};

/**
 * Stored values: the BitsStored bits below HighBit, extended by their sign (P9, and P7 for codestreams without one).
 * Words that equal the padding value are taken whole, because padding may lie outside BitsStored. A signed codestream
 * under an unsigned header is believed (P8).
 */
export const storedValues = (samples: Samples, format: PixelFormat): Int32Array => {
  const { bytes, bits, littleEndian } = samples;
  const { container, word, left, right } = shiftsOf(samples, format);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isSigned = format.isSigned || samples.isSigned;
  const low = format.padding?.low ?? 1;
  const high = format.padding?.high ?? 0;
  const values = new Int32Array(format.rows * format.columns);
  for (let i = 0; i < values.length; i++) {
    const raw = bits > 8 ? view.getUint16(2 * i, littleEndian) : (bytes[i] as number);
    const sample = (raw << container) >> container;
    const whole = isSigned ? (sample << word) >> word : sample;
    const stored = isSigned ? (sample << left) >> right : (sample << left) >>> right;
    values[i] = whole >= low && whole <= high ? whole : stored;
  }
  return values;
};
