/** Files that hold a volume in a format of its own, not DICOM: which one is told by their content, not by their names. */
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import type { FailureError } from "../domain/failure.ts";
import type { Volume } from "../domain/grid.ts";
import * as metaImage from "../metaImage/header.ts";
import { dataFileOfMetaImage, readMetaImage, readMetaImageImage } from "../metaImage/readMetaImage.ts";
import * as nifti from "../nifti/header.ts";
import { isNifti, readNifti, readNiftiImage } from "../nifti/readNifti.ts";
import * as nrrd from "../nrrd/header.ts";
import { dataFileOfNrrd, readNrrd, readNrrdImage } from "../nrrd/readNrrd.ts";
import type { PatientImage } from "../volumeFile/judge.ts";
import { quote } from "../volumeFile/parseNumbers.ts";
import type { Refuse } from "../volumeFile/refuse.ts";
import type { FindBeside } from "../volumeFile/source.ts";

type Format = {
  readonly ending: RegExp;
  /** By a file's first bytes. */
  readonly isOne: (head: Uint8Array) => boolean;
  readonly read: (bytes: Uint8Array, findBeside: FindBeside) => Volume;
  readonly readImage: (bytes: Uint8Array, findBeside: FindBeside) => PatientImage;
  /** The name of the file that the voxels lie in; null: in this one. */
  readonly dataFile: (bytes: Uint8Array) => string | null;
  readonly invalid: Refuse;
};

const niftiFormat: Format = {
  ending: /\.nii(\.gz)?$/i,
  isOne: isNifti,
  read: readNifti,
  readImage: readNiftiImage,
  dataFile: () => null,
  invalid: nifti.invalid,
};

const formats: readonly Format[] = [
  niftiFormat,
  {
    ending: /\.(nrrd|nhdr)$/i,
    isOne: nrrd.isNrrd,
    read: readNrrd,
    readImage: readNrrdImage,
    dataFile: dataFileOfNrrd,
    invalid: nrrd.invalid,
  },
  {
    ending: /\.(mha|mhd)$/i,
    isOne: metaImage.isMetaImage,
    read: readMetaImage,
    readImage: readMetaImageImage,
    dataFile: dataFileOfMetaImage,
    invalid: metaImage.invalid,
  },
];

/** Enough to tell every format, compressed or not. */
const HEAD_BYTES = 4096;

/** Enough for a header that stands alone. */
const MOST_DETACHED_BYTES = 2 ** 16;

/** Whether a path is that of a volume by its name, whatever the file holds. */
export const isVolumePath = (path: string): boolean => formats.some(({ ending }) => ending.test(path));

/** A path without the ending that says its format; null where it has none. */
export const withoutEnding = (path: string): string | null => {
  const format = formats.find(({ ending }) => ending.test(path));
  return format === undefined ? null : path.replace(format.ending, "");
};

/** Whether a file is meant as a volume, by its name, or is one by its content. */
export const isVolumeFile = (path: string): boolean => {
  if (isVolumePath(path)) return true;
  const head = headOf(path, HEAD_BYTES);
  return formats.some(({ isOne }) => isOne(head));
};

/**
 * The volume of a file of NIfTI-1 or NIfTI-2, NRRD or MetaImage: float32 (z,y,x), grid in LPS mm. Throws NIFTI_INVALID,
 * NRRD_INVALID, METAIMAGE_INVALID.
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
    const name = formats.find(({ isOne }) => isOne(head))?.dataFile(head) ?? null;
    return name === null ? null : join(dirname(path), name);
  } catch {
    // What is wrong with the file is said where its voxels are read.
    return null;
  }
};

const byEnding = (path: string): Format => formats.find(({ ending }) => ending.test(path)) ?? niftiFormat;

/** A file of no format is read by its name's, which says what is wrong with it. */
const open = (path: string): { readonly format: Format; readonly bytes: Uint8Array } => {
  try {
    const bytes = readFileSync(path);
    return {
      bytes,
      format: formats.find(({ isOne }) => isOne(bytes.subarray(0, HEAD_BYTES))) ?? byEnding(path),
    };
  } catch (error) {
    throw unopened(byEnding(path).invalid, error);
  }
};

const unopened = (invalid: Refuse, error: unknown): FailureError => {
  const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return invalid(`The file cannot be opened (${reason}).`, { reason }, error);
};

/** The first bytes of a file; none of what is no file or cannot be opened. */
const headOf = (path: string, most: number): Uint8Array => {
  try {
    return sizeOf(path) === null ? new Uint8Array() : firstBytes(path, most);
  } catch {
    return new Uint8Array();
  }
};

/** Null for what is no file: a folder, nothing, a name that none can have. */
const sizeOf = (path: string): number | null => {
  try {
    const stat = statSync(path);
    return stat.isFile() ? stat.size : null;
  } catch {
    return null;
  }
};

/** The system reads less than 2 GiB in one call. */
const MOST_AT_ONCE = 2 ** 30;

const firstBytes = (path: string, most: number): Uint8Array => {
  const bytes = new Uint8Array(most);
  const file = openSync(path, "r");
  try {
    let filled = 0;
    while (filled < most) {
      const got = readSync(file, bytes, filled, Math.min(MOST_AT_ONCE, most - filled), filled);
      if (got === 0) break;
      filled += got;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(file);
  }
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
    return {
      size,
      read: (most) => {
        try {
          return firstBytes(path, Math.min(most, size));
        } catch (error) {
          throw unopened(refuse, error);
        }
      },
    };
  };
