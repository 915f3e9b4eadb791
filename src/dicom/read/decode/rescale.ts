import type { PixelFormat } from "../pixelFormat.ts";

/** Writes one slice's intensities into `target` from `offset`: its own slope and intercept (P11), padding replaced (P14). */
export const rescaleInto = (
  target: Float32Array,
  offset: number,
  stored: Int32Array,
  { slope, intercept, padding, paddingBecomes }: PixelFormat,
): void => {
  const low = padding?.low ?? 1;
  const high = padding?.high ?? 0;
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i] as number;
    target[offset + i] = value >= low && value <= high ? paddingBecomes : value * slope + intercept;
  }
};
