import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import type { FailureError } from "../domain/failure.ts";
import type { Volume } from "../domain/grid.ts";
import type { PatientImage } from "../volumeFile/judge.ts";
import { quote } from "../volumeFile/parseNumbers.ts";
import type { Refuse } from "../volumeFile/refuse.ts";
import type { FindBeside } from "../volumeFile/source.ts";
import { firstBytes, headOf, sizeOf } from "./firstBytes.ts";
import { formatNamedBy, formatOf, type VolumeFormat } from "./volumeFormats.ts";

/** Enough for a header that stands alone. */
const MOST_DETACHED_BYTES = 2 ** 16;

/**
 * The volume of a NIfTI-1, NIfTI-2, NRRD or MetaImage file, told by its content: float32 (z,y,x), grid in LPS mm. Throws
 * NIFTI_INVALID, NRRD_INVALID, METAIMAGE_INVALID.
 */
export const readVolumeFile = (path: string): Volume => {
  const { format, bytes } = open(path);
  return format.read(bytes, findBeside(path));
};

/** The same of an image for the network. Throws as well for what `patientImage` refuses. */
export const readImageFile = (path: string): PatientImage => {
  const { format, bytes } = open(path);
  return format.readImage(bytes, findBeside(path));
};

/** Where the voxels lie of which a file is only the header; null for every other file. */
export const dataFileOf = (path: string): string | null => {
  const head = headOf(path, MOST_DETACHED_BYTES);
  try {
    const name = formatOf(head)?.dataFile(head) ?? null;
    return name === null ? null : join(dirname(path), name);
  } catch {
    // What is wrong with the file is said where its voxels are read.
    return null;
  }
};

const open = (path: string): { readonly format: VolumeFormat; readonly bytes: Uint8Array } => {
  try {
    const bytes = readFileSync(path);
    return { bytes, format: formatOf(bytes) ?? formatNamedBy(path) };
  } catch (error) {
    throw unopened(formatNamedBy(path).invalid, error);
  }
};

const unopened = (refuse: Refuse, error: unknown): FailureError => {
  const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return refuse(`The file cannot be opened (${reason}).`, { reason }, error);
};

/** A name in a header is somebody else's: it leads nowhere but to a file below the header's own folder. */
const findBeside =
  (headerPath: string): FindBeside =>
  (name, refuse) => {
    const folder = dirname(headerPath);
    const path = join(folder, name);
    if (isAbsolute(name) || relative(folder, path).startsWith(".."))
      throw refuse(`The voxels are said to lie in ${quote(name)}; only files beside the header are read.`);
    const size = sizeOf(path);
    if (size === null)
      throw refuse(`The voxels are said to lie in ${quote(name)}; there is no such file beside the header.`);
    const read = (most: number): Uint8Array => {
      try {
        return firstBytes(path, Math.min(most, size));
      } catch (error) {
        throw unopened(refuse, error);
      }
    };
    return { size, read };
  };
