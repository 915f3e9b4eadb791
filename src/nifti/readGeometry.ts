import { type Lps, zyx } from "../domain/axes.ts";
import type { Grid } from "../domain/grid.ts";
import { scale } from "../geometry/vector.ts";
import { type Affine, affineGrid } from "../volumeFile/affineGrid.ts";
import { invalid, type NiftiHeader, type Placement } from "./header.ts";
import { fromRas } from "./ras.ts";

/** Rounding that float32 may leave in b² + c² + d² of a half-turn. */
const QUATERNION_TOLERANCE = 1e-5;

/** Millimetres per spatial unit of `xyzt_units`; 0 is "not said", which every reader takes for mm. */
const MM_PER_UNIT: Readonly<Record<number, number>> = { 0: 1, 1: 1000, 2: 1, 3: 0.001 };

/**
 * The grid in LPS mm: from the sform, else from the qform. Throws NIFTI_INVALID where neither is set, or where what is set
 * is no rectangular grid. Source: nifti1.h, "3D image (volume) orientation and location in space".
 */
export function readGeometry({ sizes, placement }: NiftiHeader): Grid {
  const { sformCode, qformCode, unit } = placement;
  if (sformCode <= 0 && qformCode <= 0) {
    throw invalid(
      "Neither sform nor qform is set, so that position and orientation are unknown; save the file anew with the affine of its image.",
      { sformCode, qformCode },
    );
  }
  const affine = sformCode > 0 ? readSform(placement) : readQform(placement);
  const mmPerUnit = MM_PER_UNIT[unit];
  if (mmPerUnit === undefined) throw invalid(`The spatial unit ${unit} is unknown.`, { unit });
  return affineGrid(sizes, affine, mmPerUnit, invalid);
}

function readSform({ srow }: Placement): Affine {
  const at = (row: number, column: number): number => srow[4 * row + column] ?? Number.NaN;
  const column = (n: number): Lps => fromRas(at(0, n), at(1, n), at(2, n));
  return { steps: zyx(column(2), column(1), column(0)), origin: column(3) };
}

/** Rotation by a unit quaternion, scaled by pixdim; pixdim[0] < 0 turns the third axis round. */
function readQform({ pixdim, quaternBcd, qoffset }: Placement): Affine {
  const [b, c, d] = quaternBcd as [number, number, number];
  const squares = b * b + c * c + d * d;
  if (!(squares <= 1 + QUATERNION_TOLERANCE)) {
    throw invalid(`The qform's quaternion has length ${Math.sqrt(squares)}; at most 1 is a rotation.`, {
      b,
      c,
      d,
    });
  }
  const [first, di, dj, dk] = pixdim as [number, number, number, number];
  const handedness = first < 0 ? -1 : 1;
  if (!(di > 0 && dj > 0 && dk > 0)) {
    throw invalid(`The qform's voxel size is ${di} × ${dj} × ${dk}; it must be positive.`, { pixdim });
  }
  const a = Math.sqrt(Math.max(0, 1 - squares));
  const [x, y, z] = qoffset as [number, number, number];
  return {
    steps: zyx(
      scale(
        fromRas(2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - b * b - c * c),
        dk * handedness,
      ),
      scale(fromRas(2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b)), dj),
      scale(fromRas(a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c)), di),
    ),
    origin: fromRas(x, y, z),
  };
}
