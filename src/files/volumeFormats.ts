import type { Volume } from "../domain/grid.ts";
import * as metaImage from "../metaImage/header.ts";
import { dataFileOfMetaImage, readMetaImage, readMetaImageOfPatient } from "../metaImage/readMetaImage.ts";
import * as nifti from "../nifti/header.ts";
import { isNifti, readNifti, readNiftiImage } from "../nifti/readNifti.ts";
import * as nrrd from "../nrrd/header.ts";
import { dataFileOfNrrd, readNrrd, readNrrdImage } from "../nrrd/readNrrd.ts";
import type { PatientImage } from "../volumeFile/judge.ts";
import type { Refuse } from "../volumeFile/refuse.ts";
import type { FindBeside } from "../volumeFile/source.ts";
import { headOf } from "./firstBytes.ts";

/** What is read as a volume and is not DICOM. */
export type VolumeFormat = {
  readonly ending: RegExp;
  /** By a file's first bytes. */
  readonly isOne: (head: Uint8Array) => boolean;
  readonly read: (bytes: Uint8Array, findBeside: FindBeside) => Volume;
  readonly readImage: (bytes: Uint8Array, findBeside: FindBeside) => PatientImage;
  /** The name of the file that the voxels lie in; null: in this one. */
  readonly dataFile: (bytes: Uint8Array) => string | null;
  readonly invalid: Refuse;
};

const niftiFormat: VolumeFormat = {
  ending: /\.nii(\.gz)?$/i,
  isOne: isNifti,
  read: readNifti,
  readImage: readNiftiImage,
  dataFile: () => null,
  invalid: nifti.invalid,
};

const formats: readonly VolumeFormat[] = [
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
    readImage: readMetaImageOfPatient,
    dataFile: dataFileOfMetaImage,
    invalid: metaImage.invalid,
  },
];

/** Enough to tell every format, compressed or not. */
const HEAD_BYTES = 4096;

/** The format of bytes; null for none of ours. */
export const formatOf = (bytes: Uint8Array): VolumeFormat | null => {
  const head = bytes.subarray(0, HEAD_BYTES);
  return formats.find(({ isOne }) => isOne(head)) ?? null;
};

/** The format that a name claims, whose reader says what is wrong with a file of none. */
export const formatNamedBy = (path: string): VolumeFormat =>
  formats.find(({ ending }) => ending.test(path)) ?? niftiFormat;

/** A path without the ending that claims a format; null where it has none. */
export const withoutEnding = (path: string): string | null => {
  const format = formats.find(({ ending }) => ending.test(path));
  return format === undefined ? null : path.replace(format.ending, "");
};

/** Whether a path is that of a volume by its name, whatever the file holds. */
export const isVolumePath = (path: string): boolean => withoutEnding(path) !== null;

/** Whether a file is meant as a volume, by its name, or is one by its content. */
export const isVolumeFile = (path: string): boolean =>
  isVolumePath(path) || formatOf(headOf(path, HEAD_BYTES)) !== null;
