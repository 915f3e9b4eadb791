import type { Grid } from "../../domain/grid.ts";
import type { ModelClass } from "../../domain/plan.ts";
import { bellAt, type Random } from "./random.ts";

export type Vendor = "Siemens" | "GE" | "Philips";

/** How intensities become stored values: value = stored × slope of the slice + intercept. */
export type Encoding = {
  readonly slopes: readonly number[];
  readonly intercept: number;
  readonly isSigned: boolean;
  readonly bitsStored: 12 | 16;
};

/** Blurred in the plane, as reconstruction kernels leave it: neighbours are alike. */
const addGrainyNoise = (values: Float32Array, { shape }: Grid, sd: number, seed: number): void => {
  const columns = shape[2];
  // Weights 1 2 1 over a cross leave √8/6 of white noise's deviation.
  const gain = (sd * 6) / Math.sqrt(8) / 6;
  for (let at = 0; at < values.length; at++) {
    const around =
      bellAt(at - 1, seed) + bellAt(at + 1, seed) + bellAt(at - columns, seed) + bellAt(at + columns, seed);
    values[at] = (values[at] as number) + gain * (around + 2 * bellAt(at, seed));
  }
};

/** A coil's sensitivity: brighter towards some side and the surface. */
const shade = (values: Float32Array, { shape }: Grid, random: Random): void => {
  const [slices, rows, columns] = shape;
  const [a, b, c] = [random.between(-0.16, 0.16), random.between(-0.2, 0.1), random.between(-0.1, 0.1)];
  const rim = random.between(0.02, 0.2);
  let at = 0;
  for (let k = 0; k < slices; k++) {
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++, at++) {
        const [z, y, x] = [(2 * k) / slices - 1, (2 * j) / rows - 1, (2 * i) / columns - 1];
        values[at] = (values[at] as number) * (0.95 + a * x + b * y + c * z + rim * (x * x + y * y));
      }
    }
  }
};

/** Magnitude of a complex signal with noise in both parts. */
const addRicianNoise = (values: Float32Array, sd: number, seed: number): void => {
  for (let at = 0; at < values.length; at++) {
    const real = (values[at] as number) + sd * bellAt(at, seed);
    const imaginary = sd * bellAt(at, seed ^ 0x5bd1e995);
    values[at] = Math.sqrt(real * real + imaginary * imaginary);
  }
};

/** Writes noise and shading of a scanner into the intensities. */
export const acquire = (
  values: Float32Array,
  grid: Grid,
  modelClass: ModelClass,
  noiseSd: number,
  random: Random,
): void => {
  if (modelClass === "CT") {
    addGrainyNoise(values, grid, noiseSd, random.seed());
    return;
  }
  shade(values, grid, random);
  addRicianNoise(values, noiseSd, random.seed());
};

const largest = 4095;

const slopeOf = (slice: Float32Array): number => {
  const top = slice.reduce((most, value) => Math.max(most, value), 1);
  return Number((top / largest).toPrecision(8));
};

/**
 * How a vendor stores these slices, and the intensities rounded in place to what will be read back: whole HU from -1024,
 * whole MR units, or (Philips MR) multiples of each slice's own slope.
 */
export const quantise = (
  values: Float32Array,
  { shape }: Grid,
  modelClass: ModelClass,
  vendor: Vendor,
): Encoding => {
  const size = shape[1] * shape[2];
  const intercept = modelClass === "CT" ? -1024 : 0;
  const slopes = Array.from({ length: shape[0] }, (_, k) => {
    const slice = values.subarray(k * size, (k + 1) * size);
    const slope = modelClass !== "CT" && vendor === "Philips" ? slopeOf(slice) : 1;
    for (let at = 0; at < size; at++) {
      const stored = Math.round(((slice[at] as number) - intercept) / slope);
      slice[at] = Math.min(largest, Math.max(0, stored)) * slope + intercept;
    }
    return slope;
  });
  return vendor === "GE"
    ? { slopes, intercept, isSigned: true, bitsStored: 16 }
    : { slopes, intercept, isSigned: false, bitsStored: 12 };
};
