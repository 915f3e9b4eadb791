/** What of water and fat an image shows, which Dixon's method tells apart. */
export type Signal = "water" | "fat" | "in-phase" | "opposed-phase";

/** Where fat and water share a voxel of the opposed phase they cancel: every border between them is drawn in black. */
const mixtures: Readonly<Record<Exclude<Signal, "water">, (water: number, fat: number) => number>> = {
  fat: (_, fat) => fat,
  "in-phase": (water, fat) => water + fat,
  "opposed-phase": (water, fat) => Math.abs(water - fat),
};

/** The signal's intensities from those of water and, where it needs them, of fat. */
export const mix = (signal: Signal, water: Float32Array, paintFat: () => Float32Array): Float32Array => {
  if (signal === "water") return water;
  const fat = paintFat();
  const mixture = mixtures[signal];
  return water.map((value, at) => mixture(value, fat[at] as number));
};
