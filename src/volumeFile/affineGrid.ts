import { type Lps, mapZyx, type Zyx, zyx } from "../domain/axes.ts";
import type { Grid } from "../domain/grid.ts";
import { dot, norm, normalise, scale } from "../geometry/vector.ts";
import type { Refuse } from "./refuse.ts";

/** Cosine between two axes above which an image counts as sheared: 0.06°, 0.3 mm over 300 mm. */
const SHEAR_TOLERANCE = 1e-3;

/** Three numbers in file order (i,j,k). */
export type Triple = readonly [number, number, number];

/** One step along each array axis and the centre of voxel (0,0,0), LPS in the file's unit. */
export type Affine = { readonly steps: Zyx<Lps>; readonly origin: Lps };

/** The grid of an affine, in LPS mm. Throws what `refuse` makes where the affine spans no rectangular grid. */
export const affineGrid = (
  sizes: Triple,
  { steps, origin }: Affine,
  mmPerUnit: number,
  refuse: Refuse,
): Grid => {
  const lengths = mapZyx(steps, norm);
  if (![...lengths, ...origin].every(Number.isFinite) || lengths.some((length) => length === 0)) {
    throw refuse(
      `The affine has steps of length ${lengths.toReversed().join(", ")} from ${origin.join(", ")}.`,
      { lengths, origin },
    );
  }
  const axes = mapZyx(steps, normalise);
  refuseShear(axes, refuse);
  return {
    shape: zyx(sizes[2], sizes[1], sizes[0]),
    spacingMm: mapZyx(lengths, (length) => length * mmPerUnit),
    originLps: scale(origin, mmPerUnit),
    axes,
  };
};

const refuseShear = ([z, y, x]: Zyx<Lps>, refuse: Refuse): void => {
  const cosine = Math.max(Math.abs(dot(x, y)), Math.abs(dot(x, z)), Math.abs(dot(y, z)));
  if (cosine <= SHEAR_TOLERANCE) return;
  const degrees = (Math.asin(Math.min(1, cosine)) * 180) / Math.PI;
  throw refuse(`The axes are ${degrees.toFixed(2)}° off the right angle; sheared images are not read.`, {
    degrees,
  });
};
