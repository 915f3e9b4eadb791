import type { Lps, Zyx } from "../domain/axes.ts";
import { cross, dot, normalise, scale, subtract } from "../geometry/vector.ts";
import type { Triple } from "../volumeFile/affineGrid.ts";
import { toRas } from "./ras.ts";

/**
 * Axes of a grid as the quaternion (b,c,d) of a NIfTI qform, in RAS; a is the non-negative rest. `handedness` is what
 * pixdim[0] must carry for the third axis. Source: nifti1.h, nifti_mat44_to_quatern of nifti1_io.c.
 */
export function toQuaternion(axes: Zyx<Lps>): { bcd: Triple; handedness: 1 | -1 } {
  // Gram-Schmidt: a grid may be off the right angle by a rounding, a rotation may not.
  const along = normalise(axes[2]);
  const across = normalise(subtract(axes[1], scale(along, dot(axes[1], along))));
  const normal = cross(along, across);
  const handedness = dot(normal, axes[0]) < 0 ? -1 : 1;
  return { bcd: ofRotation(toRas(along), toRas(across), toRas(normal)), handedness };
}

/** Arguments are the columns of the rotation. */
function ofRotation(i: Triple, j: Triple, k: Triple): Triple {
  const fourSquares = [
    1 + i[0] + j[1] + k[2],
    1 + i[0] - j[1] - k[2],
    1 - i[0] + j[1] - k[2],
    1 - i[0] - j[1] + k[2],
  ] as const;
  const [aa, bb, cc, dd] = fourSquares;
  const [ab, ac, ad] = [j[2] - k[1], k[0] - i[2], i[1] - j[0]];
  const [bc, bd, cd] = [i[1] + j[0], k[0] + i[2], j[2] + k[1]];
  // Dividing by the largest component keeps half-turns exact, where a is zero.
  const largest = fourSquares.indexOf(Math.max(...fourSquares));
  const rows = [
    [aa, ab, ac, ad],
    [ab, bb, bc, bd],
    [ac, bc, cc, cd],
    [ad, bd, cd, dd],
  ] as const;
  const [a, b, c, d] = rows[largest] ?? rows[0];
  const divisor = (a < 0 ? -2 : 2) * Math.sqrt(fourSquares[largest] ?? aa);
  return [b / divisor, c / divisor, d / divisor];
}
