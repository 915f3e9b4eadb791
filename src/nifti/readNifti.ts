import type { Volume } from "../domain/grid.ts";
import { inflate, inflateHead, isGzip } from "../volumeFile/inflate.ts";
import { finite, type PatientImage, patientImage } from "../volumeFile/judge.ts";
import { bytesOfType, readNumbers } from "../volumeFile/numbers.ts";
import { countVoxels, DEFLATE_RATIO, MOST_OTHER_BYTES, refuseIfTooShort } from "../volumeFile/size.ts";
import { invalid, isNiftiHead, MOST_HEADER_BYTES, type NiftiHeader, readHeader } from "./header.ts";
import { readGeometry } from "./readGeometry.ts";

/** Whether a file is NIfTI by its first bytes, plain or compressed; no more than some thousand are needed. */
export const isNifti = (head: Uint8Array): boolean => {
  try {
    return isNiftiHead(isGzip(head) ? inflateHead(head, MOST_HEADER_BYTES, invalid) : head);
  } catch {
    return false;
  }
};

/**
 * The single 3-D volume of a .nii or .nii.gz file (NIfTI-1 or NIfTI-2): float32 (z,y,x) scaled by slope and intercept, grid
 * in LPS mm. Throws NIFTI_INVALID for anything else, and before memory is taken for voxels that the file cannot hold.
 */
export const readNifti = (bytes: Uint8Array): Volume => finite(readStored(bytes), invalid);

/** The same of an image for the network. Throws as well for what `patientImage` refuses. */
export const readNiftiImage = (bytes: Uint8Array): PatientImage => patientImage(readStored(bytes), invalid);

const readStored = (bytes: Uint8Array): Volume => {
  const isCompressed = isGzip(bytes);
  const header = readHeader(isCompressed ? inflateHead(bytes, MOST_HEADER_BYTES, invalid) : bytes);
  const grid = readGeometry(header);
  const end = endOfVoxels(header);
  refuseIfTooShort(isCompressed ? bytes.length * DEFLATE_RATIO : bytes.length, end, invalid);
  const plain = isCompressed ? inflate(bytes, end, invalid) : bytes;
  refuseIfTooShort(plain.length, end, invalid);
  return { grid, voxels: readNumbers(plain.subarray(header.voxelOffset, end), header.encoding) };
};

const endOfVoxels = ({ sizes, voxelOffset, encoding }: NiftiHeader): number => {
  const count = countVoxels(sizes, invalid);
  if (voxelOffset > MOST_OTHER_BYTES) {
    throw invalid(`The voxels are said to start at byte ${voxelOffset}.`, { voxelOffset });
  }
  return voxelOffset + count * bytesOfType(encoding.type);
};
