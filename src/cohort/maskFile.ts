import { readFileSync } from "node:fs";
import { parseHeader, text } from "../dicom/file/header.ts";
import { items } from "../dicom/report/contentTree.ts";
import { isSegmentation, readSegmentation } from "../dicom/segmentation/readSegmentation.ts";
import { FailureError, failed } from "../domain/failure.ts";
import type { Mask } from "../domain/grid.ts";
import { readNifti } from "../nifti/readNifti.ts";

/** A mask as it lies in a folder. */
export type MaskFile = {
  readonly path: string;
  readonly kind: "nifti" | "seg";
  /** Of the case: the file's name without its ending, or its folder's where the file is called mask or seg. */
  readonly name: string;
  /** The series that a SEG says it segments. */
  readonly sourceSeriesUid: string | null;
};

const niftiEnding = /\.nii(\.gz)?$/i;

/** Names that say what a file is and not of whom: `panseg segment` writes them into a folder of the case. */
const anonymousNames: ReadonlySet<string> = new Set(["mask", "seg", "segmentation", "label"]);

const caseName = (relativePath: string): string => {
  const parts = relativePath.split(/[\\/]/);
  const stem = (parts.pop() ?? "").replace(niftiEnding, "").replace(/\.dcm$/i, "");
  const folder = parts.at(-1);
  return folder !== undefined && anonymousNames.has(stem.toLowerCase()) ? folder : stem;
};

/** What a file is, by its ending or, where it has another, by its content; null for what is no mask. */
export const openMaskFile = (path: string, relativePath: string): MaskFile | null => {
  const name = caseName(relativePath);
  if (niftiEnding.test(path)) return { path, kind: "nifti", name, sourceSeriesUid: null };
  try {
    const header = parseHeader(readFileSync(path));
    if (!isSegmentation(header)) return null;
    const [series] = items(header, "ReferencedSeriesSequence");
    return { path, kind: "seg", name, sourceSeriesUid: text(series ?? {}, "SeriesInstanceUID") };
  } catch (error) {
    if (error instanceof FailureError) return null;
    throw error;
  }
};

const labelled = (voxels: Float32Array, label: number | null): Uint8Array => {
  const inside = new Uint8Array(voxels.length);
  for (let at = 0; at < voxels.length; at++) {
    const value = voxels[at] as number;
    if (!Number.isInteger(value))
      throw failed("NIFTI_INVALID", `The file holds ${value}, which is no label; give masks, not images.`, {
        value,
      });
    if (label === null ? value !== 0 : value === label) inside[at] = 1;
  }
  return inside;
};

/** A mask, and whether its grid is the image's; a SEG tells only where its own planes lie. */
export type ReadMask = {
  readonly mask: Mask;
  readonly isWholeImage: boolean;
  /** Positions in two of them cannot be compared; NIfTI tells none. */
  readonly frameOfReferenceUid: string | null;
};

/**
 * The mask in a file: of a NIfTI the voxels with the label (null: all but 0), of a SEG the segment of that number (null:
 * its pancreas). Throws NIFTI_INVALID, SEGMENT_NOT_FOUND and what else `readSegmentation` throws.
 */
export const readMaskFile = async ({ path, kind }: MaskFile, label: number | null): Promise<ReadMask> => {
  const bytes = readFileSync(path);
  if (kind === "seg") {
    const { mask, frameOfReferenceUid } = await readSegmentation(bytes, label);
    return { mask, frameOfReferenceUid, isWholeImage: false };
  }
  const { grid, voxels } = readNifti(bytes);
  return { mask: { grid, voxels: labelled(voxels, label) }, frameOfReferenceUid: null, isWholeImage: true };
};
