import type { PixelFormat } from "./pixelFormat.ts";

/**
 * Writes one slice's intensities into `target` from `offset`: its own slope and intercept (P11), padding replaced (P14).
 * Returns how many values of padding became another than their own.
 */
export const rescaleInto = (
  target: Float32Array,
  offset: number,
  stored: Int32Array,
  { slope, intercept, padding, paddingBecomes }: PixelFormat,
): number => {
  const low = padding?.low ?? 1;
  const high = padding?.high ?? 0;
  let replaced = 0;
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i] as number;
    const intensity = value * slope + intercept;
    const isReplaced = value >= low && value <= high && intensity !== paddingBecomes;
    target[offset + i] = isReplaced ? paddingBecomes : intensity;
    if (isReplaced) replaced++;
  }
  return replaced;
};
