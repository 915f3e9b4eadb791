import { constants, gunzipSync } from "node:zlib";
import type { Volume } from "../domain/grid.ts";
import type { Warning } from "../domain/warning.ts";
import { gridFault } from "../geometry/gridFault.ts";
import { FIRST_VOXEL_BYTE, invalid, type NiftiHeader, readHeader } from "./header.ts";
import { readGeometry } from "./readGeometry.ts";
import { readVoxels, replaceNan, requireFinite, voxelBytes } from "./readVoxels.ts";

/** 2 GiB as float32, above every clinical series. */
const MOST_VOXELS = 2 ** 29;

/** Voxels may lie after header extensions; more than this before or behind them is refused. */
const MOST_OTHER_BYTES = 16 * 2 ** 20;

/** No deflate stream grows more than this. */
const DEFLATE_RATIO = 1032;

/** Compressed bytes that surely hold a header; deflate makes at most 4 MB of them. */
const HEAD_BYTES = 4096;

/**
 * The single 3-D volume of a .nii or .nii.gz file (NIfTI-1): float32 (z,y,x) scaled by slope and intercept, grid in LPS mm.
 * Throws NIFTI_INVALID for anything else, and before memory is taken for voxels that the file cannot hold.
 */
export function readNifti(bytes: Uint8Array): Volume {
  const volume = readStored(bytes);
  requireFinite(volume.voxels);
  return volume;
}

/**
 * The same of an image for the network, in which NaN becomes 0 with a warning, as the authors have it. An infinity is
 * refused: they leave it, and their spline makes whole lines of it NaN. Refused as well: a grid that no patient fills.
 */
export function readNiftiImage(bytes: Uint8Array): { volume: Volume; warnings: readonly Warning[] } {
  const volume = readStored(bytes);
  const fault = gridFault(volume.grid);
  if (fault !== null) throw invalid(fault.sentence, fault.details);
  const voxels = replaceNan(volume.voxels);
  requireFinite(volume.voxels);
  const sentence = `${voxels} of ${volume.voxels.length} voxels are no numbers (NaN); they were set to 0.`;
  return { volume, warnings: voxels === 0 ? [] : [{ code: "NAN_REPLACED", sentence, details: { voxels } }] };
}

function readStored(bytes: Uint8Array): Volume {
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const { header, view } = readHeader(isCompressed ? inflateHead(bytes) : bytes);
  const grid = readGeometry(view, header);
  const end = endOfVoxels(header);
  refuseIfTooShort(isCompressed ? bytes.length * DEFLATE_RATIO : bytes.length, end);
  const plain = isCompressed ? inflate(bytes, end) : bytes;
  refuseIfTooShort(plain.length, end);
  return { grid, voxels: readVoxels(plain.subarray(header.voxelOffset, end), header) };
}

function endOfVoxels(header: NiftiHeader): number {
  const { sizes, voxelOffset } = header;
  const count = sizes[0] * sizes[1] * sizes[2];
  if (count > MOST_VOXELS) {
    throw invalid(`The header announces ${count} voxels; at most ${MOST_VOXELS} are read.`, { sizes });
  }
  if (voxelOffset > MOST_OTHER_BYTES) {
    throw invalid(`The voxels are said to start at byte ${voxelOffset}.`, { voxelOffset });
  }
  return voxelOffset + count * voxelBytes(header);
}

function refuseIfTooShort(available: number, needed: number): void {
  if (available >= needed) return;
  throw invalid(`The header announces ${needed} bytes, the file holds at most ${available}.`, {
    needed,
    available,
  });
}

/** The first bytes of the stream, without trust in the rest of it. */
function inflateHead(bytes: Uint8Array): Uint8Array {
  try {
    const head = gunzipSync(bytes.subarray(0, HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
    return head.subarray(0, FIRST_VOXEL_BYTE);
  } catch (error) {
    throw invalid("The gzip stream is damaged at its beginning.", { bytes: bytes.length }, error);
  }
}

function inflate(bytes: Uint8Array, end: number): Uint8Array {
  const limit = end + MOST_OTHER_BYTES;
  // A chunk is taken from memory whole: thousands of small files must not cost a large one each.
  const chunkSize = Math.min(2 ** 20, Math.max(2 ** 12, end + 1));
  try {
    return gunzipSync(bytes, { maxOutputLength: limit, chunkSize });
  } catch (error) {
    const isTooLong = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    throw isTooLong
      ? invalid(`The gzip stream holds more than the ${limit} bytes that the header allows.`, { limit })
      : invalid("The gzip stream is damaged or cut off.", { bytes: bytes.length }, error);
  }
}
