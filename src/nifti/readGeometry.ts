import { type Lps, mapZyx, type Zyx, zyx } from "../domain/axes.ts";
import type { Grid } from "../domain/grid.ts";
import { dot, norm, normalise, scale } from "../geometry/vector.ts";
import { FIELD, invalid, type NiftiHeader } from "./header.ts";
import { fromRas } from "./ras.ts";

/** Cosine between two axes above which an image counts as sheared: 0.06°, 0.3 mm over 300 mm. */
const SHEAR_TOLERANCE = 1e-3;

/** Rounding that float32 may leave in b² + c² + d² of a half-turn. */
const QUATERNION_TOLERANCE = 1e-5;

/** Millimetres per spatial unit of `xyzt_units`; 0 is "not said", which every reader takes for mm. */
const MM_PER_UNIT: Readonly<Record<number, number>> = { 0: 1, 1: 1000, 2: 1, 3: 0.001 };

/** One step along each array axis and the centre of voxel (0,0,0), LPS in the file's unit. */
type Affine = { readonly steps: Zyx<Lps>; readonly origin: Lps };

/**
 * The grid in LPS mm: from the sform, else from the qform. Throws NIFTI_INVALID where neither is set, or where what is set
 * is no rectangular grid. Source: nifti1.h, "3D image (volume) orientation and location in space".
 */
export function readGeometry(view: DataView, { isLittleEndian, sizes }: NiftiHeader): Grid {
  const sformCode = view.getInt16(FIELD.sformCode, isLittleEndian);
  const qformCode = view.getInt16(FIELD.qformCode, isLittleEndian);
  if (sformCode <= 0 && qformCode <= 0) {
    throw invalid("Neither sform nor qform is set, so that position and orientation are unknown.", {
      sformCode,
      qformCode,
    });
  }
  const affine = sformCode > 0 ? readSform(view, isLittleEndian) : readQform(view, isLittleEndian);
  const unit = view.getUint8(FIELD.xyztUnits) & 0x07;
  const mmPerUnit = MM_PER_UNIT[unit];
  if (mmPerUnit === undefined) throw invalid(`The spatial unit ${unit} is unknown.`, { unit });
  return toGrid(sizes, affine, mmPerUnit);
}

function readSform(view: DataView, isLittleEndian: boolean): Affine {
  const at = (row: number, column: number): number =>
    view.getFloat32(FIELD.srow + 16 * row + 4 * column, isLittleEndian);
  const column = (n: number): Lps => fromRas(at(0, n), at(1, n), at(2, n));
  return { steps: zyx(column(2), column(1), column(0)), origin: column(3) };
}

/** Rotation by a unit quaternion, scaled by pixdim; pixdim[0] < 0 turns the third axis round. */
function readQform(view: DataView, isLittleEndian: boolean): Affine {
  const float = (offset: number, n: number): number => view.getFloat32(offset + 4 * n, isLittleEndian);
  const pixdim = [0, 1, 2, 3].map((n) => float(FIELD.pixdim, n)) as [number, number, number, number];
  const [b, c, d] = [0, 1, 2].map((n) => float(FIELD.quaternBcd, n)) as [number, number, number];
  const squares = b * b + c * c + d * d;
  if (!(squares <= 1 + QUATERNION_TOLERANCE)) {
    throw invalid(`The qform's quaternion has length ${Math.sqrt(squares)}; at most 1 is a rotation.`, {
      b,
      c,
      d,
    });
  }
  const [handedness, di, dj, dk] = [pixdim[0] < 0 ? -1 : 1, pixdim[1], pixdim[2], pixdim[3]];
  if (!(di > 0 && dj > 0 && dk > 0)) {
    throw invalid(`The qform's voxel size is ${di} × ${dj} × ${dk}; it must be positive.`, { pixdim });
  }
  const a = Math.sqrt(Math.max(0, 1 - squares));
  return {
    steps: zyx(
      scale(
        fromRas(2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - b * b - c * c),
        dk * handedness,
      ),
      scale(fromRas(2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b)), dj),
      scale(fromRas(a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c)), di),
    ),
    origin: fromRas(float(FIELD.qoffset, 0), float(FIELD.qoffset, 1), float(FIELD.qoffset, 2)),
  };
}

function toGrid(sizes: NiftiHeader["sizes"], { steps, origin }: Affine, mmPerUnit: number): Grid {
  const lengths = mapZyx(steps, norm);
  if (![...lengths, ...origin].every(Number.isFinite) || lengths.some((length) => length === 0)) {
    throw invalid(
      `The affine has steps of length ${lengths.toReversed().join(", ")} from ${origin.join(", ")}.`,
      {
        lengths,
        origin,
      },
    );
  }
  const axes = mapZyx(steps, normalise);
  refuseShear(axes);
  return {
    shape: zyx(sizes[2], sizes[1], sizes[0]),
    spacingMm: mapZyx(lengths, (length) => length * mmPerUnit),
    originLps: scale(origin, mmPerUnit),
    axes,
  };
}

function refuseShear([z, y, x]: Zyx<Lps>): void {
  const cosine = Math.max(Math.abs(dot(x, y)), Math.abs(dot(x, z)), Math.abs(dot(y, z)));
  if (cosine <= SHEAR_TOLERANCE) return;
  const degrees = (Math.asin(Math.min(1, cosine)) * 180) / Math.PI;
  throw invalid(`The axes are ${degrees.toFixed(2)}° off the right angle; sheared images are not read.`, {
    degrees,
  });
}
