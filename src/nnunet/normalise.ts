import type { Normalization } from "../domain/plan.ts";

/** Mean and population standard deviation of the voxels inside (all, when `inside` is null); null where there are none. */
const statistics = (voxels: Float32Array, inside: Uint8Array | null): { mean: number; sd: number } | null => {
  let [count, sum, squares] = [0, 0, 0];
  for (let i = 0; i < voxels.length; i++) {
    if (inside !== null && inside[i] === 0) continue;
    sum += voxels[i] as number;
    count++;
  }
  if (count === 0) return null;
  const mean = sum / count;
  for (let i = 0; i < voxels.length; i++) {
    if (inside !== null && inside[i] === 0) continue;
    squares += ((voxels[i] as number) - mean) ** 2;
  }
  return { mean, sd: Math.sqrt(squares / count) };
};

/** (x − shift) / scale, rounded to float32 after each operation as NumPy does. */
const standardise = (voxels: Float32Array, shift: number, scale: number): void => {
  const [shift32, scale32] = [Math.fround(shift), Math.fround(scale)];
  for (let i = 0; i < voxels.length; i++) {
    voxels[i] = Math.fround((voxels[i] as number) - shift32) / scale32;
  }
};

const clip = (voxels: Float32Array, lower: number, upper: number): void => {
  for (let i = 0; i < voxels.length; i++) {
    voxels[i] = Math.min(Math.max(voxels[i] as number, lower), upper);
  }
};

/**
 * Brings intensities to the network's scale; writes into `voxels`. With `inside`, statistics are taken there and voxels
 * outside become 0. nnU-Net v1 `GenericPreprocessor.resample_and_normalize`.
 */
export const normalise = (
  voxels: Float32Array,
  normalization: Normalization,
  inside: Uint8Array | null,
): void => {
  if (normalization.kind === "none") return;
  if (normalization.kind === "ct") {
    clip(voxels, normalization.lower, normalization.upper);
    standardise(voxels, normalization.mean, normalization.sd);
  } else {
    const found = statistics(voxels, inside);
    if (found !== null) standardise(voxels, found.mean, found.sd + 1e-8);
  }
  if (inside === null) return;
  for (let i = 0; i < voxels.length; i++) if (inside[i] === 0) voxels[i] = 0;
};
