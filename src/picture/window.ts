import type { Mask, Volume } from "../domain/grid.ts";
import type { ModelClass } from "../domain/plan.ts";

/** Values shown black and white: HU (CT) or the volume's own unit (MR). */
export type DisplayWindow = { readonly low: number; readonly high: number };

/** Level 40, width 400 HU: what viewers offer for the abdomen. */
const abdomen: DisplayWindow = { low: -160, high: 240 };

/** MR has no scale of its own: the receiver's hot spots and fluid lie above, the air's noise below. */
const shares = { low: 0.01, high: 0.995 };

/** Brightest that the organ may be, as a share of white: on a native T1 it is above the rest, and the contour yellow. */
const organGrey = 0.75;

const binCount = 0x10000;
const firstPositive = 0x8000;

/**
 * Voxels per upper half of their float32 bits (sign, exponent, 7 bits of mantissa), bins in the order of the values:
 * fine near zero and coarse far from it, so that one voxel of 10⁶ cannot blur the rest. 0, NaN and infinities are left out, and with a mask what lies outside.
 */
const histogramOf = ({ buffer, byteOffset, length }: Float32Array, inside?: Uint8Array): Uint32Array => {
  const bits = new Uint32Array(buffer, byteOffset, length);
  const counts = new Uint32Array(binCount);
  for (let n = 0; n < length; n++) {
    if (inside !== undefined && inside[n] === 0) continue;
    const half = (bits[n] as number) >>> 16;
    if ((half & 0x7f80) === 0x7f80 || (half & 0x7fff) === 0) continue;
    const bin = half < firstPositive ? firstPositive + half : binCount - 1 - half;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
};

const magnitude = (half: number): number => new Float32Array(Uint32Array.of(half * 0x10000).buffer)[0] ?? 0;

/** Least value of a bin. */
const edgeOf = (bin: number): number =>
  bin < firstPositive ? -magnitude(firstPositive - bin) : magnitude(bin - firstPositive);

/** The value below which a share of the counted voxels lies, evenly spread within a bin; NaN where none was counted. */
const quantile = (counts: Uint32Array, share: number): number => {
  const wanted = share * counts.reduce((sum, count) => sum + count, 0);
  if (wanted === 0) return Number.NaN;
  let before = 0;
  let bin = 0;
  while (before + (counts[bin] as number) < wanted) before += counts[bin++] as number;
  const inside = (wanted - before) / (counts[bin] as number);
  return edgeOf(bin) + inside * (edgeOf(bin + 1) - edgeOf(bin));
};

const robustWindow = (volume: Float32Array, mask: Uint8Array): DisplayWindow => {
  const counts = histogramOf(volume);
  const low = quantile(counts, shares.low);
  const high = quantile(counts, shares.high);
  const organ = quantile(histogramOf(volume, mask), 0.5);
  return { low, high: organ > low ? Math.max(high, low + (organ - low) / organGrey) : high };
};

/**
 * How a volume is shown: CT always alike; MR from 1 % to 99.5 % of its voxels that are not 0 (each to 0.8 %), and so far
 * up that the middle of the masked voxels is no lighter than three quarters of white.
 */
export const displayWindow = (volume: Volume, mask: Mask, modelClass: ModelClass): DisplayWindow =>
  modelClass === "CT" ? abdomen : robustWindow(volume.voxels, mask.voxels);

/** Whole numbers, but for values of which little would be left. */
const sayValue = (value: number): string => {
  const plain = Math.abs(value) >= 10 || value === 0 ? value.toFixed(0) : value.toPrecision(2);
  return plain.length > 7 ? value.toExponential(1) : plain;
};

/** Window and level as viewers show them. */
export const sayWindow = ({ low, high }: DisplayWindow): string =>
  Number.isFinite(high - low) ? `W ${sayValue(high - low)} L ${sayValue((low + high) / 2)}` : "no window";

/** Grey of a value, 0 to 255, as DICOM's LINEAR_EXACT (PS3.3 C.11.2.1.3.2); NaN is black. */
export const greyOf = (value: number, { low, high }: DisplayWindow): number => {
  if (!(value > low)) return 0;
  return value >= high ? 255 : Math.round((255 * (value - low)) / (high - low));
};
