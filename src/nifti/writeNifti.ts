import { gzipSync } from "node:zlib";
import { voxelCount } from "../domain/axes.ts";
import type { Grid, Mask, Volume } from "../domain/grid.ts";
import { scale } from "../geometry/vector.ts";
import type { Triple } from "../volumeFile/affineGrid.ts";
import { invalid } from "./header.ts";
import { FIELD, NIFTI_1 } from "./layouts.ts";
import { toQuaternion } from "./quaternion.ts";
import { toRas } from "./ras.ts";

const { headerBytes: HEADER_BYTES, firstVoxelByte: FIRST_VOXEL_BYTE } = NIFTI_1;

const LARGEST_SIZE = 2 ** 15 - 1;
const MILLIMETRES = 2;
const SCANNER_COORDINATES = 1;

/** The noise in a volume's last bits does not compress: harder work takes eight times as long for a sixth of the bytes. */
const VOLUME_LEVEL = 1;
const MASK_LEVEL = 6;

/**
 * A .nii.gz file (NIfTI-1): uint8 for a mask, float32 for a volume, in the order in which the voxels lie; sform and qform
 * say the same. Equal input gives equal bytes. Throws NIFTI_INVALID for what the format cannot hold.
 */
export function writeNifti({ grid, voxels }: Volume | Mask): Uint8Array {
  refuseWhatDoesNotFit(grid, voxels.length);
  const isMask = voxels instanceof Uint8Array;
  const file = new Uint8Array(FIRST_VOXEL_BYTE + voxels.byteLength);
  const view = new DataView(file.buffer);
  writeKind(view, grid, isMask);
  writeGeometry(view, grid);
  file.set(new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength), FIRST_VOXEL_BYTE);
  const compressed = gzipSync(file, { level: isMask ? MASK_LEVEL : VOLUME_LEVEL });
  // RFC 1952: byte 9 names the operating system that wrote; 255 is "unknown". The time in bytes 4-7 is 0 already.
  compressed[9] = 255;
  return compressed;
}

function refuseWhatDoesNotFit({ shape }: Grid, voxels: number): void {
  if (shape.some((size) => size > LARGEST_SIZE)) {
    throw invalid(`${shape.join(" × ")} voxels: NIfTI-1 holds at most ${LARGEST_SIZE} along an axis.`, {
      shape,
    });
  }
  if (voxelCount(shape) !== voxels) {
    throw invalid(`${voxels} voxels do not fill a grid of ${shape.join(" × ")}.`, { shape, voxels });
  }
}

function writeKind(view: DataView, { shape, spacingMm }: Grid, isMask: boolean): void {
  view.setInt32(0, HEADER_BYTES, true);
  const dim = [3, shape[2], shape[1], shape[0], 1, 1, 1, 1];
  for (const [n, steps] of dim.entries()) view.setInt16(FIELD.dim + 2 * n, steps, true);
  const pixdim = [spacingMm[2], spacingMm[1], spacingMm[0]];
  for (const [n, size] of pixdim.entries()) view.setFloat32(FIELD.pixdim + 4 * (n + 1), size, true);
  view.setInt16(FIELD.datatype, isMask ? 2 : 16, true);
  view.setInt16(FIELD.bitpix, isMask ? 8 : 32, true);
  view.setFloat32(FIELD.voxOffset, FIRST_VOXEL_BYTE, true);
  view.setFloat32(FIELD.sclSlope, 1, true);
  view.setUint8(FIELD.xyztUnits, MILLIMETRES);
  view.setUint32(FIELD.magic, 0x6e2b3100, false);
}

function writeGeometry(view: DataView, { axes, spacingMm, originLps }: Grid): void {
  const step = (n: 0 | 1 | 2): Triple => toRas(scale(axes[n], spacingMm[n]));
  const columns = [step(2), step(1), step(0), toRas(originLps)];
  const { bcd, handedness } = toQuaternion(axes);
  view.setInt16(FIELD.qformCode, SCANNER_COORDINATES, true);
  view.setInt16(FIELD.sformCode, SCANNER_COORDINATES, true);
  view.setFloat32(FIELD.pixdim, handedness, true);
  for (const row of [0, 1, 2] as const) {
    view.setFloat32(FIELD.quaternBcd + 4 * row, bcd[row], true);
    view.setFloat32(FIELD.qoffset + 4 * row, toRas(originLps)[row], true);
    for (const [n, column] of columns.entries()) {
      view.setFloat32(FIELD.srow + 16 * row + 4 * n, column[row], true);
    }
  }
}
